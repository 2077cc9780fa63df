"""Text files: CSV and its relatives, whatever separates their columns.

pandas is imported only when a file is read.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from lossbench.data.arrays import DatasetError
from lossbench.data.faults import Fault, refuse
from lossbench.data.limits import refuse_too_many_values
from lossbench.data.reading import decimals
from lossbench.data.reading.chunks import read_chunks
from lossbench.data.reading.codes import columns_of_codes, like_codes
from lossbench.data.reading.encodings import to_utf8
from lossbench.data.reading.form import MANY, Decimal, Form, Reading
from lossbench.data.reading.header import further_headers, no_header, second_headers
from lossbench.data.reading.layout import (
    BYTES,
    LINES,
    Layout,
    Record,
    first_lines,
    first_records,
    layout_of,
)
from lossbench.data.reading.lines import Lines, without_lines
from lossbench.data.reading.names import unique_names
from lossbench.data.reading.of_r import NA, has_na_for_missing
from lossbench.text import counted, message_of, shown

if TYPE_CHECKING:
    import pandas as pd

SOMETHING = re.compile(rb"[^\0 \t\r\n\xef\xbb\xbf\xff\xfe]")  # besides blanks and byte order marks
# One column more than there are names: a line with a separator at its end has an empty value there.
SURPLUS = "\0surplus"
MOST_FOOTERS = 10  # more lines of another width than this are no footer
SAMPLE = 5000  # rows by which the decimal comma is found


def read(content: bytes, form: Form) -> Reading:
    """The columns of a text file; raises DatasetError where it is not a table with rows."""
    if not SOMETHING.search(content):
        raise _refused("is empty")
    content, encoding = to_utf8(content, form.encoding)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise _refused(f"line {line} has a NUL byte, so it is not text")
    try:
        layout = layout_of(content, form)
        return _read(content, form, layout, encoding)
    except csv.Error as error:
        raise _refused(f"is not a table: {message_of(error)}") from None


def most_values(content: bytes) -> int:
    """An upper bound of rows times columns, found without reading the values."""
    content, _ = to_utf8(content, None)
    try:
        return _most_rows(content) * len(layout_of(content, Form()).names)
    except csv.Error as error:
        raise _refused(f"is not a table: {message_of(error)}") from None


def _most_rows(content: bytes) -> int:
    return max(content.count(b"\n"), content.count(b"\r") if b"\r" in content else 0)


def _read(content: bytes, form: Form, layout: Layout, encoding: str) -> Reading:
    refuse_too_many_values(_most_rows(content), len(layout.names))
    numbered = first_records(content, layout, SAMPLE)
    sample = [record for _, record in numbered]
    names, doubled = unique_names(list(layout.names))
    decimal = form.decimal or decimals.of(sample, layout.separator)
    footers, faults = _footers(content, layout, form)
    comments = _comments(content, layout)
    left_out = layout.skipped | footers | comments
    if layout.has_header and (count := second_headers(sample[:LINES])):
        found = [line for line, _ in numbered[:count]]
        faults.append(further_headers("line", found, form.skip_rows))
        left_out |= {*found}
    texts = _texts(names, sample, form.texts, decimal)
    texts += [it for it in columns_of_codes(content, layout, names) if it not in texts]
    lines = [it for n, it in enumerate(first_lines(content)) if n + 1 not in left_out]
    missing = [NA] if has_na_for_missing(lines, layout.separator, content) else []
    rows = without_lines(content, left_out)
    frame = _parse(rows, layout, names, decimal, texts, missing)
    notes = [encoding, *layout.notes, *doubled]
    notes += ["NA without quotes is a missing value, as texts have quotes"] if missing else []
    notes += [f"{counted(len(comments), 'line')} with a comment: left out"] if comments else []
    if not layout.has_header and form.header is None:
        faults.append(no_header(f"line {min(numbered)[0]}", len(names)))
    return Reading(
        frame,
        _place(rows, layout, max(left_out, default=0), len(frame)),
        tuple(filter(None, notes)),
        tuple(faults),
        decimal,
    )


def _parse(
    rows: Lines,
    layout: Layout,
    names: list[str],
    decimal: str,
    texts: Sequence[str],
    missing: Sequence[str],
) -> "pd.DataFrame":
    """The columns, by pandas; raises DatasetError with the first line that is no row."""
    if any(len(record) > len(names) + 1 for _, record in islice(_records(rows.open(), layout), 1)):
        _refuse_ragged(rows, layout)
    options = {
        "sep": r"\s+" if layout.separator == " " else layout.separator,
        "quotechar": layout.quote,
        "escapechar": layout.escape,
        "header": None,
        "names": [*names, SURPLUS],
        "decimal": decimal,
        # An empty field is missing. What else may be is for the columns to say.
        "keep_default_na": False,
        "na_values": ["", *missing],
        "skipinitialspace": True,
        "encoding": "utf-8",
    }
    try:
        frame = read_chunks(rows, options, texts)
    except (ValueError, csv.Error) as error:  # pandas's ParserError is a ValueError, too
        _refuse_ragged(rows, layout)
        if "EOF inside string" in str(error):
            *_, (line, _) = _records(rows.open(), layout)
            raise _refused(f"line {line} has a quote that is never closed") from None
        raise _refused(f"is not a table: {message_of(error)}") from None
    if frame.empty:
        raise _refused("has a header but no rows")
    # pandas fills up rows that are too short.
    if frame[SURPLUS].notna().any() or frame[names[-1]].isna().any():
        _refuse_ragged(rows, layout)
    del frame[SURPLUS]
    # A last column without a name and without values is a comma at the end of each line.
    last = frame.columns[-1]
    if not layout.names[-1].strip() and frame[last].isna().all():
        del frame[last]
    return frame


def _texts(
    names: Sequence[str],
    sample: Sequence[Sequence[str]],
    wanted: frozenset[str],
    decimal: Decimal,
) -> list[str]:
    """The columns to read as they are written: those that a config wants so, and maybe codes.

    They may be classes, which keep their names. A column of many different numbers has none.
    """
    different = [
        dict.fromkeys(r[n].strip() for r in sample if n < len(r)) for n in range(len(names))
    ]
    return [
        name
        for name, texts in zip(names, different, strict=True)
        if (name in wanted and len(texts) <= MANY) or like_codes(texts, decimal)
    ]


def _footers(content: bytes, layout: Layout, form: Form) -> tuple[frozenset[int], list[Fault]]:
    """The lines below the last row, and the fault that no key names them."""
    count = content.count(b"\n") + (not content.endswith(b"\n"))
    tail = content[-BYTES:].decode("utf-8", errors="ignore").splitlines()
    lines = [(count - n, it) for n, it in enumerate(reversed(tail)) if it.strip()]
    if form.skip_footer:
        return frozenset(line for line, _ in lines[: form.skip_footer]), []
    found = []
    for line, text in lines[: MOST_FOOTERS + 1]:
        record = next(layout.records([text]), (1, [""]))[1]
        if layout.quote in text.replace(2 * layout.quote, "") and text.count(layout.quote) % 2:
            return frozenset(), []  # a text of several lines
        if layout.fits(record) or line in layout.skipped:
            break
        found.append((line, text, len(record)))
    if not found or len(found) > MOST_FOOTERS or len(found) >= len(lines) - len(layout.skipped):
        return frozenset(), []
    line, text, fields = found[-1]
    what = f"{_ragged(line, fields, len(layout.names))}, {shown(text)}"
    ways = f"skip_footer: {len(found)} leaves out what stands below the rows"
    if max(fields for *_, fields in found) > len(layout.names):  # this may be a row with a mistake
        refuse([Fault("file", what, (ways,))])
    fault = Fault("file", what, (ways,), {"skip_footer": len(found)})
    return frozenset(it[0] for it in found), [fault]


def _comments(content: bytes, layout: Layout) -> frozenset[int]:
    """The lines among the rows that begin with # and have another width."""
    if not any(it in content for it in (b"\n#", b"\r#") if b"#" in content):
        return frozenset()
    return frozenset(
        line
        for line, record in _records(io.BytesIO(content), layout)
        if record[0].startswith("#")
        and not layout.fits(record)
        and line not in layout.skipped
        and not any("\n" in it or "\r" in it for it in record)
    )


def _place(rows: Lines, layout: Layout, above: int, count: int) -> Callable[[int], str]:
    """Says on which line of the file a row begins.

    ``above`` is the last line that is left out; ``rows`` have nothing on those lines.
    """
    lines = rows.count(b"\n") + (not rows.ends)
    plain = b"\r" not in rows.content or rows.count(b"\r") == rows.count(b"\r\n")
    if plain and lines == count + above:
        # Every row is a line of its own. The bytes, which may be many, are not kept.
        return partial(_plain_place, above + 1)
    return partial(_found_place, rows, layout)


def _plain_place(first: int, row: int) -> str:
    return f"line {first + row}"


def _found_place(rows: Lines, layout: Layout, row: int) -> str:
    line = next(islice((line for line, _ in _records(rows.open(), layout)), row, None), None)
    return f"row {row + 1}" if line is None else f"line {line}"


def _records(content: BinaryIO, layout: Layout) -> Iterator[Record]:
    with io.TextIOWrapper(content, "utf-8", newline="") as text:
        yield from layout.records(text)


def _refuse_ragged(rows: Lines, layout: Layout) -> None:
    """Raise DatasetError where a record has more or fewer values than there are columns."""
    for line, record in _records(rows.open(), layout):
        if not layout.fits(record):
            what = _ragged(line, len(record), len(layout.names))
            refuse([Fault("file", what, (f"skip_rows: [{line}] leaves it out",))])


def _ragged(line: int, fields: int, columns: int) -> str:
    return f"line {line} has {counted(fields, 'value')} for {columns} columns"


def _refused(message: str) -> DatasetError:
    return DatasetError("file", message)
