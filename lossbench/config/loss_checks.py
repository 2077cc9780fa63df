"""What does not fit the loss of a config, also where other keys are wrong."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

import numpy as np

from lossbench.config.complaints import Complaint
from lossbench.config.sections.loss import LossChoice
from lossbench.config.sections.model import OUTPUT_ACTIVATIONS
from lossbench.data.arrays import Split
from lossbench.tables.losses import fitting, unfit
from lossbench.tables.metrics import FORMER_METRICS, METRICS_ELSEWHERE
from lossbench.text import named, nearest, unknown


def output_activation(model: object, loss: LossChoice) -> Iterator[Complaint]:
    """An output activation that the loss does not allow."""
    activation = model.get("output_activation") if isinstance(model, dict) else None
    if activation in OUTPUT_ACTIVATIONS and activation not in loss.row.activations:
        message = f"does not fit {loss.name}; {nearest(activation, loss.row.activations)}"
        yield Complaint(("model", "output_activation"), message, activation)


def published(values: Mapping[str, Any], loss: LossChoice) -> Iterator[Complaint]:
    """Published figures of a metric that is not reported."""
    figures, further = values.get("published"), values.get("metrics")
    further = further if isinstance(further, list) else []
    reported = [*loss.row.metrics, *(metric for metric in further if isinstance(metric, str))]
    for metric, value in figures.items() if isinstance(figures, dict) else ():
        if metric not in reported:
            what = f"a metric of {loss.name}"
            message = unknown(metric, reported, what, FORMER_METRICS, METRICS_ELSEWHERE)
            if metric in loss.row.final_metrics:
                message = f"is not reported; ask for it by metrics: [{metric}]"
            yield Complaint(("published", metric), message, value)


def target(
    dataset: Mapping[str, Any], split: Split, loss: LossChoice, wrong: Set[str | int]
) -> Iterator[Complaint]:
    """A target of another kind than the loss is for."""
    shape, count = split.target_shape, len(split.classes)
    # How many classes there are is not known where a key of the dataset is wrong.
    counts = (2, 3) if count and "dataset" in wrong else (count,)
    if any(loss.row.fits(shape._replace(classes=it)) for it in counts):
        return
    if loss.target and not split.targets:
        several = "columns of real numbers" if loss.target != "rates" else "real numbers"
        message = f"is for {several}, and this target has none; leave it out"
        yield Complaint(("loss", "target"), message, loss.target)
        return
    if split.targets:
        yield _of_several(dataset, split, loss)
        return
    if loss.function is None and loss.labels and not count:
        message = "is for a target of classes, and this one has real numbers; leave it out"
        yield Complaint(("loss", "labels"), message, loss.labels)
        return
    kind = f"{count} class{'es' if count > 1 else ''}" if count else "real numbers"
    if not count and "rates" in loss.row.takes_for:
        kind += " that are not all between 0 and 1, which it would take for rates"
    message = f"does not fit a target of {kind}; losses that do: {named(fitting(shape)) or 'none'}"
    if "file" in dataset and not {"generator", "problem"} & dataset.keys():
        other = "regression" if count else "classification"
        message += f"; the dataset's 'problem: {other}' takes the target for another one"
        if loss.row.can_fit(shape):
            message += ", and the loss's 'labels: one-hot' compares classes"
    yield Complaint(("loss",), message, loss.name)


def _of_several(dataset: Mapping[str, Any], split: Split, loss: LossChoice) -> Complaint:
    """A loss that cannot take several targets, or these values of them."""
    count, values = len(split.targets), np.concatenate([split.y_train, split.y_test])
    reasons = [
        f"for {what}, and {why}"
        for what in loss.row.takes_for
        if (why := unfit(loss.row.taking(what).targets, values))
    ]
    if reasons:
        message = f"takes the {count} columns of the target {'; or '.join(reasons)}"
        for key, changes in (("disturb", "outliers"), ("standardize", "target")):
            if isinstance(given := dataset.get(key), Mapping) and changes in given:
                message += f"; {key} has changed them"
        return Complaint(("loss",), message, loss.name)
    message = f"needs one class for each row, and the target has {count} columns"
    message += f"; losses that fit: {named(fitting(split.target_shape))}"
    return Complaint(("loss",), message, loss.name)
