"""What stands before the decimals of a file's numbers: a point, or a comma as in much of Europe."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from lossbench.data.reading.form import Decimal

# With a decimal comma for certain: 0,5 and 12,75 and 1.062,5, but not 1,062, which may be 1062.
COMMA = re.compile(
    r"[-+]?(\d+|\d{1,3}(\.\d{3})+),(\d{1,2}|\d{4,})|[-+]?0,\d+|[-+]?\d+(\.\d{3})+,\d+"
)
POINT = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)?\.(\d{1,2}|\d{4,})([eE][-+]?\d+)?|[-+]?0?\.\d+")


def of(rows: Sequence[Sequence[str]], separator: str) -> Decimal:
    """What stands before decimals, by some rows of texts.

    It is the comma if columns have numbers that can only be read with one, and the point if they
    have some that need it. Where there are columns of both kinds, or of none, semicolons between
    the columns are for decimal commas.
    """
    columns = [[it.strip() for it in column] for column in zip_longest(*rows, fillvalue="")]
    has_comma = [any(map(COMMA.fullmatch, it)) for it in columns]
    has_point = [any(map(POINT.fullmatch, it)) for it in columns]
    kinds = set(zip(has_comma, has_point, strict=True))
    commas, points = (True, False) in kinds, (False, True) in kinds
    if commas != points:
        return "," if commas else "."
    return "," if separator == ";" else "."
