"""The criteria of claims.yaml: typed values, by which claims are judged.

How they judge is said in ``evidence.criterion_words``, and done in ``evidence.judges``.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from lossbench.config.sections.base import Section, one_of, refuse
from lossbench.tables.metric import Metric
from lossbench.tables.metrics import FORMER_METRICS, METRICS
from lossbench.text import number_in_words

RISE = 1.1  # at least so many times the lowest value is a rise
Part = Annotated[str, one_of(("test", "train", "both"))]
Needs = tuple[str, str]  # an experiment, and a metric that it must report


def is_share(metric: str) -> bool:
    """Whether a metric is a share of what is right, whose differences are told in points."""
    row = METRICS[metric]
    return not row.smaller_is_better and row.low > -1 and row.high < 2


def amount(metric: str, size: float) -> str:
    """A difference of a metric in words: "two points" of a share, else a number."""
    if not is_share(metric):
        return f"{size:g}"
    points = round(100 * size, 6)
    return f"{number_in_words(points)} {'point' if points == 1 else 'points'}"


def _one_of_metrics(*rows: Metric) -> BeforeValidator:
    return one_of([it.name for it in rows], FORMER_METRICS)


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise refuse("must be a text of one line")
    return text


Text = Annotated[str, AfterValidator(_one_line)]
AnyMetric = Annotated[str, _one_of_metrics(*METRICS.values())]
Ordered = Annotated[str, _one_of_metrics(*(it for it in METRICS.values() if it.ordered))]
Share = Annotated[str, _one_of_metrics(*(it for it in METRICS.values() if is_share(it.name)))]
OfEpochs = Annotated[str, _one_of_metrics(*(it for it in METRICS.values() if it.every_epoch))]
ErrorOfEpochs = Annotated[
    str, _one_of_metrics(*(it for it in METRICS.values() if it.every_epoch and it.is_error))
]
Within = Annotated[float, Field(gt=0)]


class Criterion(Section, serialize_by_alias=True):
    """What all criteria have: experiments by their names, and a metric.

    ``of_curves`` says that it is judged by the history, and ``over_splits`` that it can be judged
    by several splits.
    """

    of_curves: ClassVar[bool] = False
    over_splits: ClassVar[bool] = False
    names: ClassVar[tuple[str, ...]] = ("experiment",)  # the fields that name experiments

    metric: AnyMetric

    @property
    def experiments(self) -> tuple[str, ...]:
        """The names of the experiments that it needs."""
        return tuple(getattr(self, name) for name in self.names if getattr(self, name) is not None)

    @property
    def needs(self) -> Iterator[Needs]:
        """Its experiments, each with a metric that it must report."""
        return ((it, self.metric) for it in self.experiments)

    @property
    def same_data(self) -> tuple[tuple[str, ...], ...]:
        """The experiments that must be of the same data, in groups."""
        return (self.experiments,)

    def of_dataset(self, name: str) -> "Criterion":
        """The same of a data set, whose name takes the place of each ``*``."""
        given = {it: getattr(self, it) for it in self.names}
        update = {it: value.replace("*", name) for it, value in given.items() if value is not None}
        return self.model_copy(update=update)


class EndsBelow(Criterion):
    """Most seeds end below a bound on both parts; ``alike``: the train part is not better."""

    experiment: Text
    bound: float
    alike: bool = False


class EndsNear(Criterion):
    """Most seeds end near two figures, one of each part."""

    experiment: Text
    train: float
    test: float
    within: Within


class EndsUnder(Criterion):
    """Most seeds end under a share on both parts, and another experiment is better.

    It is judged by the metric of the publication, and ``then`` by another one. ``called`` is what
    the figures call the other experiment, whose metric is always the second one.
    """

    names = ("experiment", "worse_than")
    experiment: Text
    metric: Share
    then: Share
    bound: float
    worse_than: Text | None = None
    called: Text | None = None

    @property
    def reference(self) -> str | None:
        """What the other experiment is called."""
        return self.called or self.worse_than

    @property
    def needs(self) -> Iterator[Needs]:
        """Both metrics of its own experiment, and the second one of the other."""
        yield self.experiment, self.metric
        for it in self.experiments:
            yield it, self.then


class Ahead(Criterion):
    """One experiment beats another one on a part, or on both; the one that does comes first."""

    over_splits = True
    experiment: Text
    than: Text
    metric: Ordered
    part: Part = "test"


class Better(Ahead):
    """The experiment is better than another one."""

    names = ("experiment", "than")


class Worse(Ahead):
    """The experiment is worse than another one."""

    names = ("than", "experiment")


class NotWorse(Criterion):
    """The experiment is better than another one, or worse by less than ``within``."""

    over_splits = True
    names = ("experiment", "than")
    experiment: Text
    than: Text
    metric: Ordered
    within: Within
    part: Part = "test"


class Comparable(Criterion):
    """The medians of two experiments differ by less than ``within``."""

    over_splits = True
    names = ("experiment", "to")
    experiment: Text
    to: Text
    metric: Ordered
    within: Within
    part: Part = "test"


class Steadier(Criterion):
    """The experiment varies less over its seeds than another one."""

    names = ("experiment", "than")
    experiment: Text
    than: Text
    metric: Ordered
    part: Part = "test"


class FallsLess(Criterion):
    """A metric gets worse by less from one experiment to the next than between two others."""

    over_splits = True
    names = ("from_", "to", "than_from", "than_to")
    from_: Text = Field(alias="from")
    to: Text
    than_from: Text
    than_to: Text
    metric: Ordered
    part: Part = "test"

    @property
    def same_data(self) -> tuple[tuple[str, ...], ...]:
        """Those that both begin with, and those that both end with."""
        return (self.from_, self.than_from), (self.to, self.than_to)


class RisesAgain(Criterion):
    """The test error is lowest at about an epoch, and ends above that."""

    of_curves = True
    experiment: Text
    metric: ErrorOfEpochs
    epoch: Annotated[int, Field(ge=1)]

    @property
    def epochs(self) -> tuple[float, float]:
        """About this epoch is from half of it to twice as many."""
        return self.epoch / 2, 2 * self.epoch


class Bumpier(Criterion):
    """The test error takes a bumpier course than that of another experiment."""

    of_curves = True
    names = ("experiment", "than")
    experiment: Text
    than: Text
    metric: ErrorOfEpochs


class BumpierThanLoss(Criterion):
    """A test metric takes a bumpier course than the test loss."""

    of_curves = True
    experiment: Text
    metric: OfEpochs
