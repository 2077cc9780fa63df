"""Memory that is free again, given back to the system for other processes to use."""

import ctypes
import mmap
import sys
from contextlib import suppress
from typing import Any

import numpy as np

AT_ONCE = 2**24  # bytes of an array that are looked at until memory is given back


def give_back() -> None:
    """Give back what was freed: allocators keep it otherwise, up to the size of a file's data.

    The columns of a file are smaller than what the C library takes for large, and pyarrow has an
    allocator of its own.
    """
    if pyarrow := sys.modules.get("pyarrow"):
        pyarrow.default_memory_pool().release_unused()
    # Only the C library of GNU has it.
    with suppress(AttributeError, TypeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def give_back_mapped(*arrays: np.ndarray[Any, Any]) -> None:
    """Give back the memory of arrays that are mapped from a file, which is read again if need be.

    Other arrays stay as they are.
    """
    for array in arrays:
        base = _base(array)
        if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            base.madvise(mmap.MADV_DONTNEED)


def is_mapped(array: np.ndarray[Any, Any]) -> bool:
    """Whether an array is mapped from a file."""
    return isinstance(_base(array), mmap.mmap)


def _base(array: np.ndarray[Any, Any]) -> object:
    """What has the memory of an array."""
    base: object = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return base
