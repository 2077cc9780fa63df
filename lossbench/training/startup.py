"""Import TensorFlow and Keras with the settings of lossbench, and without their log messages.

Environment variables and a ``keras.json`` can ask for another backend, for other floats or for
flags that end the process. All of these are set here before the import, so that a result has the
same bytes whatever they say. Where Keras was imported before, its settings are checked instead.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# Log messages that TensorFlow writes to the file descriptor itself, where Python cannot catch them:
# notes and warnings, and the failure to find a GPU.
LOG_MESSAGE = re.compile(
    rb"WARNING: All log messages before absl|[IW]\d{4} \d\d:|[IW]0000 |E0000 .*cuda|\s*$|"
    rb"To enable the following instructions"
)
SETTINGS = {
    "KERAS_BACKEND": "tensorflow",
    # Keras reads keras.json in this folder, and writes one where there is none.
    "KERAS_HOME": os.devnull,
    # Programs as small as these compile in half the time with both, to the same bits.
    "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1",
}
# All other variables of TensorFlow, XLA and Keras, except those for logging and for GPUs.
OTHER_SETTINGS = re.compile(r"(TF2?|TENSORFLOW|XLA|KERAS)_(?!CPP_|.*GPU)")
# The settings that Keras must have, by the names of the functions in keras.config.
NEEDED = {
    "backend": "tensorflow",
    "floatx": "float32",
    "dtype_policy": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
}


class WrongSetting(RuntimeError):
    """Keras was imported before with settings that give other results."""


@contextmanager
def without_log_messages() -> Iterator[None]:
    """Hold back what is written to standard error, then write all but TensorFlow's log messages."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            for line in held:
                if not LOG_MESSAGE.match(line):
                    os.write(2, line)


def import_training() -> None:
    """Import TensorFlow without its log messages, and let it look for its devices.

    Raises WrongSetting where Keras was imported before with settings that cannot be used.
    """
    with without_log_messages():
        import_training_unfiltered()


def import_training_unfiltered() -> None:
    """Import TensorFlow as ``import_training`` does, but with all that it writes to stderr."""
    import_modules()
    import tensorflow as tf

    # It would warn of many compilations, but each is of another experiment.
    tf.get_logger().setLevel("ERROR")
    tf.config.list_logical_devices()


def import_modules() -> None:
    """Import TensorFlow and Keras, and do not use them: the process can still be forked."""
    for name in filter(OTHER_SETTINGS.match, list(os.environ)):
        del os.environ[name]
    # Errors are still shown.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.update(SETTINGS)
    import keras

    settings = {name: getattr(keras.config, name)() for name in NEEDED}
    settings["dtype_policy"] = settings["dtype_policy"].name
    if wrong := [name for name, value in settings.items() if value != NEEDED[name]]:
        found, needed = (
            ", ".join(f"{name} {values[name]}" for name in wrong) for values in (settings, NEEDED)
        )
        raise WrongSetting(f"Keras was imported before with {found}; lossbench needs {needed}")
    import lossbench.training.train  # noqa: F401
