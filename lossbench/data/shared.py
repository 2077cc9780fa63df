"""Large data in a file without a name, which processes of one machine map.

What is mapped takes no memory until it is looked at, and the system may take that memory back. A
pickle that is sent would be there several times at once. Where nothing like that can be done, as in
a temporary folder without room, data are sent as they are.
"""

import mmap
import os
import pickle
import sys
import threading
import weakref
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from lossbench.data.arrays import Split

MOST_SENT = 2**24  # bytes of data that another process gets as they are
ALIGNMENT = 64  # bytes, of arrays in the file
# The file of each split that is in one, by its id, and where others find the split.
_files: dict[int, tuple[IO[bytes], "SplitInFile"]] = {}
_writing = threading.Lock()


@dataclass(frozen=True)
class SplitInFile:
    """Where processes of this machine find a split, as long as the one that wrote it holds it.

    ``pickled`` is the split without its arrays. ``places`` are the first byte and the number of
    bytes of each of them in the file.
    """

    path: str
    pickled: bytes
    places: tuple[tuple[int, int], ...]

    def split(self) -> Split:
        """The split, whose arrays are mapped and cannot be changed; raises OSError."""
        with Path(self.path).open("rb") as file:
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        arrays = [mapped[first : first + size] for first, size in self.places]
        split: Split = pickle.loads(self.pickled, buffers=arrays)
        return split


def shared(split: Split) -> Split | SplitInFile:
    """What to send to a process of this machine, so that it gets the split.

    Large data are put into a file once. From then on the arrays of the split are mapped from it,
    too, and the memory that they had is free.
    """
    if sys.platform != "linux" or split.nbytes <= MOST_SENT:
        return split
    if not (split.x_train.flags.forc and split.x_test.flags.forc):  # they would be pickled
        return split
    with _writing:
        if id(split) not in _files and not _put_into_file(split):
            return split
        return _files[id(split)][1]


def _put_into_file(split: Split) -> bool:
    """Let a split have its arrays in a file; whether that can be done."""
    with ExitStack() as undone:
        try:
            file = undone.enter_context(TemporaryFile(buffering=0))
            found = _written(split, file)
            mapped = found.split()
        except OSError:
            return False
        undone.pop_all()
    _files[id(split)] = file, found
    weakref.finalize(split, _close, id(split))
    vars(split).update(vars(mapped))
    return True


def _close(number: int) -> None:
    file, _ = _files.pop(number)
    file.close()


def _written(split: Split, file: IO[bytes]) -> SplitInFile:
    """Write the arrays of a split to a file, and say where others find it; raises OSError."""
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(split, protocol=5, buffer_callback=buffers.append)
    places = []
    for buffer in buffers:
        first = file.seek(-(-file.tell() // ALIGNMENT) * ALIGNMENT)
        bytes_left = buffer.raw()
        places.append((first, len(bytes_left)))
        while bytes_left:
            bytes_left = bytes_left[file.write(bytes_left) :]
    path = f"/proc/{os.getpid()}/fd/{file.fileno()}"
    return SplitInFile(path, pickled, tuple(places))
