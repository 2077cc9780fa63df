"""What stands before the decimals of a file's numbers: a point, or a comma as in much of Europe."""

import re
from collections.abc import Sequence

from lossbench.data.reading.form import Decimal

# With a decimal comma for certain: 0,5 and 12,75 and 1.062,5, but not 1,062, which may be 1062.
COMMA = re.compile(
    r"[-+]?(\d+|\d{1,3}(\.\d{3})+),(\d{1,2}|\d{4,})|[-+]?0,\d+|[-+]?\d+(\.\d{3})+,\d+"
)
POINT = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)?\.(\d{1,2}|\d{4,})([eE][-+]?\d+)?|[-+]?0?\.\d+")


def of(rows: Sequence[Sequence[str]], separator: str) -> Decimal:
    """What stands before decimals, by some rows of texts.

    It is the comma if some numbers have one for certain, and a point only where it may separate
    thousands. Semicolons between columns are for decimal commas, so where no number tells, the
    comma it is.
    """
    texts = [it.strip() for row in rows for it in row]
    if any(map(POINT.fullmatch, texts)):
        return "."
    return "," if separator == ";" or any(map(COMMA.fullmatch, texts)) else "."
