"""Data files: CSV, TSV and Parquet. Each is read once, and known by the digest of its bytes."""

import hashlib
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lossbench.data import parquet_files, text_files
from lossbench.data.arrays import DatasetError
from lossbench.data.limits import MAX_BYTES

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {".csv": ",", ".tsv": "\t"}
SUFFIXES = (*SEPARATORS, ".parquet")


class DataFile:
    """What is taken from the bytes of a data file.

    Nothing here looks at the disk again, so the digest, the columns and the places of rows are
    always those of the same bytes, even if the file is changed in the meantime.
    """

    def __init__(self, path: Path, content: bytes) -> None:
        self.sha256 = hashlib.sha256(content).hexdigest()
        # What stands between the columns of a text file; None for Parquet.
        self._separator = SEPARATORS.get(path.suffix.lower())
        self._content: bytes | None = content  # None once it is not needed any more

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The columns, with the rows numbered from 0. It is shared: do not change it.

        Raises DatasetError where the file is not a table with a header and rows.
        """
        assert self._content is not None
        try:
            if self._separator is None:
                frame = parquet_files.read(self._content)
            else:
                frame = text_files.read(self._content, self._separator)
        except MemoryError:
            raise DatasetError("file", "needs more memory than there is") from None
        # The bytes may be many. Without them only the line of an unusual row cannot be found.
        if self._separator is None or text_files.has_a_line_for_each(len(frame), self._content):
            self._content = None
        return frame

    def most_values(self) -> int:
        """An upper bound of rows times columns, found without reading the values.

        Raises DatasetError where the file is not a table.
        """
        if self._content is None:
            return int(self.frame.size)
        if self._separator is None:
            rows, columns = parquet_files.shape(self._content)
        else:
            rows, columns = text_files.largest_shape(self._content, self._separator)
        return rows * columns

    def place(self, row: int) -> str:
        """Where a row of ``frame`` stands in the file: its line, or in Parquet its number."""
        if self._separator is None:
            return f"row {row + 1}"
        if self._content is None:
            return f"line {row + 2}"  # after the header
        line = text_files.line_of(row, self._content, self._separator)
        return f"row {row + 1}" if line is None else f"line {line}"


class DataFiles:
    """The data files of one command, each of which is read once for all configs that name it.

    Files may be large, so only the one that was read last is held in memory. Of the others the
    digest stays: an experiment is never trained on other bytes than those of its digest.
    """

    def __init__(self) -> None:
        self._last: tuple[tuple[str, str], DataFile] | None = None  # with its identity
        self._digests: dict[tuple[str, str], str] = {}

    def sha256(self, path: Path) -> str:
        """The digest of a file; raises DatasetError where the file cannot be read."""
        identity = _identity(path)
        if identity not in self._digests:
            self._digests[identity] = self.read(path).sha256
        return self._digests[identity]

    def read(self, path: Path, sha256: str | None = None) -> DataFile:
        """A file; raises DatasetError where it cannot be read, or does not have that digest."""
        identity = _identity(path)
        if self._last is None or self._last[0] != identity:
            self._last = None  # first, so that two large files are never held at once
            self._last = identity, DataFile(path, _content(path))
        _, file = self._last
        if sha256 not in (None, file.sha256):
            message = "has changed: its digest is not the 'sha256' of the config; without this key,"
            raise DatasetError("file", f"{message} the file is taken as it is")
        return file


def _identity(path: Path) -> tuple[str, str]:
    """The same for every way to a file; the suffix says how it is read."""
    try:
        return os.path.realpath(path), path.suffix.lower()
    except ValueError:  # it is no path, as is said when it is read
        return str(path), ""


def _content(path: Path) -> bytes:
    """The bytes of a data file; raises DatasetError where they cannot be read."""
    try:
        if reason := _reason_against(path):
            raise DatasetError("file", reason)
        return path.read_bytes()
    except OSError as error:
        raise DatasetError("file", f"cannot be read: {error.strerror}") from None
    except DatasetError:
        raise
    except ValueError as error:
        raise DatasetError("file", f"is not a path: {error}") from None


def _reason_against(path: Path) -> str:
    """Why a path is not that of a data file to read; empty where it is."""
    if path.is_dir():
        return "is a folder"
    if not path.exists():
        return "does not exist"
    if not path.is_file():
        return "is not a regular file"
    if path.suffix.lower() not in SUFFIXES:
        return f"must end in one of {', '.join(SUFFIXES)}"
    if path.stat().st_size > MAX_BYTES:
        return f"is larger than {MAX_BYTES / 2**30:g} GB, the most that is read"
    return ""
