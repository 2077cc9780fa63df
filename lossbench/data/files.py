"""Data files: CSV, TSV and Parquet, read by pandas, and where in them something stands.

pandas is imported only when a file is read.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossbench.data.arrays import MOST_NUMBERS, DatasetError

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {".csv": ",", ".tsv": "\t"}
PARQUET = ".parquet"
SUFFIXES = (*SEPARATORS, PARQUET)
TEXTS = {"string", "large_string", "string_view", "binary", "large_binary", "binary_view"}
OTHERS = ",;\t|"
# What is read fits into the memory of a small machine several times.
MOST_BYTES = 2**31


def content(path: Path) -> bytes:
    """The bytes of a data file; raises DatasetError where it is none."""
    try:
        if path.is_dir():
            raise _refused("is a folder")
        if not path.exists():
            raise _refused("does not exist")
        if not path.is_file():
            raise _refused("is no regular file")
        if path.suffix.lower() not in SUFFIXES:
            raise _refused(f"has none of the endings {', '.join(SUFFIXES)}")
        if path.stat().st_size > MOST_BYTES:
            raise _refused(f"is larger than the {MOST_BYTES / 2**30:g} GB that are read at most")
        return path.read_bytes()
    except OSError as error:
        raise _refused(f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        if isinstance(error, DatasetError):
            raise
        raise _refused(f"is no path: {error}") from None


def digest(path: Path) -> str:
    """SHA-256 of a data file's bytes."""
    return hashlib.sha256(content(path)).hexdigest()


def read(path: Path, sha256: str | None = None) -> "pd.DataFrame":
    """The columns of a data file, its rows numbered from 0; not to be changed.

    Raises DatasetError where it is no table with a header and rows, or not of that digest.
    """
    stored = content(path)
    found = hashlib.sha256(stored).hexdigest()
    if sha256 not in (None, found):
        message = "has changed: it is not the file of this 'sha256', without which it is taken"
        raise _refused(message)
    key = path, found
    if key not in _frames:
        is_parquet = path.suffix.lower() == PARQUET
        try:
            frame = _read_parquet(path, stored) if is_parquet else _read_text(path, stored)
        except MemoryError:
            raise _refused("needs more memory than there is") from None
        _frames.clear()
        _frames[key] = frame
    return _frames[key]


# The one that was read last: configs that differ in the loss share their file.
_frames: dict[tuple[Path, str], "pd.DataFrame"] = {}


def numbers(path: Path) -> int:
    """How many values a data file has at most, told without reading them; raises DatasetError."""
    rows, columns = _shape(path, content(path))
    return rows * columns


def place(path: Path, row: int) -> str:
    """Where a row of the table stands: the line of a text file, else the row's number."""
    if path.suffix.lower() == PARQUET:
        return f"row {row + 1}"
    records = _records(path, content(path))
    next(records)
    for number, (line, _) in enumerate(records):
        if number == row:
            return f"line {line}"
    return f"row {row + 1}"


def _read_parquet(path: Path, stored: bytes) -> "pd.DataFrame":
    import pandas as pd

    _refuse_huge(*_shape(path, stored))
    with _pyarrow() as parquet:
        schema = parquet.read_schema(io.BytesIO(stored))
        texts = [it.name for it in schema if str(it.type) in TEXTS]
        # A few bytes may stand for a long text in every row: equal ones share their memory.
        frame = pd.read_parquet(io.BytesIO(stored), engine="pyarrow", read_dictionary=texts)
    names = list(map(str, frame.columns))
    _refuse_header(names, "")
    frame = frame.set_axis(names, axis=1).reset_index(drop=True)
    if frame.empty:
        raise _refused("has no rows")
    return frame.astype({name: object for name in names if name in texts})


@contextmanager
def _pyarrow() -> Iterator[Any]:
    """The library that reads Parquet; its errors become a DatasetError."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        message = "needs pyarrow to be read: python -m pip install 'lossbench[parquet]'"
        raise _refused(message) from None
    try:
        yield parquet
    except MemoryError:  # which pyarrow's is, besides
        raise
    except (ValueError, OSError, KeyError, NotImplementedError, ArrowException) as error:
        raise _refused(f"is no Parquet file that can be read: {_one_line(error)}") from None


def _shape(path: Path, stored: bytes) -> tuple[int, int]:
    """How many rows and columns a data file has at most, told without reading its values."""
    if path.suffix.lower() == PARQUET:
        with _pyarrow() as parquet:
            about = parquet.read_metadata(io.BytesIO(stored))
            return about.num_rows, about.num_columns
    try:
        _, header = next(_records(path, stored), (1, []))
    except (ValueError, csv.Error) as error:
        raise _refused(f"is no table: {_one_line(error)}") from None
    return max(stored.count(end) for end in (b"\n", b"\r")), len(header)


def _read_text(path: Path, stored: bytes) -> "pd.DataFrame":
    import pandas as pd

    if not stored.strip():
        raise _refused("is empty")
    if b"\0" in stored:
        line = stored.count(b"\n", 0, stored.index(b"\0")) + 1
        raise _refused(f"line {line} has a NUL byte: it is no text in UTF-8")
    separator = SEPARATORS[path.suffix.lower()]
    try:
        head = list(islice(_records(path, stored), 2))
        _refuse_header(head[0][1], "line 1: ", separator)
        # pandas takes the first values of rows that are too long for the rows' names.
        _refuse_ragged(head)
        _refuse_huge(*_shape(path, stored))
        frame = pd.read_csv(
            io.BytesIO(stored), sep=separator, encoding="utf-8-sig", low_memory=False
        )
    except UnicodeDecodeError:
        raise _refused(_undecodable(stored)) from None
    except (ValueError, csv.Error) as error:  # pandas's ParserError is a ValueError, too
        if isinstance(error, DatasetError):
            raise
        with suppress(csv.Error):
            _refuse_ragged(_records(path, stored))
        if "EOF inside string" in str(error):
            *_, (line, _) = _records(path, stored)
            raise _refused(f"line {line} has a quote that is never closed") from None
        raise _refused(f"is no table: {_one_line(error)}") from None
    if frame.iloc[:, -1].isna().any():  # as pandas fills up rows that are too short
        _refuse_ragged(_records(path, stored))
    if frame.empty:
        raise _refused("has a header and no rows")
    return frame


def _records(path: Path, stored: bytes) -> Iterator[tuple[int, list[str]]]:
    """Every record of a text file that is not blank, with the line where it begins."""
    with io.TextIOWrapper(io.BytesIO(stored), "utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=SEPARATORS[path.suffix.lower()])
        line = 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1


def _refuse_huge(rows: int, columns: int) -> None:
    if rows * columns > MOST_NUMBERS:
        raise _refused(f"has {rows} rows of {columns} columns, more than {MOST_NUMBERS} values")


def _refuse_header(names: list[str], where: str, separator: str = "") -> None:
    first = {name: names.index(name) for name in names}
    for number, name in enumerate(names):
        if name and first[name] != number:
            columns = f"columns {first[name] + 1} and {number + 1}"
            raise _refused(f"{where}{columns} are both named {name!r}")
    if len(names) > 1 or not separator:
        return
    for other in OTHERS.replace(separator, ""):
        if other in names[0]:
            it = {"\t": "a tab", ",": "a comma"}.get(other, f"{other!r}")
            wanted = {"\t": "tabs", ",": "commas"}[separator]
            raise _refused(f"{where}seems to have {it} between the columns; {wanted} are read")


def _refuse_ragged(records: Iterable[tuple[int, list[str]]]) -> None:
    columns = None
    for line, record in records:
        count = len(record)
        columns = columns or count
        if count != columns:
            values = "1 value" if count == 1 else f"{count} values"
            raise _refused(f"line {line} has {values} for {columns} columns")


def _undecodable(stored: bytes) -> str:
    try:
        stored.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"line {line} is no text in UTF-8 (byte 0x{error.object[error.start]:02x})"
    return "is no text in UTF-8"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _refused(message: str) -> DatasetError:
    return DatasetError("file", message)
