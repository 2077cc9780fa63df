"""The layout of a text file: what separates its columns, and which of its lines are rows.

clevercsv finds the separator and the quotes: van den Burg, Nazabal and Sutton 2019, "Wrangling
Messy CSV Files by Detecting Row and Type Patterns".
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from lossbench.data.arrays import DatasetError
from lossbench.data.reading.form import Form
from lossbench.data.reading.header import is_header
from lossbench.data.reading.names import numbered_names
from lossbench.text import counted

# What may stand between columns, and its name in messages. A blank stands for any run of them.
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", " ": "blanks"}
# The lines by which the layout is judged: so many, or so many bytes of them, but a few at least.
LINES, BYTES, FEW = 200, 2**18, 4
MOST = 2**24  # bytes in which a few lines must come
# What Excel takes for a word about the separator, and not for a row.
SEPARATOR_LINE = re.compile(rb'"?sep=(.)"?\r?\n', re.IGNORECASE)
COMMENT = "#"
# A line that is drawn under a header, or around a table: by databases, and in Markdown.
RULER = re.compile(rb"^(?=[^\r\n]*(?:---|===))[-+|=: \t]+\r?$", re.MULTILINE)
OF_R = " \t"  # what R's write.table puts between columns

Record = tuple[int, list[str]]  # the line on which it begins, from 1, and its fields


@dataclass(frozen=True)
class Layout:
    """How the lines of a text file are read.

    ``skipped`` are lines above the first row, from 1, that hold no row: titles, comments, and the
    header. ``names`` are those of the header; without a header they are x1, x2, ...
    """

    separator: str
    quote: str
    escape: str | None
    skipped: frozenset[int]
    names: tuple[str, ...]
    has_header: bool
    notes: tuple[str, ...]

    def fits(self, record: Sequence[str]) -> bool:
        """Whether a record has a value for each column; a separator may stand at its end."""
        columns = len(self.names)
        return len(record) == columns or (len(record) == columns + 1 and not record[-1].strip())

    def records(self, lines: Iterable[str]) -> Iterator[Record]:
        """Every record that is not blank, with the line on which it begins."""
        return records(lines, self.separator, self.quote, self.escape)


def records(
    lines: Iterable[str], separator: str, quote: str = '"', escape: str | None = None
) -> Iterator[Record]:
    """The records of lines that are not blank, each with the line on which it begins, from 1."""
    blanks = separator == " "
    rows = csv.reader(
        (" ".join(it.split()) + "\n" for it in lines) if blanks else lines,
        delimiter=separator,
        quotechar=quote,
        escapechar=escape,
        skipinitialspace=True,
    )
    line = 1
    for record in rows:
        if record and (len(record) > 1 or record[0].strip()):
            yield line, record
        line = rows.line_num + 1


def layout_of(content: bytes, form: Form) -> Layout:
    """The layout of a file in UTF-8, by its first lines; raises DatasetError where it has none."""
    head, is_whole = _head(content)
    said = SEPARATOR_LINE.match(content)
    separator, quote, escape = _dialect(head[1:] if said else head, form, said)
    found = list(records(head, separator, quote, escape))
    if not is_whole:
        found = found[:-1] or found  # the last one may be cut
    of_header = any(_is_drawn(head[line - 1]) for line, _ in found[:FEW])
    drawn = _drawn_lines(content) if of_header else frozenset()
    no_rows = {*form.skipped, *drawn, *([1] if said else [])}
    found = [it for it in found if it[0] not in no_rows]
    notes = [] if separator == "," else [f"columns are separated by {SEPARATORS[separator]}"]
    notes += [f"{counted(len(drawn), 'line')} of a drawn table: left out"] if drawn else []
    width = usual_width(found)
    above, rest = above_columns(found, width, form.skip_rows)
    if not rest:
        raise DatasetError("file", "has no rows")
    if above:
        notes.append(f"{_lines([line for line, _ in above])} above the columns: left out")
    first = rest[0][1]
    header = (
        form.header if form.header is not None else is_header(first, [it for _, it in rest[1:]])
    )
    names = [it.lstrip(f"{COMMENT} ") if n == 0 else it for n, it in enumerate(first)]
    if header and separator in OF_R and all(len(it) == len(first) + 1 for _, it in rest[1:]):
        names = ["", *names]  # R writes no name above the names of rows
    # All lines above the first row, and those of a header that goes over several.
    first_row = rest[0][0] if not header else rest[1][0] if len(rest) > 1 else rest[0][0] + 1
    skipped = {*range(1, first_row), *form.skipped, *drawn}
    if not header:
        names = numbered_names(len(first))
    return Layout(
        separator,
        quote,
        escape,
        frozenset(skipped),
        tuple(names),
        header,
        tuple(notes),
    )


def _is_drawn(line: str) -> bool:
    return RULER.match(line.rstrip("\n").encode()) is not None


def _drawn_lines(content: bytes) -> frozenset[int]:
    """The lines that are drawn and hold no row, in a table that has one at its header."""
    drawn, line, start = set(), 1, 0
    for it in RULER.finditer(content):
        line += content.count(b"\n", start, it.start())
        start = it.start()
        drawn.add(line)
    return frozenset(drawn)


def _dialect(
    head: Sequence[str], form: Form, said: re.Match[bytes] | None
) -> tuple[str, str, str | None]:
    """The separator, the quote and the escape of some lines."""
    import clevercsv

    if said and form.separator is None:
        return said[1].decode(), '"', None
    lines = [it for it in head if it.strip() and not (it.startswith(COMMENT) or _is_drawn(it))]
    found = None
    with_these = form.separator or "".join(SEPARATORS)
    with suppress(clevercsv.Error, ValueError):  # a table of a single column has no separator
        found = clevercsv.Sniffer().sniff("".join(lines[:LINES]), delimiters=with_these)
    separator = form.separator or (found.delimiter if found else "") or ","
    quote = found.quotechar if found and found.quotechar else '"'
    return separator, quote, (found.escapechar or None) if found else None


def usual_width(found: Sequence[Record]) -> int:
    """The number of fields that most records have; the larger one where two are as frequent."""
    counts = Counter(len(record) for _, record in found)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def above_columns(
    found: list[Record], width: int, skip_rows: int | tuple[int, ...] | None
) -> tuple[list[Record], list[Record]]:
    """The records above the columns, which are titles and comments, and those from there on."""
    if isinstance(skip_rows, int):
        above = [it for it in found if it[0] <= skip_rows]
        return above, found[len(above) :]
    number = 0
    for number, (_, record) in enumerate(found):
        below = found[number + 1 :]
        if not _is_above(record, below, width) and not _is_of_file(record, below, width):
            break
    return found[:number], found[number:]


def _is_above(record: list[str], below: list[Record], width: int) -> bool:
    """Whether a record is a title or a comment above the columns."""
    if not below:
        return False
    filled = sum(1 for it in record if it.strip())
    if record[0].startswith(COMMENT):
        # A comment, unless it names the columns: then it has as many fields as the first row.
        return len(record) != width or below[0][1][0].startswith(COMMENT)
    return width > 1 and (filled <= 1 or len(record) < width - 1)


def _is_of_file(record: list[str], below: list[Record], width: int) -> bool:
    """Whether a record is wider than all below, of which the first one names the columns.

    Such is the first line that data loggers write: about the logger itself.
    """
    if len(below) < FEW or len(record) < width + 2 or not record[-1].strip():
        return False
    rows = [it for _, it in below]
    return all(len(it) == width for it in rows) and is_header(rows[0], rows[1:])


def _lines(lines: Sequence[int]) -> str:
    return f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} to {lines[-1]}"


def first_lines(content: bytes) -> list[str]:
    """The first whole lines of a file, by which it is judged."""
    lines, is_whole = _head(content)
    return lines if is_whole else lines[:-1]


def _head(content: bytes) -> tuple[list[str], bool]:
    """The first lines, and whether they are all."""
    lines = content[:BYTES].splitlines(keepends=True)
    if len(lines) <= FEW:
        lines = content[:MOST].splitlines(keepends=True)[: FEW + 1]
    lines = lines[:LINES]
    is_whole = sum(map(len, lines)) == len(content)
    return [it.decode("utf-8", errors="ignore") for it in lines], is_whole


def first_records(content: bytes, layout: Layout, most: int) -> list[Record]:
    """The first rows, without what stands above them."""
    head = content[: 4 * BYTES].decode("utf-8", errors="ignore").splitlines(keepends=True)
    rows = (it for it in layout.records(head) if it[0] not in layout.skipped)
    return list(islice(rows, most))
