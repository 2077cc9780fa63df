"""CSV and TSV files: their columns, and the line on which each row stands.

pandas is imported only when a file is read.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from lossbench.data.arrays import DatasetError
from lossbench.data.limits import refuse_too_many_values
from lossbench.text import message_of

if TYPE_CHECKING:
    import pandas as pd

# What may stand between columns, and its name in messages; commas and tabs can be read.
SEPARATOR_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def read(content: bytes, separator: str) -> "pd.DataFrame":
    """The columns of a file in UTF-8, with a header; raises DatasetError where it is not that."""
    _refuse_what_is_no_text(content)
    try:
        return _read(content, separator)
    except UnicodeDecodeError:
        raise _refused(_undecodable(content)) from None
    except DatasetError:
        raise
    except (ValueError, csv.Error) as error:  # pandas's ParserError is a ValueError, too
        with suppress(csv.Error):
            _refuse_ragged(_records(content, separator))
        if "EOF inside string" in str(error):
            *_, (line, _) = _records(content, separator)
            raise _refused(f"line {line} has a quote that is never closed") from None
        raise _refused(f"is not a table: {message_of(error)}") from None


def largest_shape(content: bytes, separator: str) -> tuple[int, int]:
    """An upper bound of the rows, and the columns, found without reading the values."""
    try:
        _, header = next(_records(content, separator), (1, []))
    except (ValueError, csv.Error) as error:
        raise _refused(f"is not a table: {message_of(error)}") from None
    return max(content.count(end) for end in (b"\n", b"\r")), len(header)


def has_a_line_for_each(rows: int, content: bytes) -> bool:
    """Whether every row is a line of its own: none is blank, and no value has a line break."""
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    return lines == rows + 1 and content.count(b"\r") == content.count(b"\r\n")


def line_of(row: int, content: bytes, separator: str) -> int | None:
    """The line, from 1, on which a row of the table begins; rows count from 0."""
    records = _records(content, separator)
    next(records)  # the header
    return next((line for line, _ in islice(records, row, None)), None)


def refuse_repeated_names(names: Sequence[str], where: str = "") -> None:
    """Raise DatasetError where two columns have the same name."""
    first = {name: names.index(name) for name in names}
    for number, name in enumerate(names):
        if name and first[name] != number:
            columns = f"columns {first[name] + 1} and {number + 1}"
            raise _refused(f"{where}{columns} are both named {name!r}")


def _read(content: bytes, separator: str) -> "pd.DataFrame":
    import pandas as pd

    head = list(islice(_records(content, separator), 2))
    names = head[0][1]
    refuse_repeated_names(names, "line 1: ")
    if len(names) == 1:
        _refuse_other_separators(names[0], separator)
    # In rows that are all too long, pandas takes the first values for the names of the rows.
    _refuse_ragged(head)
    refuse_too_many_values(*largest_shape(content, separator))
    frame = pd.read_csv(io.BytesIO(content), sep=separator, encoding="utf-8-sig", low_memory=False)
    # pandas fills up rows that are too short.
    if frame.iloc[:, -1].isna().any():
        _refuse_ragged(_records(content, separator))
    if frame.empty:
        raise _refused("has a header but no rows")
    return frame


def _records(content: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not blank, the header first, with the line on which it begins."""
    with io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=separator)
        line = 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1


def _refuse_what_is_no_text(content: bytes) -> None:
    if not content.strip():
        raise _refused("is empty")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise _refused(f"line {line} has a NUL byte, so it is not UTF-8 text")


def _refuse_other_separators(header: str, separator: str) -> None:
    """Raise DatasetError where the only column's name looks like several names."""
    for other, name in SEPARATOR_NAMES.items():
        if other != separator and other in header:
            expected = SEPARATOR_NAMES[separator]
            raise _refused(f"line 1: the columns seem to be separated by {name}, not by {expected}")


def _refuse_ragged(records: Iterable[tuple[int, list[str]]]) -> None:
    """Raise DatasetError where a record has more or fewer values than the first one."""
    columns = None
    for line, record in records:
        count = len(record)
        columns = columns or count
        if count != columns:
            values = "1 value" if count == 1 else f"{count} values"
            raise _refused(f"line {line} has {values} for {columns} columns")


def _undecodable(content: bytes) -> str:
    """Which byte keeps a file from being text."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"line {line} is not UTF-8 text (byte 0x{error.object[error.start]:02x})"
    return "is not UTF-8 text"


def _refused(message: str) -> DatasetError:
    return DatasetError("file", message)
