"""What a network learns in place of a real target, and the way back to the units of the data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
TransformName = Literal["standardize", "log", "log1p", "mean"]


@dataclass(frozen=True)
class TargetTransform:
    """A network learns ``(f(y) - center) / scale``; f is the logarithm, log(1 + y) or y itself.

    ``center`` and ``scale`` are fitted to the training rows: mean and standard deviation of f(y),
    or for "mean" 0 and the mean.
    """

    name: TransformName
    center: float
    scale: float

    @classmethod
    def fitted(cls, name: TransformName, y: Array) -> "TargetTransform":
        """The transform for the target of the training rows, (rows,) in float64."""
        if name == "mean":
            return cls(name, 0.0, float(y.mean()))
        values = FORWARD[name](y)
        return cls(name, float(values.mean()), float(values.std()))

    @property
    def logarithmic(self) -> bool:
        """Whether the network learns a logarithm; otherwise it learns a multiple, moved."""
        return self.name in ("log", "log1p")

    def learned(self, y: Array) -> Array:
        """What the network learns in place of a target, in float64."""
        return np.asarray((FORWARD[self.name](y) - self.center) / self.scale)

    def restored(self, learned: Array) -> Array:
        """The way back, in float64; infinite where a number is too large."""
        with np.errstate(over="ignore"):
            return np.asarray(
                BACK[self.name](self.center + self.scale * learned.astype(np.float64))
            )

    def of_errors(self, y: Array) -> Array:
        """A slope and a factor for each row, (rows, 2), which give errors in the units of y.

        A prediction of the network that lies d above what it should have learned is off by
        ``factor * slope * d``, or if it is logarithmic by ``factor * expm1(slope * d)``. Unlike a
        difference of two restored values, this keeps the digits of a small error of a large y.
        """
        factor = {"log": y, "log1p": 1 + y}.get(self.name, np.ones_like(y))
        return np.stack([np.full_like(factor, self.scale), factor], axis=-1)


Function = Callable[[Array], Array]
FORWARD: dict[TransformName, Function] = {
    "standardize": np.asarray,
    "log": np.log,
    "log1p": np.log1p,
    "mean": np.asarray,
}
BACK: dict[TransformName, Function] = {
    "standardize": np.asarray,
    "log": np.exp,
    "log1p": np.expm1,
    "mean": np.asarray,
}
