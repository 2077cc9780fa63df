"""Import TensorFlow and Keras with the settings of lossbench, and without their log messages.

Environment variables and a ``keras.json`` can ask for another backend, for other floats or for
flags that end the process. All of these are set here before the import, so that a result has the
same bytes whatever they say. Where Keras was imported before, its settings are checked instead.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from lossbench.training import program_files
from lossbench.training.compiled_for import compiled_for

# Log messages that TensorFlow writes to the file descriptor itself, where Python cannot catch them:
# notes and warnings, and the failure to find a GPU. Where it loads a program, it first takes it for
# text, and then misses advice of the compiler among the features of the processor.
LOG_MESSAGE = re.compile(
    rb"WARNING: All log messages before absl|[IW]\d{4} \d\d:|[IW]0000 |E0000 .*cuda|\s*$|"
    rb"To enable the following instructions|"
    rb"E0000 [^]]*\] Error parsing text-format tensorflow\.XlaSerializedCacheEntry:|"
    rb"E0000 [^]]*cpu_aot_loader[^]]*\] Loading XLA:CPU AOT result\. "
    rb"Target machine feature \+prefer-no-(gather|scatter) is not "
)
SETTINGS = {
    "KERAS_BACKEND": "tensorflow",
    # Keras reads keras.json in this folder, and writes one where there is none.
    "KERAS_HOME": os.devnull,
    # Programs as small as these compile in half the time with both. Without the first, trainings
    # with a softmax have other last bits.
    "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1",
}
# Where TensorFlow keeps programs and finds them, see ``program_cache``.
IN_MEMORY = "ram://lossbench"
KEEP_PROGRAMS = (
    f"--tf_xla_persistent_cache_directory={IN_MEMORY} --tf_xla_persistent_cache_device_types=CPU"
)
# Threads of a training. With more than two, wide layers have other last bits than with one or two.
MOST_THREADS = 2
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
        _import_with(SETTINGS)
        _look_for_devices()


def import_training_unfiltered(threads: int = MOST_THREADS) -> None:
    """Import TensorFlow in a process that does nothing but train, and let it keep its programs.

    All that TensorFlow writes to stderr gets there, also while programs are compiled. A training
    uses at most this number of ``threads``, 1 or 2.
    """
    import_modules()
    _look_for_devices(threads)


def import_modules() -> None:
    """The same, but nothing of TensorFlow is used: the process can still be forked."""
    keep = program_files.folder() and compiled_for()
    _import_with(SETTINGS | ({"TF_XLA_FLAGS": KEEP_PROGRAMS} if keep else {}))


def _import_with(settings: Mapping[str, str]) -> None:
    for name in filter(OTHER_SETTINGS.match, list(os.environ)):
        del os.environ[name]
    # Errors are still shown.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.update(settings)
    import keras

    found = {name: getattr(keras.config, name)() for name in NEEDED}
    found["dtype_policy"] = found["dtype_policy"].name
    if wrong := [name for name, value in found.items() if value != NEEDED[name]]:
        had, needed = (
            ", ".join(f"{name} {values[name]}" for name in wrong) for values in (found, NEEDED)
        )
        raise WrongSetting(f"Keras was imported before with {had}; lossbench needs {needed}")
    import lossbench.training.train  # noqa: F401


def _look_for_devices(threads: int = MOST_THREADS) -> None:
    import tensorflow as tf

    with suppress(RuntimeError):  # they were looked for before
        tf.config.threading.set_intra_op_parallelism_threads(threads)

    # It would warn of many compilations, but each is of another experiment.
    tf.get_logger().setLevel("ERROR")
    tf.config.list_logical_devices()
