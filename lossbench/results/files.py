"""The files of a stored result, which may be a stranger's: opened so that none can do harm.

What may stand in the place of a file, such as a link, a pipe or a device, may have no end, or never
begin: only a file counts, and only one that is no larger than its result can make it.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lossbench.text import on_one_line

AGAIN = "run the experiment again"
HALF_WRITTEN = f"is damaged or half-written; {AGAIN}"
MISSING = f"is missing; {AGAIN}"
KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}
# Without a link being followed or a pipe waited for, where the system knows these.
FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    FLAGS |= getattr(os, _name, 0)
BLOCK = 2**20
MOST_HOLES = 150 * 10**6  # bytes that are nowhere on the disk, and would fill the memory


class DamagedResult(ValueError):
    """A folder that holds no whole result of this version of lossbench; says on one line why."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{on_one_line(str(path))}: {message}")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to read bytes from. Raises DamagedResult where there is none that can be read."""
    try:
        _refuse_all_but_files(path, os.lstat(path))
        descriptor = os.open(path, FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            _refuse_all_but_files(path, status)
            if _has_holes(file, status):
                message = f"is sparse: it holds fewer bytes than it says; {AGAIN}"
                raise DamagedResult(path, message)
            yield file
    except FileNotFoundError:
        raise DamagedResult(path, MISSING) from None
    except OSError as error:
        raise DamagedResult(path, f"cannot be read: {error.strerror}") from None


def size(file: BinaryIO) -> int:
    """How many bytes an opened file has."""
    return os.fstat(file.fileno()).st_size


def content(path: Path, most: int) -> bytes:
    """The bytes of a file, so many at most; raises DamagedResult."""
    with opened(path) as file:
        if size(file) > most:
            raise DamagedResult(path, f"has more than the {most:,} bytes that it may have; {AGAIN}")
        return file.read()


def sha256(file: BinaryIO) -> str:
    """The digest of an opened file from its beginning, where it is left again."""
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def _refuse_all_but_files(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = KINDS.get(stat.S_IFMT(status.st_mode), "a device")
        raise DamagedResult(path, f"is {kind}, not a file; {AGAIN}")


def _has_holes(file: BinaryIO, status: os.stat_result) -> bool:
    """Whether much of a file is nowhere on the disk; where the system cannot tell, it is not."""
    held = 512 * getattr(status, "st_blocks", status.st_size)
    if status.st_size - held <= MOST_HOLES:
        return False
    # A disk that compresses holds fewer bytes, too, but has no hole before the end.
    hole = file.seek(0, os.SEEK_HOLE) if hasattr(os, "SEEK_HOLE") else 0
    file.seek(0)
    return hole < status.st_size
