"""The section of tuning: which keys take which values, and what judges them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from lossbench.config.sections.base import Section, one_of, refuse
from lossbench.tables.metrics import FORMER_METRICS, METRICS, METRICS_ELSEWHERE
from lossbench.tables.parameters import is_number

LEARNING_RATE = "optimizer.learning_rate"
# Nine learning rates, evenly spaced on a logarithmic scale, as multiples of the optimizer's own.
MULTIPLES = (0.1, 0.24, 0.56, 1.3, 3.2, 7.5, 18, 42, 100)
SECTIONS = ("optimizer", "loss", "model", "batch_size", "class_weight")
FURTHER = 4  # values by which a list is continued at an end
Point = dict[str, Any]  # a value for each dotted key


def _grid(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise refuse(f"must be a mapping of keys to lists of values, such as {LEARNING_RATE}")
    for key, values in value.items():
        if not isinstance(key, str) or key.partition(".")[0] not in SECTIONS or key == "loss":
            allowed = f"keys of {', '.join(SECTIONS[:3])}, or {' or '.join(SECTIONS[3:])}"
            raise refuse(f"has '{key}', which cannot be tuned: take {allowed}")
        if not isinstance(values, list | tuple) or not values:
            raise refuse(f"has '{key}' without a list of values")
    return {key: tuple(values) for key, values in value.items()}


class Tune(Section):
    """Which keys of a config are tuned, and what judges them.

    In each split, every combination of the values in ``grid`` is trained from seed 0. The
    one whose ``metric`` is best on the rows that early stopping holds back is trained from all
    seeds; by default it is mse, accuracy, or balanced accuracy of unbalanced classes. Without a
    list of learning rates, nine are tried, from a tenth to a hundred times the optimizer's own. If
    the best one is the first or the last of its list, the list is continued.
    """

    metric: Annotated[str, one_of(list(METRICS), FORMER_METRICS, METRICS_ELSEWHERE)] | None = None
    grid: Annotated[dict[str, tuple[Any, ...]], BeforeValidator(_grid)] = Field({})

    @property
    def judged_by(self) -> str:
        """The metric, which is filled in with the data where a config gives none."""
        assert self.metric
        return self.metric

    def with_rates(self, rate: float) -> "Tune":
        """The same with learning rates around that of an optimizer."""
        rates = tuple(float(f"{rate * multiple:.2g}") for multiple in MULTIPLES)
        return self.model_copy(update={"grid": {LEARNING_RATE: rates, **self.grid}})

    def can_choose(self, point: Mapping[str, Any]) -> bool:
        """Whether these values may be those that tuning chose."""
        if point.keys() != self.grid.keys():
            return False
        return all(_can_take(key, values, point[key]) for key, values in self.grid.items())

    def points(self) -> Iterator[Point]:
        """Every combination of the values."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))


def further_rates(rates: Sequence[Any], rate: object) -> list[float]:
    """How a list of learning rates goes on beyond the end at which a rate lies; else empty.

    It goes on by FURTHER values, each as many times the one before as the last two differ.
    """
    if len(rates) < 2 or not all(is_number(it) and it > 0 for it in rates):
        return []
    ordered = sorted(rates)
    for end, beside in (ordered[:2], ordered[:-3:-1]):
        if rate == end:
            steps = (end * (end / beside) ** step for step in range(1, FURTHER + 1))
            return [float(f"{it:.2g}") for it in steps]
    return []


def at_edge(rates: Sequence[Any], rate: object) -> bool:
    """Whether a learning rate is the last that would be tried."""
    return any(rate == further[-1] for it in rates if (further := further_rates(rates, it)))


def _can_take(key: str, values: Sequence[Any], value: object) -> bool:
    further = (more for it in values for more in further_rates(values, it))
    return _plain(value) in [*map(_plain, values), *(further if key == LEARNING_RATE else ())]


def _plain(value: Any) -> Any:
    """A value as JSON has it: lists for tuples."""
    return [*map(_plain, value)] if isinstance(value, list | tuple) else value
