"""What does not fit in the tuning of an experiment: values of its grid, and what judges them."""

from collections.abc import Iterator
from contextlib import suppress
from math import prod

from pydantic import ValidationError

from lossbench.config.complaints import Complaint, dotted, translated
from lossbench.config.experiment import Experiment
from lossbench.config.sections.early_stopping import LOSS
from lossbench.config.sections.own_model import OwnModel
from lossbench.config.tuned import with_point
from lossbench.data.arrays import Split
from lossbench.tables.layers import Shape, UnfitLayer
from lossbench.tables.metrics import METRICS, monitored
from lossbench.text import nearest

MOST_POINTS = 1000  # combinations of values that are tried in each split


def unfit(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    """A metric that the loss does not have, and values that an experiment cannot have."""
    allowed = (*experiment.loss.row.metrics, *experiment.loss.row.final_metrics)
    tune = experiment.tune
    for name in ("early_stopping", "reduce_lr_on_plateau"):
        monitor = section.monitor if (section := getattr(experiment, name)) else LOSS
        kept = [LOSS, *(it for it in monitored(bool(split.targets)) if it in allowed)]
        if monitor not in (LOSS, *allowed):
            message = f"is not a metric of {experiment.loss.name}; {nearest(monitor, kept)}"
            yield Complaint((name, "monitor"), message, monitor)
        elif monitor not in kept:
            message = "is taken of each target by itself, and does not follow from a mean over rows"
            yield Complaint((name, "monitor"), f"{message}; {nearest(None, kept)}", monitor)
    if not tune:
        return
    row = METRICS[tune.judged_by]
    judges = row.ordered and (experiment.gives_probabilities or not row.of_probabilities)
    if tune.judged_by not in allowed or not judges:
        kept = [name for name in allowed if METRICS[name].ordered and name != tune.judged_by]
        message = f"cannot judge {experiment.loss.name}; {nearest(tune.judged_by, kept)}"
        yield Complaint(("tune", "metric"), message, tune.judged_by)
    count = prod(map(len, tune.grid.values()))
    if count > MOST_POINTS:
        message = f"has {count} combinations; at most {MOST_POINTS} are allowed"
        yield Complaint(("tune", "grid"), message)
        return
    yield from _of_values(experiment, split)


def _of_values(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    assert experiment.tune
    key = ("tune", "grid")
    shapes = _shapes(experiment, split)
    for name, values in experiment.tune.grid.items():
        for value in values:
            try:
                changed = with_point(experiment, {name: value})
            except ValidationError as error:
                wrong = translated(error.errors()[0])
                where = "" if dotted(wrong.key).startswith(name) else f"{dotted(wrong.key)} "
                yield Complaint((*key, name), f"{where}{wrong.message}", value)
                continue
            if changed.output_activation not in experiment.loss.row.activations:
                activations = experiment.loss.row.activations
                message = f"does not fit the loss; {nearest(str(value), activations)}"
                yield Complaint((*key, name), message, value)
            labels = [
                (it.labels, it.class_shares) for it in (changed.loss.row, experiment.loss.row)
            ]
            if isinstance(changed.model, OwnModel) and name.startswith("model."):
                message = "cannot be tuned: what a function makes of it may have other weights"
                yield Complaint((*key, name), message, value)
            elif labels[0] != labels[1]:
                message = "changes the labels, which are made once; compare such experiments"
                yield Complaint((*key, name), f"{message} instead", value)
            elif _shapes(changed, split) != shapes:
                message = "changes the shape of the network, whose weights are stored together"
                yield Complaint((*key, name), f"{message}; compare such experiments instead", value)


def _shapes(experiment: Experiment, split: Split) -> dict[str, Shape] | None:
    """The shapes of the weights; None where they are not known, or a layer does not fit."""
    units = experiment.loss.row.units(split.target_shape)
    with suppress(UnfitLayer):
        return experiment.model.weight_shapes(split.row_shape, units)
    return None
