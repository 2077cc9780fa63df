"""What does not fit together in an experiment and its data, where every single key is right."""

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from lossbench.config.complaints import Complaint
from lossbench.config.experiment import Experiment
from lossbench.config.sections.any_model import AnyModel
from lossbench.config.sections.layered_model import EMBEDDING, LayeredModel
from lossbench.config.sections.model import Perceptron
from lossbench.data.arrays import Split
from lossbench.data.limits import MAX_VALUES
from lossbench.tables import losses
from lossbench.tables.layers import UnfitLayer
from lossbench.tables.losses import Targets, class_shares
from lossbench.tables.metrics import METRICS
from lossbench.text import nearest

# What a process can hold, as the rows of a history.csv and as the weights of a network.
MOST_ROWS = MOST_WEIGHTS = 100_000_000


def too_large(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    """What the machines that this is meant for could not hold."""
    trainings = experiment.splits * experiment.repeats
    if experiment.epochs * trainings > MOST_ROWS:
        several = f" and {experiment.splits} splits" if experiment.splits > 1 else ""
        times = f"{experiment.repeats} repeats{several}"
        message = f"times {times} are more than {MOST_ROWS} epochs in all"
        yield Complaint(("epochs",), message, experiment.epochs)
    units = experiment.loss.row.units(split.target_shape)
    yield from _of_model(experiment.model, split, units)
    rows = sum(split.rows)
    if rows * units > MAX_VALUES:
        message = f"has {units} outputs for {rows} rows: more than {MAX_VALUES} numbers"
        yield Complaint(("loss",), message, experiment.loss.name)


def _of_model(model: AnyModel, split: Split, units: int) -> Iterator[Complaint]:
    """A network that cannot take the rows, or has too many weights."""
    try:
        shapes = model.weight_shapes(split.row_shape, units)
    except UnfitLayer as error:
        yield Complaint(("model", "layers", error.place), str(error))
        return
    weights = sum(map(prod, (shapes or {}).values()))
    if weights > MOST_WEIGHTS:
        message = f"makes {weights} weights; at most {MOST_WEIGHTS} are allowed"
        yield Complaint(("model", "hidden" if isinstance(model, Perceptron) else "layers"), message)
    for place, layer in enumerate(model.layers if isinstance(model, LayeredModel) else ()):
        if layer.name == EMBEDDING:
            size = layer.settings["input_dim"]
            if wrong := _not_below(size, split):
                numbers = f"whole numbers from 0 to {size - 1}"
                message = f"{EMBEDDING} takes {numbers}, and the data {wrong}"
                yield Complaint(("model", "layers", place), message)


def _not_below(size: int, split: Split) -> str:
    """Why the data are no whole numbers from 0 to below a size; empty where they are."""
    for x in (split.x_train, split.x_test):
        if (x != np.floor(x)).any():
            return "have fractions"
        if x.min() < 0 or x.max() >= size:
            return f"go from {x.min():g} to {x.max():g}"
    return ""


def at_odds(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    """What the loss, the weights of classes, early stopping and the metrics ask of the data."""
    yield from _of_loss(experiment, split)
    yield from _of_class_weight(experiment, split)
    rows, _ = split.rows
    fitted = experiment.fitted_rows(split)
    stopping = experiment.early_stopping
    if stopping and not 0 < fitted < rows:
        message = f"must leave some of the {rows} training rows to train on, and some to judge by"
        size = stopping.validation_size
        yield Complaint(("early_stopping", "validation_size"), message, size)
        return
    yield from _of_monitors(experiment, split, slice(fitted, None) if stopping else slice(None))
    yield from _of_class_shares(experiment, split, fitted)
    yield from _of_sample_weight(experiment, split, fitted)
    yield from _of_metrics(experiment, split, fitted)


def _of_loss(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    if experiment.loss.target and (message := _unfit(experiment.loss.row.targets, split)):
        yield Complaint(("loss", "target"), message, experiment.loss.target)
        return
    for keys, _, loss in experiment.loss.terms:
        if message := _unfit(loss.row.targets, split):
            measured, clean = np.concatenate(split.measured), np.concatenate(split.clean)
            if split.original and not losses.unfit(loss.row.targets, measured):
                message += " once it is transformed; target_transform: mean keeps the sign"
            elif not losses.unfit(loss.row.targets, clean):
                message += "; that comes of the outliers of disturb: take another loss"
            yield Complaint(("loss", *keys), message, loss.name)
        alpha, classes = loss.parameters.get("alpha"), experiment.loss.row.units(split.target_shape)
        if loss.function is None and isinstance(alpha, tuple) and len(alpha) != classes:
            message = f"must be a number, or have one for each of the {classes} classes"
            yield Complaint(("loss", *keys, "alpha"), message, list(alpha))


def _unfit(targets: Targets, split: Split) -> str | None:
    """Why a loss for such targets does not fit these; most losses take any, made yet or not."""
    if targets == "any":
        return None
    return losses.unfit(targets, np.concatenate([split.y_train, split.y_test]))


def _of_class_shares(experiment: Experiment, split: Split, fitted: int) -> Iterator[Complaint]:
    """A class without a row to train on, for a loss that takes the logarithm of its share."""
    if not experiment.loss.row.class_shares:
        return
    shares = class_shares(split.y_train[:fitted], len(split.classes))
    for name, share in zip(split.classes, shares, strict=True):
        if share == 0:
            message = f"needs rows of every class to train on, and class '{name}' has none"
            yield Complaint(("loss",), message, experiment.loss.name)
            return


def _of_class_weight(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    weights = experiment.class_weight
    if weights is None:
        return
    problem = experiment.loss.row.problem
    if problem == "regression":
        message = f"is for classification, and {experiment.loss.name} is a loss for regression"
        yield Complaint(("class_weight",), message, weights)
    elif not split.classes:
        message = f"is for rows of one class each, and not for {problem}"
        yield Complaint(("class_weight",), message, weights)
    elif not isinstance(weights, str):
        for name, weight in weights.items():
            if name not in split.classes:
                message = f"is not a class; {nearest(name, split.classes)}"
                yield Complaint(("class_weight", name), message, weight)


def _of_sample_weight(experiment: Experiment, split: Split, fitted: int) -> Iterator[Complaint]:
    """Weights that are 0 in all rows to train on, or in all that early stopping judges by."""
    if split.weights_train is None or not experiment.early_stopping:
        return
    parts = {"train on": split.weights_train[:fitted], "judge by": split.weights_train[fitted:]}
    for what, weights in parts.items():
        if not weights.any():
            message = f"is 0 in every row that early stopping leaves to {what}"
            yield Complaint(("dataset", "sample_weight"), message, experiment.dataset.sample_weight)


def _of_monitors(experiment: Experiment, split: Split, watched: slice) -> Iterator[Complaint]:
    """A share of the variance of a target that has none in the rows that are watched."""
    for name in ("early_stopping", "reduce_lr_on_plateau"):
        section = getattr(experiment, name)
        row = METRICS.get(section.monitor) if section else None
        if not row or row.follows != "1 - share of variance":
            continue
        target = split.measured[0][watched]
        if np.ptp(target) == 0:
            message = f"needs several values of the target in the {len(target)} rows that it judges"
            yield Complaint((name, "monitor"), message, section.monitor)


def possible_metrics(experiment: Experiment, splits: Sequence[Split]) -> tuple[str, ...]:
    """The metrics of the final weights that an experiment can have in all of its splits."""
    names = experiment.loss.row.final_metrics
    asked = experiment.model_copy(update={"final_metrics": names})
    wrong = {
        names[number]
        for split in splits
        for it in _of_metrics(asked, split, experiment.fitted_rows(split))
        if isinstance(number := it.key[1], int)
    }
    return tuple(name for name in names if name not in wrong)


def _of_metrics(experiment: Experiment, split: Split, fitted: int) -> Iterator[Complaint]:
    row = experiment.loss.row
    allowed = (*row.metrics, *row.final_metrics)
    for number, metric in enumerate(experiment.final_metrics):
        key = ("metrics", number)
        if metric not in allowed:
            message = f"is not a metric of {experiment.loss.name}; {nearest(metric, allowed)}"
            yield Complaint(key, message, metric)
            continue
        if METRICS[metric].of_probabilities and not experiment.gives_probabilities:
            message = f"needs probabilities, and the outputs of {experiment.loss.name} are none"
            yield Complaint(key, message, metric)
            continue
        y_train, y_test = split.measured
        for part, truth in (("train", y_train[:fitted]), ("test", y_test)):
            if message := METRICS[metric].lacking(truth, len(split.classes), part):
                yield Complaint(key, message, metric)
