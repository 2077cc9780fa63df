"""Numbers in a file without a name, where they take no memory until they are looked at.

Those of a whole table may be most of the memory, and are looked at a few columns at a time.
"""

import mmap
from tempfile import TemporaryFile

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.freed import is_mapped

LEAST = 2**20  # bytes; what is smaller is kept as it is


def mapped(values: Array) -> Array:
    """The same values, which cannot be changed, or as they are if they are few or no numbers."""
    if values.nbytes < LEAST or values.dtype.kind not in "biuf" or is_mapped(values):
        return values
    try:
        with TemporaryFile() as file:
            file.write(np.ascontiguousarray(values).data)
            file.flush()
            found = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError:  # such as a temporary folder without room
        return values
    return np.frombuffer(found, values.dtype).reshape(values.shape)
