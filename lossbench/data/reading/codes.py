"""Columns of codes: digits whose zeros say something, such as 007, which numbers would lose."""

import re
from collections.abc import Collection, Sequence

import numpy as np

from lossbench.data.reading.form import Decimal
from lossbench.data.reading.layout import Layout

BLOCK = 2**20  # bytes
ZERO, POINT = b"0."
FEW_CODES = 50  # measures have more different values
MOST = 10_000  # codes that are looked at; they come in few columns, and often


def columns_of_codes(content: bytes, layout: Layout, names: Sequence[str]) -> list[str]:
    """The columns of a text file in which some value has a zero before other digits."""
    first = _first_block(content, layout.separator.encode())
    if first is None:
        return []
    separator = re.escape(layout.separator.encode())
    # With the zero first: its places are found some times as fast as those of what stands before.
    code = re.compile(rb'0(?<![^%b"\s]0)\d+(?![^%b"\s])' % (separator, separator))
    found: set[int] = set()
    for number, match in enumerate(code.finditer(content, first)):
        if number == MOST or len(found) == len(names):
            break
        line = content[content.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        fields = [record for _, record in layout.records([line.decode(errors="replace") + "0"])]
        if len(fields) == 1 and len(fields[0]) <= len(names):
            found.add(len(fields[0]) - 1)
    return [name for number, name in enumerate(names) if number in found]


def like_codes(texts: Collection[str], decimal: Decimal) -> tuple[str, ...]:
    """Two texts, or one, of a column of numbers with a point that may be codes; empty if none may.

    Such are versions with 1.1 and 1.10, which are one number, or occupations with 01.11.
    """
    first: dict[float, str] = {}
    if len(texts) > FEW_CODES:
        return ()
    for text in texts:
        if re.fullmatch(rf"\d+\{decimal}\d+", text):
            same = first.setdefault(float(text.replace(decimal, ".")), text)
            if same != text or re.match("0[0-9]", text):
                return tuple(dict.fromkeys((same, text)))
    return ()


def _first_block(content: bytes, separator: bytes) -> int | None:
    """Where the first block begins in which a value has a zero before another digit; None if none.

    This is found some times as fast as a whole code, and most files have none.
    """
    before = np.frombuffer(separator + b'"\t\r\n ', np.uint8)
    if content.startswith(b"0"):
        return 0
    for start in range(0, len(content), BLOCK):
        block = np.frombuffer(content[start : start + BLOCK + 2], np.uint8)
        is_digit = block - ZERO < 10
        zeros = (block[1:-1] == ZERO) & is_digit[2:] & ~is_digit[:-2] & (block[:-2] != POINT)
        if np.isin(block[:-2][zeros], before).any():
            return start
    return None
