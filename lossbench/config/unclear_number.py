"""Numbers that are written in a way that not everybody reads alike: 010, 0x10, 1:30.

``010`` is 8 in YAML 1.1 and 10 in YAML 1.2. A config takes no such number. Where a text is wanted,
it is the text as written.
"""

import re
from collections.abc import Mapping
from typing import Any

UNCLEAR = re.compile(
    r"""[-+]?(
        0[0-9_]+
        | 0[bB][01_]+ | 0[oO][0-7_]+ | 0[xX][0-9a-fA-F_]+
        | [0-9][0-9_]* (:[0-5]?[0-9])+ (\.[0-9_]*)?
        | (?=.*_) [0-9][0-9_]* \.[0-9_]*
    )$""",
    re.VERBOSE,
)
LONGEST = 20  # characters of a number whose value a message tells
BASES = {"b": 2, "o": 8, "x": 16}


class UnclearNumber(str):
    """Such a number as a text; it is shown as it was written, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    @property
    def hint(self) -> str:
        """What to write instead."""
        sign = "-" if self.startswith("-") else ""
        digits = self.lstrip("-+").replace("_", "")
        if len(digits) > LONGEST:
            return "must be a plain number"
        if digits.isdigit() and (decimal := int(digits)) > 7 and not {"8", "9"} & {*digits}:
            octal = f"{sign}{int(digits, 8)}"
            return f"is {octal} in YAML 1.1 and {sign}{decimal} elsewhere: write one of them"
        return f"must be a plain number, such as {sign}{_value(digits)}"


def unclear_number(value: Any) -> str | None:
    """What is wrong with the first unclear number in a value; None where there is none."""
    if isinstance(value, UnclearNumber):
        return value.hint
    if isinstance(value, Mapping):
        value = [*value.values()]
    if not isinstance(value, list | tuple):
        return None
    for it in value:
        if message := unclear_number(it):
            return f"has {it}, which {message}" if isinstance(it, UnclearNumber) else message
    return None


def _value(digits: str) -> int | float:
    """The value of an unclear number without its sign and its underscores."""
    if base := BASES.get(digits[1:2].lower()):
        return int(digits[2:] or "0", base)
    *wholes, last = digits.split(":")
    value = 0
    for whole in wholes:
        value = 60 * (value + int(whole))
    return value + (float(last) if "." in last else int(last))
