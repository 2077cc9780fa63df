"""The files of a stored result: their names, and opening them safely where a stranger made them.

A link, a pipe or a device in the place of a file may have no end, or keep a reader waiting. So only
regular files are opened, and no more is read than such a result can fill.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lossbench.data.digest import add_rest
from lossbench.text import on_one_line

FIGURES, CONFIG = "metrics.json", "config.yaml"
HISTORY, WEIGHTS = "history.csv", "weights.npz"

AGAIN = "run the experiment again"
HALF_WRITTEN = f"is damaged or half-written; {AGAIN}"
MISSING = f"is missing; {AGAIN}"
KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}
# Where the system knows these flags, no link is followed and no pipe is waited for.
FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    FLAGS |= getattr(os, _name, 0)
MOST_HOLES = 150 * 10**6  # bytes of a sparse file that are not on the disk, yet fill the memory
# Each value in a JSON or YAML text has one of these before it. Memory depends on their number.
MARKS = b"\n,[{:-?"


class DamagedResult(ValueError):
    """A folder does not hold a whole result that this version reads; says why, on one line."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{on_one_line(str(path))}: {message}")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read bytes from. Raises DamagedResult where that is not possible."""
    try:
        _refuse_other_than_file(path, os.lstat(path))
        descriptor = os.open(path, FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            _refuse_other_than_file(path, status)
            if _has_holes(file, status):
                message = f"is sparse: it holds fewer bytes than it says; {AGAIN}"
                raise DamagedResult(path, message)
            yield file
    except FileNotFoundError:
        raise DamagedResult(path, MISSING) from None
    except OSError as error:
        raise DamagedResult(path, f"cannot be read: {error.strerror}") from None


def size(file: BinaryIO) -> int:
    """The number of bytes of an open file."""
    return os.fstat(file.fileno()).st_size


def content(path: Path, most: int) -> bytes:
    """The bytes of a file. Raises DamagedResult where there are more than ``most``."""
    with opened(path) as file:
        if size(file) > most:
            raise DamagedResult(path, f"has more than the {most:,} bytes that it may have; {AGAIN}")
        return file.read()


def limited_content(path: Path, most: int, most_values: int) -> bytes:
    """The bytes of a JSON or YAML file.

    Raises DamagedResult where there are more than ``most``, or could be more than ``most_values``
    values in them.
    """
    text = content(path, most)
    if sum(text.count(bytes([mark])) for mark in MARKS) > most_values:
        raise DamagedResult(path, f"has more values than it may have; {AGAIN}")
    return text


def sha256(file: BinaryIO) -> str:
    """The SHA-256 of a whole open file, which is then at its beginning again."""
    digest = hashlib.sha256()
    file.seek(0)
    add_rest(digest, file)
    file.seek(0)
    return digest.hexdigest()


def _refuse_other_than_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = KINDS.get(stat.S_IFMT(status.st_mode), "a device")
        raise DamagedResult(path, f"is {kind}, not a file; {AGAIN}")


def _has_holes(file: BinaryIO, status: os.stat_result) -> bool:
    """Whether much of a file is not on the disk; False where the system cannot tell."""
    held = 512 * getattr(status, "st_blocks", status.st_size)
    if status.st_size - held <= MOST_HOLES:
        return False
    # A file system that compresses stores fewer bytes too, but reports no hole before the end.
    hole = file.seek(0, os.SEEK_HOLE) if hasattr(os, "SEEK_HOLE") else 0
    file.seek(0)
    return hole < status.st_size
