"""What the tables say about a parameter of a loss, an optimizer or a schedule."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

from lossbench.text import unknown


@dataclass(frozen=True)
class Parameter:
    """A parameter's default and the values it may take, from ``low`` to ``high``.

    The type of the default is that of the parameter: true or false, a list of numbers, or a number.
    A default of None is for a number that is off until it is given. A ``whole`` parameter takes no
    fractions; one that is ``one_or_many`` takes a list of numbers too, and a ``scheduled`` one a
    schedule of the learning rate. With ``choices`` it is one of these names. A ``needed`` parameter
    has no default. A ``silent`` one with its default is left out of a config. A ``not_zero`` one
    may be anything within its bounds but 0. ``about`` says what a parameter of a loss does, and
    ``drawn`` are values that show it in a picture.
    """

    default: float | bool | str | tuple[float, ...] | None = None
    low: float = 0.0
    high: float = inf
    low_excluded: bool = False
    high_excluded: bool = False
    whole: bool = False
    one_or_many: bool = False
    scheduled: bool = False
    needed: bool = False
    silent: bool = False
    choices: tuple[str, ...] = ()
    not_zero: bool = False
    about: str = ""
    drawn: tuple[float, ...] = ()

    def complaint(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        if isinstance(self.default, bool):
            return None if isinstance(value, bool) else "must be true or false"
        if value is None and self.default is None and not self.needed:
            return None
        if self.choices:
            return None if value in self.choices else unknown(value, self.choices)
        many = isinstance(value, list | tuple)
        if isinstance(self.default, tuple) and not many:
            return "must be a list of numbers"
        if many and not (self.one_or_many or isinstance(self.default, tuple)):
            return "must be a number"
        complaints = map(self._number, value if many else [value])
        return next((complaint for complaint in complaints if complaint), None)

    def _number(self, value: Any) -> str | None:
        if not is_number(value):
            return "must be a number"
        if self.whole and not isinstance(value, int):
            return "must be a whole number"
        above = value > self.low if self.low_excluded else value >= self.low
        below = value < self.high if self.high_excluded else value <= self.high
        if above and below:
            return "must not be 0" if self.not_zero and value == 0 else None
        bounds = []
        if self.low > -inf:
            bounds.append(f"{'greater than' if self.low_excluded else 'at least'} {self.low:g}")
        if self.high < inf:
            bounds.append(f"{'less than' if self.high_excluded else 'at most'} {self.high:g}")
        return f"must be {' and '.join(bounds)}"


Parameters = Mapping[str, Parameter]


def is_number(value: Any) -> bool:
    """Whether a value is a finite number that is not too large for a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False
