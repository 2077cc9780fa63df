"""Importing TensorFlow without its chatter, and without losing its errors."""

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

# Compiles a fifth faster and gives the same bits.
XLA_FLAGS = "--xla_cpu_use_fusion_emitters=false"


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
    """Import TensorFlow, and let it look for its devices, in silence."""
    # Errors, level 3, are still shown.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("XLA_FLAGS", XLA_FLAGS)
    with without_chatter():
        import tensorflow as tf

        import lossbench.training  # noqa: F401

        # It warns of many compilations, and every experiment is one.
        tf.get_logger().setLevel("ERROR")
        tf.config.list_logical_devices()
