"""Names in a program that are the same in every process that traces it.

TensorFlow numbers the functions that it traces, and Keras its layers, in the order in which a
process makes them, and XLA's program holds these names. So a program is traced in a thread of its
own, where Keras counts from the start, and TensorFlow counts from a number of the program.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from tensorflow.python.framework import ops

T = TypeVar("T")

# How many names a program may have, and how many programs there may be: together less than 2 ** 63,
# as TensorFlow takes these numbers for numbers of tensors, too.
NAMES, PROGRAMS = 10**7, 9 * 10**11

_names = threading.local()
_taken: set[int] = set()
_taking = threading.Lock()


def number_of(key: str) -> int:
    """A number for a program, which no other program of this process has.

    The first program of a key has the same number in every process.
    """
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % PROGRAMS
    with _taking:
        _count_by_thread()
        while number in _taken:
            number += 1
        _taken.add(number)
    return number


def traced_alone(number: int, trace: Callable[[], T]) -> T:
    """What ``trace`` gives, in a thread where the names follow from the number alone.

    The decimal digits of the number are in the name of every function of TensorFlow.
    """
    names = iter(range(number * NAMES, (number + 1) * NAMES))
    with ThreadPoolExecutor(1, initializer=_use, initargs=(names,)) as thread:
        return thread.submit(trace).result()


def _use(names: Iterator[int]) -> None:
    _names.left = names


@cache
def _count_by_thread() -> None:
    """Let TensorFlow take the names of the thread, if it has some.

    Where TensorFlow counts in another way, its names stay as they are.
    """
    tensorflows = getattr(ops, "uid", None)
    if tensorflows is None:
        return

    def uid() -> int:
        number: int | None = next(getattr(_names, "left", iter(())), None)
        return tensorflows() if number is None else number

    ops.uid = uid
