"""A named thing of Keras with parameters: what a row of a table says of each parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """A parameter's default and the values it may take, from ``low`` to ``high``.

    The default's type is the parameter's: true or false, or a number.
    """

    default: float | bool
    low: float = 0.0
    high: float = inf
    low_excluded: bool = False

    def complaint(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        if isinstance(self.default, bool):
            return None if isinstance(value, bool) else "must be true or false"
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return "must be a number"
        if self.low <= value <= self.high and not (self.low_excluded and value == self.low):
            return None
        bound = f"must be {'greater than' if self.low_excluded else 'at least'} {self.low:g}"
        return bound if self.high == inf else f"{bound} and at most {self.high:g}"


Parameters = Mapping[str, Parameter]
