"""The section of what is disturbed on purpose in the training rows."""

from collections.abc import Iterator, Mapping
from math import fsum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from lossbench.config.sections.base import Section, refusal, refuse
from lossbench.config.unclear_number import unclear_number
from lossbench.data.disturbance import Disturbance
from lossbench.data.parts import SEEDS
from lossbench.tables.parameters import is_number
from lossbench.text import listed

SCALE = 10.0
ROUNDING = 1e-9  # by which shares whose sum is 1 may exceed it
Share = Annotated[float, Field(ge=0, le=1)]
Labels = Share | dict[str, dict[str, Share]]


def _absent(value: object) -> bool:
    return value is None


def _labels(value: Any) -> Any:
    if message := unclear_number(value):
        raise refuse(message)
    if value is None or _is_share(value):
        return value if value is None else float(value)
    if not isinstance(value, Mapping) or not value:
        raise refuse("must be a share from 0 to 1, or shares by class: {cat: {dog: 0.3}}")
    for name, shares in value.items():
        if not isinstance(shares, Mapping) or not shares:
            raise refuse(f"must say what rows of {name!r} become, such as {{{name}: {{…: 0.3}}}}")
        if not all(map(_is_share, shares.values())):
            raise refuse(f"must have shares from 0 to 1, which those of {name!r} are not")
        if name in shares:
            raise refuse(f"must say which other class rows of {name!r} become, not the same one")
        if fsum(shares.values()) > 1 + ROUNDING:
            raise refuse(f"must have shares that are 1 at most together, unlike those of {name!r}")
    return {
        name: {it: float(share) for it, share in shares.items()} for name, shares in value.items()
    }


def _is_share(value: Any) -> bool:
    return is_number(value) and 0 <= value <= 1


class Disturb(Section):
    """What is disturbed on purpose in the training rows; the test rows stay as they are.

    ``labels`` is the share of them whose class becomes another one, or the shares by class and by
    what it becomes. ``outliers`` is the share of them to whose real target an error is added, from
    a normal distribution whose standard deviation is ``scale`` times that of the target; without
    ``scale`` it is 10 times that. Split number k draws from ``random_state`` plus k.
    """

    labels: Annotated[
        float | dict[str, dict[str, float]] | None, BeforeValidator(_labels, Labels)
    ] = Field(None, exclude_if=_absent)
    outliers: Share | None = Field(None, exclude_if=_absent)
    scale: Annotated[float, Field(gt=0)] | None = Field(None, exclude_if=_absent)
    random_state: Annotated[int, Field(ge=0, lt=SEEDS)] = 0

    @model_validator(mode="after")
    def _disturb_one_thing(self) -> "Disturb":
        if self.labels is None and self.outliers is None:
            raise refuse("must have labels or outliers: the share of the training rows")
        if self.labels is not None and self.outliers is not None:
            message = "cannot stand beside labels: these are for classes, and outliers are not"
            raise refusal("outliers", message, self.outliers)
        if self.outliers is None and self.scale is not None:
            raise refusal(
                "scale", "is how far outliers lie, and has no effect on labels", self.scale
            )
        if self.outliers is not None and self.scale is None:
            # A section is frozen once it is validated.
            object.__setattr__(self, "scale", SCALE)
        return self

    def of_split(self, number: int) -> Disturbance:
        """What is disturbed in the split with this number, from 0."""
        state = (self.random_state + number) % SEEDS
        return Disturbance(self.labels, self.outliers, self.scale, state)

    @property
    def title(self) -> str:
        """What is disturbed, in a few words; empty where a share of 0 disturbs nothing."""
        if self.outliers:
            return f"{_percent(self.outliers)} outliers of scale {self.scale:g}"
        if isinstance(self.labels, Mapping):
            changed = [*_by_class(self.labels)]
            return f"labels changed: {listed(changed)}" if changed else ""
        return f"{_percent(self.labels)} of labels changed" if self.labels else ""


def _by_class(labels: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for name, shares in labels.items():
        yield from (f"{_percent(it)} of {name} to {other}" for other, it in shares.items() if it)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
