"""Whether the first record of a file names the columns, or is a row already."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from lossbench.data.faults import Fault
from lossbench.data.reading.missing import are_placeholders, is_usual

# If this share of the first record's texts stands in its columns again, it is a row.
SHARE = 0.5
YEARS = range(1800, 2101)
MOST_HEADERS = 3  # below the first one


def is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a record names columns whose first rows are given.

    Names are seldom numbers or dates. The record is a row if, above numbers and dates, it has more
    of these than of words. Whole numbers in order, 0, 1, 2 or years, are names all the same. Where
    all columns have texts, it is a row if half of its texts come again below.
    """
    if not rows:
        return True
    cells = [it.strip() for it in first]
    columns = _columns(rows, len(first))
    shapes = [_usual_shape(it) for it in columns]
    of_numbers = [cell for cell, shape in zip(cells, shapes, strict=True) if shape]
    alike = [it for it, shape in zip(cells, shapes, strict=True) if shape and _shape(it) == shape]
    if of_numbers:
        named = sum(1 for it in of_numbers if re.match(r"[^\W\d]", it))
        return len(alike) <= named or _are_numbered_names(alike, cells)
    again = [cell in column for cell, column in zip(cells, columns, strict=True)]
    return sum(again) < SHARE * len(cells)


def no_header(where: str, columns: int) -> Fault:
    """What is wrong with a file whose first record is a row, where its config does not say so."""
    ways = (
        f"header: false names the columns x1 to x{columns}, "
        "header: true takes these values for names"
    )
    return Fault("header", f"{where} holds values, not names", (ways,), {"header": False})


def second_headers(rows: Sequence[Sequence[str]]) -> int:
    """How many of the records below a header are none but further headers, or units."""
    count = 0
    # Two rows at least are left.
    most = min(MOST_HEADERS, len(rows) - 2)
    while count < most and _is_second_header(rows[count], rows[count + 1 :]):
        count += 1
    return count


def _is_second_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a record has words alone above numbers, none of which comes again."""
    columns = zip(first, _columns(rows, len(first)), strict=True)
    cells = [(it.strip(), column) for it, column in columns if _usual_shape(column)]
    filled = [it for it, column in cells if it]
    missing = any(map(is_usual, filled)) or are_placeholders(filled)
    again = any(it in column for it, column in cells if it)
    words = [it for it in filled if re.search(r"[^\W\d]", it)]
    return len(words) > 1 and not (missing or again or any(map(_shape, filled)))


def further_headers(
    where: str, found: Sequence[int], skip_rows: int | tuple[int, ...] | None
) -> Fault:
    """What is wrong with a file that has headers or units on lines below the first header."""
    before = range(1, skip_rows + 1) if isinstance(skip_rows, int) else skip_rows or ()
    lines = sorted([*before, *found])
    where = " and ".join(f"{where} {it}" for it in found)
    what = f"words above numbers on {where}, as a second header or units"
    way = f"skip_rows: [{', '.join(map(str, lines))}] leaves out what is no row"
    return Fault("skip_rows", what, (way,), {"skip_rows": lines})


def _columns(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The values of each column; rows may be shorter."""
    return [[row[n].strip() for row in rows if n < len(row)] for n in range(width)]


def _shape(cell: str) -> str:
    """A text that begins with a digit, a sign or a currency, with 9 for each of its numbers."""
    if not re.match(r"[-+(.,$€£¥]*\d", cell):
        return ""
    return re.sub(r"\d+", "9", re.sub(r"\d*[.,]?\d+([eE][-+]?\d+)?", "9", cell.lstrip("-+")))


def _usual_shape(column: Sequence[str]) -> str:
    """The shape of half of the values in a column or more; empty if it is not that of a number."""
    shapes = Counter(_shape(it) for it in column if it)
    shape, count = shapes.most_common(1)[0] if shapes else ("", 0)
    return shape if 2 * count >= shapes.total() else ""


def _are_numbered_names(alike: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether numbers above numbers are names: 0, 1, 2 in nearly all columns, or years."""
    if len(set(cells)) < len(cells) or not all(it.isdecimal() for it in alike) or len(alike) < 2:
        return False
    numbers = [int(it) for it in alike]
    in_order = all(b - a == 1 for a, b in pairwise(numbers))
    counted = numbers[0] in (0, 1) and len(numbers) >= len(cells) - 1
    return in_order and (counted or all(it in YEARS for it in numbers))
