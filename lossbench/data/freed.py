"""Memory that is free again, given back to the system for other processes to use."""

import ctypes
import sys
from contextlib import suppress


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
