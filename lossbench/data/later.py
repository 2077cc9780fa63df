"""A Split of which something is known before its data are made."""

from collections.abc import Callable
from typing import Any

from lossbench.data.arrays import Split
from lossbench.data.foretold import Foretold


class LaterSplit(Split):
    """A Split whose arrays are made when one of them is looked at for the first time.

    Until then it tells its rows, its features and its classes. It has no names of features, no
    weights, no transform and no disturbance.
    """

    _known: Foretold
    _make: Callable[[], Split]

    @classmethod
    def of(cls, known: Foretold, make: Callable[[], Split]) -> "LaterSplit":
        """The split of which so much is ``known``, and that ``make`` makes."""
        split = cls.__new__(cls)
        classes = tuple(map(str, range(len(known.class_rows))))
        vars(split).update(classes=classes, _known=known, _make=make)
        return split

    def __getattr__(self, name: str) -> Any:
        # Only what is not there gets here: the arrays, which have no default.
        if name not in ("x_train", "y_train", "x_test", "y_test"):
            raise AttributeError(name)
        vars(self).update(vars(self._make()))
        return vars(self)[name]

    @property
    def rows(self) -> tuple[int, int]:
        """The numbers of training rows and of test rows."""
        return self._known.rows

    @property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of a row of x."""
        return (self._known.features,)

    @property
    def class_rows(self) -> tuple[int, ...]:
        """How many rows of both parts each class has; empty for a real target."""
        return self._known.class_rows
