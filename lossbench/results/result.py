"""What an experiment gave: the figures, the history and the weights of each seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.config.experiment import Experiment
from lossbench.config.sections.published import Published
from lossbench.results.digits import shortest
from lossbench.results.statistics import Summary, aligned, summarize
from lossbench.results.target_units import TargetUnits
from lossbench.tables.metrics import BALANCED

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]
Part = Literal["train", "test"]
Constants = Mapping[Part, Mapping[str, float]]  # by part and metric
PARTS: tuple[Part, Part] = ("train", "test")
# Early stopping holds back a validation part, of which only the loss of each epoch is kept.
HistoryPart = Literal["train", "test", "validation"]
HISTORY_PARTS: tuple[HistoryPart, ...] = (*PARTS, "validation")


def column(part: HistoryPart, name: str) -> str:
    """The name of a figure of a part in a history and in tables: "train_loss"."""
    return f"{part}_{name}"


VALIDATION = column("validation", "loss")


@dataclass(frozen=True)
class Training:
    """What one seed gave in one split: its final figures, its history and its final weights.

    ``train`` and ``test`` map "loss" and each metric to its value on the final weights, NaN
    where the seed diverged. ``history`` maps "train_loss", "test_loss", "train_METRIC", … to an
    array of shape (epochs,). Its values mean what they mean in Keras's ``fit``: a training figure
    is the mean over the epoch's batches while the weights still change, a test figure is taken
    after the epoch. ``weights`` are kernel (inputs, units) and bias (units,) of each layer, in
    order, and the weights of batch normalisation (see ``Perceptron.weight_shapes``). Those of any
    other network have ``weight_names``, which is empty for a perceptron.

    With early stopping ``epochs`` is the number of epochs that were trained, ``history`` has that
    many and a "validation_loss" too, and the weights are those of ``best_epoch``, counted from 1,
    or of the last epoch if the config has ``restore_best_weights: false``.
    ``split`` counts from 0. ``tuned`` has the values that tuning chose in this split, by dotted
    key; it is empty without tuning. ``of_targets`` has the metrics of each target, if there are
    from two to twenty, by part and name; else it is empty. ``seconds`` is how long it took, with
    the tuning that came before it; it is not stored.
    """

    seed: int
    diverged: bool
    train: Mapping[str, float]
    test: Mapping[str, float]
    history: Mapping[str, Array] = field(repr=False)
    weights: tuple[Array, ...] = field(repr=False)
    epochs: int | None = None
    best_epoch: int | None = None
    split: int = 0
    tuned: Mapping[str, Any] = field(default_factory=dict)
    weight_names: tuple[str, ...] = field(default=(), repr=False)
    of_targets: Mapping[Part, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    seconds: float = field(default=0.0, compare=False)

    def final(self, part: Part) -> Mapping[str, float]:
        """The figures of a part on the final weights, by name."""
        return self.train if part == "train" else self.test

    def curves(self, part: HistoryPart) -> dict[str, Array]:
        """The history of a part by name: "loss" and each metric, (epochs,) each."""
        start = column(part, "")
        return {
            name.removeprefix(start): curve
            for name, curve in self.history.items()
            if name.startswith(start)
        }


@dataclass(frozen=True)
class Result:
    """What an experiment gave, a ``Training`` for each split and seed, in their order.

    ``data_sha256`` is the digest of the data in the first split. ``constants`` are the metrics of
    the best constant prediction, for each split by part and name; empty where they are not known.
    ``rows`` are those of the train part, with what is held back, and of the test part, in the first
    split; None where they are not known. ``classes`` are the names of the classes, by number; empty
    for a real target. ``targets`` are the names of several targets; else empty. ``class_rows`` are
    the rows of each class where classes are unbalanced; else empty. ``provenance`` says which
    versions and which machine made the result; it is known of a result that was read from a folder,
    and empty after training. ``target`` tells the units of a target that was transformed for the
    network, in the first split, and is None for any other.

    >>> import lossbench
    >>> (result,) = lossbench.read("results/hinge")
    >>> values = result.final("test", "accuracy")  # one for each seed
    >>> values.shape == (result.experiment.repeats,)
    True
    >>> summary = result.summary("test", "accuracy")
    >>> summary.low <= summary.median <= summary.high
    True
    >>> curves = result.curves("test", "loss")  # a row for each seed, a column for each epoch
    >>> curves.shape == (result.experiment.repeats, result.experiment.epochs)
    True
    """

    experiment: Experiment
    data_sha256: str
    trainings: tuple[Training, ...]
    classes: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    target: TargetUnits | None = None
    constants: tuple[Constants, ...] = ()
    rows: tuple[int, int] | None = None
    class_rows: tuple[int, ...] = ()
    targets: tuple[str, ...] = ()
    _summaries: dict[tuple[Part, str], Summary] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def final(self, part: Part, metric: str) -> Array:
        """A figure on the final weights, shape (trainings,); NaN where a training diverged."""
        return np.array([training.final(part)[metric] for training in self.trainings])

    def by_split(self, part: Part, metric: str) -> Array:
        """A figure on the final weights, shape (splits, seeds); NaN where a training diverged."""
        return self.final(part, metric).reshape(self.experiment.splits, -1)

    def constant(self, part: Part, metric: str) -> Array:
        """A metric of the best constant prediction in each split, (splits,); NaN if not known."""
        if not self.constants:
            return np.full(self.experiment.splits, np.nan)
        return np.array([of_split[part].get(metric, np.nan) for of_split in self.constants])

    def of_targets(self, part: Part, metric: str) -> dict[str, Array]:
        """A metric of each target by its name, (trainings,) each; see ``Training.of_targets``."""
        found = [it.of_targets.get(part, {}).get(metric, ()) for it in self.trainings]
        return dict(zip(self.targets, np.array(found).T, strict=False)) if found[0] else {}

    @property
    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """The names and shapes of the weights of any network but a perceptron, which has none."""
        first = self.trainings[0]
        return {name: it.shape for name, it in zip(first.weight_names, first.weights, strict=False)}

    @cached_property
    def metric(self) -> str:
        """The metric that is printed: the first one, of unbalanced classes balanced accuracy.

        A metric with published figures goes before, since they stand beside it.
        """
        metrics = self.experiment.metrics
        rare = self.class_rows and BALANCED in metrics and not self.experiment.published
        return BALANCED if rare else metrics[0]

    def curves(self, part: Part, metric: str) -> Array:
        """A figure over epochs, shape (seeds, ``epochs``); NaN after an early stop."""
        return aligned(self.histories(part, metric))

    def histories(self, part: Part, metric: str) -> list[Array]:
        """A figure over the epochs of each seed, (epochs of that seed,) each."""
        return [training.history[column(part, metric)] for training in self.trainings]

    def summary(self, part: Part, metric: str) -> Summary:
        """Median and 95 % interval of a figure over the seeds that did not diverge."""
        key, known = (part, metric), self._summaries
        return known.get(key) or known.setdefault(key, summarize(self.final(part, metric)))

    def split_means(self, part: Part, metric: str) -> Array:
        """The mean of a metric over the seeds of each split, (splits,).

        A training that diverged counts as the best constant of its split.
        """
        values, constant = self.by_split(part, metric), self.constant(part, metric)[:, None]
        return np.asarray(np.where(np.isfinite(values), values, constant).mean(axis=1))

    def published(self, metric: str) -> dict[Part, Decimal]:
        """The published figures of a metric by part, with the decimals they were printed with."""
        of_metric = self.experiment.published.get(metric, Published())
        figures: dict[Part, Decimal | None] = {"train": of_metric.train, "test": of_metric.test}
        return {part: value for part, value in figures.items() if value is not None}

    def to_frame(self) -> "pd.DataFrame":
        """The final figures as a pandas DataFrame, a row for each seed.

        The columns are "seed" and "diverged", before them "split" if there are several, with early
        stopping "epochs" and "best_epoch", then
        "train_loss", "test_loss" and so on for each metric. A seed that diverged has NaN.

        >>> import lossbench
        >>> (result,) = lossbench.read("results/hinge")
        >>> frame = result.to_frame()
        >>> list(frame.columns)[:4]
        ['seed', 'diverged', 'train_loss', 'test_loss']
        >>> bool(frame["test_accuracy"].median() == result.summary("test", "accuracy").median)
        True
        """
        import pandas as pd

        stopping = ("epochs", "best_epoch") if self.experiment.early_stopping else ()
        several = ("split",) if self.experiment.splits > 1 else ()
        kept = (*several, "seed", "diverged", *stopping)
        figures = {
            column(part, name): self.final(part, name)
            for name in ("loss", *self.experiment.metrics)
            for part in PARTS
        }
        of_seeds = {name: [getattr(it, name) for it in self.trainings] for name in kept}
        return pd.DataFrame({**of_seeds, **figures})

    def history_frame(self) -> "pd.DataFrame":
        """The history as a pandas DataFrame, a row for each seed and epoch, as in history.csv.

        The columns are "seed" and "epoch", which counts from 1, then "train_loss", "test_loss" and
        so on for each metric of every epoch. A seed that diverged has NaN and infinity. Raises
        ValueError where the result has no history, because its history.csv is missing.

        >>> import lossbench
        >>> (result,) = lossbench.read("results/hinge")
        >>> history = result.history_frame()
        >>> list(history.columns)[:4]
        ['seed', 'epoch', 'train_loss', 'test_loss']
        >>> medians = history.groupby("epoch")[["train_loss", "test_loss"]].median()
        >>> len(medians) == result.epochs
        True
        """
        import pandas as pd

        from lossbench.results.history_csv import history_columns

        if not all(training.history for training in self.trainings):
            raise ValueError(f"{self.experiment.name} has no history: its history.csv is missing")
        names = history_columns(self.experiment)
        frames = []
        for training in self.trainings:
            curves = {name: shortest(training.history[name]) for name in names}
            frame = pd.DataFrame(curves)
            frame.insert(0, "seed", training.seed)
            frame.insert(1, "epoch", np.arange(1, len(frame) + 1))
            if self.experiment.splits > 1:
                frame.insert(0, "split", training.split)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def only(self, splits: int, seeds: range) -> "Result":
        """The result of the first splits and of some seeds alone."""
        kept = tuple(it for it in self.trainings if it.split < splits and it.seed in seeds)
        update = {"splits": splits, "seed": seeds.start, "repeats": len(seeds)}
        return replace(
            self,
            experiment=self.experiment.model_copy(update=update),
            trainings=kept,
            constants=self.constants[:splits],
        )

    def without_arrays(self, curves: bool = False) -> "Result":
        """The result without weights and, unless ``curves``, without histories."""
        trainings = (
            replace(it, weights=(), history=it.history if curves else {}) for it in self.trainings
        )
        return replace(self, trainings=tuple(trainings))

    def with_summaries(self) -> "Result":
        """The result with all its summaries made, so that they are sent along with it."""
        for name in ("loss", *self.experiment.metrics):
            for part in PARTS:
                self.summary(part, name)
        return self

    @property
    def median_training(self) -> Training | None:
        """The training of the first split whose final test value of ``metric`` is the median.

        For an even number of seeds it is the lower of the two in the middle; of equal ones the
        one with the lowest seed. Seeds that diverged do not count; None where all did.
        """
        values = self.by_split("test", self.metric)[0]
        order = np.argsort(values, kind="stable")[: np.isfinite(values).sum()]
        if not len(order):
            return None
        median = values[order[(len(order) - 1) // 2]]
        return self.trainings[int(np.flatnonzero(values == median)[0])]

    @property
    def epochs(self) -> int:
        """The number of epochs of the seed that was trained longest."""
        return max(training.epochs or self.experiment.epochs for training in self.trainings)

    @property
    def diverged(self) -> int:
        """How many seeds reached NaN or infinity."""
        return sum(training.diverged for training in self.trainings)
