"""Programs that an earlier process compiled are not compiled again.

TensorFlow can keep what XLA compiled in a folder. Here this folder is in memory: a file that is
damaged, or a disk that is full, would make TensorFlow fail, or run what is no program. A program
gets there from a file that was checked, and what is new there is written to one, see
``program_files``. TensorFlow finds a program by all that XLA would compile. So what has changed,
such as a person's own loss, is compiled.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from typing import TypeVar

import tensorflow as tf

from lossbench.training import program_files
from lossbench.training.compiled_for import compiled_for
from lossbench.training.stable_names import number_of, traced_alone
from lossbench.training.startup import IN_MEMORY, KEEP_PROGRAMS

T = TypeVar("T")

_taking = threading.Lock()  # a part that one thread reads, no other removes


def kept(key: str, compiled: Callable[[], T]) -> T:
    """What ``compiled`` gives, with what an earlier process compiled for the key.

    Where programs are not kept, that is all it does.
    """
    if os.environ.get("TF_XLA_FLAGS") != KEEP_PROGRAMS:
        return compiled()
    number = number_of(key)
    decisive = f"{number}\n{tf.version.GIT_VERSION}\n{compiled_for()}"
    name = hashlib.sha256(decisive.encode()).hexdigest()
    stored = program_files.read(name)
    _put(stored)
    try:
        program = traced_alone(number, compiled)
    except Exception:
        if not stored:
            raise
        # TensorFlow could not load it.
        program_files.remove(name)
        return compiled()
    finally:
        found = _taken(number)
    if new := {part: content for part, content in found.items() if part not in stored}:
        program_files.write(name, new)
    return program


def _put(parts: dict[str, bytes]) -> None:
    """Put the parts of a program where TensorFlow looks for them."""
    tf.io.gfile.makedirs(IN_MEMORY)
    for part, content in parts.items():
        with tf.io.gfile.GFile(f"{IN_MEMORY}/{part}", "wb") as file:
            file.write(content)


def _taken(number: int) -> dict[str, bytes]:
    """The parts of the program with this number, which are removed from memory."""
    found = {}
    with _taking:
        for part in tf.io.gfile.listdir(IN_MEMORY):
            if not part.endswith(".pb"):  # TensorFlow writes it now
                continue
            path = f"{IN_MEMORY}/{part}"
            with tf.io.gfile.GFile(path, "rb") as file:
                content = file.read()
            if str(number).encode() in content:  # in the names of its functions
                found[part] = content
                tf.io.gfile.remove(path)
    return found
