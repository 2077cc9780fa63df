"""Importing TensorFlow as the program needs it: with its own settings, and without its chatter.

Variables of the environment and a ``keras.json`` can ask for another backend, for other floats or
for flags that end the process. Here all of them are set before the import, so that a result has
the same bytes whatever stands there. What another program imported before is looked at instead.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# What TensorFlow writes to the file descriptor itself, where no Python can catch it: notes and
# warnings, and the failure to find a GPU.
CHATTER = re.compile(
    rb"WARNING: All log messages before absl|[IW]\d{4} \d\d:|[IW]0000 |E0000 .*cuda|\s*$|"
    rb"To enable the following instructions"
)
SETTINGS = {
    "KERAS_BACKEND": "tensorflow",
    # Keras reads keras.json in this folder, and writes one where there is none.
    "KERAS_HOME": os.devnull,
    # These programs are too small for anything else: together half the time to compile them, and
    # the same bits.
    "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1",
}
# Whatever else sets TensorFlow, XLA and Keras, but for what is logged and which GPU is used.
OTHERS = re.compile(r"(TF2?|TENSORFLOW|XLA|KERAS)_(?!CPP_|.*GPU)")
# What Keras must be set to, by the names of its functions in keras.config.
NEEDED = {
    "backend": "tensorflow",
    "floatx": "float32",
    "dtype_policy": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
}


class WrongSetting(RuntimeError):
    """Keras was imported before, with a setting that gives other results."""


@contextmanager
def without_chatter() -> Iterator[None]:
    """Hold back what is written to standard error, and let pass all but TensorFlow's notes."""
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
                if not CHATTER.match(line):
                    os.write(2, line)


def import_training() -> None:
    """Import TensorFlow, and let it look for its devices, in silence.

    Raises WrongSetting where Keras is imported already, with a setting that cannot be used.
    """
    with without_chatter():
        import_training_aloud()


def import_training_aloud() -> None:
    """Import TensorFlow, and let all be seen that it writes to standard error."""
    for name in filter(OTHERS.match, list(os.environ)):
        del os.environ[name]
    # Errors, level 3, are still shown.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.update(SETTINGS)
    import keras

    settings = {name: getattr(keras.config, name)() for name in NEEDED}
    settings["dtype_policy"] = settings["dtype_policy"].name
    if wrong := [name for name, value in settings.items() if value != NEEDED[name]]:
        found, needed = (
            ", ".join(f"{name} {values[name]}" for name in wrong) for values in (settings, NEEDED)
        )
        raise WrongSetting(f"Keras was imported before, and has {found}; lossbench needs {needed}")
    import tensorflow as tf

    import lossbench.training.train  # noqa: F401

    # It warns of many compilations, and every experiment is one.
    tf.get_logger().setLevel("ERROR")
    tf.config.list_logical_devices()
