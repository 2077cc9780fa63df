"""Whether a config can be trained: every key by itself, and all of them with the data."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib.metadata import version
from math import prod
from typing import Any, TypeVar

import numpy as np
from pydantic import ValidationError

from lossbench.config import own_function as own_code
from lossbench.config.complaints import Complaint, misspelt, translated
from lossbench.config.experiment import Experiment
from lossbench.config.sections.base import ABSENT, Section
from lossbench.config.sections.dataset import Dataset
from lossbench.config.sections.loss import LossChoice
from lossbench.config.sections.model import OUTPUT_ACTIVATIONS
from lossbench.config.sections.optimizer import Optimizer
from lossbench.config.yaml_reader import Key
from lossbench.data.arrays import DatasetError, Split
from lossbench.data.files import DataFiles
from lossbench.data.limits import MAX_VALUES
from lossbench.tables import losses, optimizers
from lossbench.tables.losses import Loss
from lossbench.tables.metrics import FORMER_METRICS
from lossbench.text import nearest, unknown

# What a process can hold, as the rows of a history.csv and as the weights of a network.
MOST_ROWS = MOST_WEIGHTS = 100_000_000
# In place of wrong keys that an experiment needs, where the others are looked at together.
STAND_INS = {"name": "any", "model": {"hidden": [1]}, "epochs": 1}
AnySection = TypeVar("AnySection", bound=Section)


@dataclass(frozen=True)
class LoadedData:
    """The data that are loaded already: configs and points of a grid share files and datasets.

    ``splits`` has the split of each dataset, or None, and what is wrong with it.
    """

    files: DataFiles = field(default_factory=DataFiles)
    splits: dict[str, tuple[Split | None, list[Complaint]]] = field(default_factory=dict)


def check(
    values: dict[str, Any], loaded: LoadedData, allow_code: bool
) -> tuple[Experiment | None, Split | None, list[Complaint]]:
    """Every complaint there is; what fits together is looked at even where other keys are wrong."""
    complaints: list[Complaint] = []
    experiment = None
    try:
        experiment = Experiment.model_validate(values, context=loaded.files)
    except ValidationError as error:
        complaints += map(translated, error.errors())
        complaints += misspelt(error.errors())
    split, refused = _data_once(values.get("dataset"), loaded, experiment)
    loss, wrong = _sound(LossChoice, values.get("loss"), experiment.loss if experiment else None)
    if isinstance(values.get("loss"), dict) and "function" in values["loss"]:
        # A function that is wrong was left out, and is then no name of a loss either.
        wrong = [it for it in wrong if it.key != ("name",)]
    refused += [it._replace(key=("loss", *it.key)) for it in wrong]
    optimizer, wrong = _sound(
        Optimizer, values.get("optimizer", {}), experiment.optimizer if experiment else None
    )
    refused += [it._replace(key=("optimizer", *it.key)) for it in wrong]
    if optimizer:
        refused += _too_new(optimizer)
    known = {it.key for it in complaints}
    complaints += [it for it in refused if it.key not in known]
    if experiment and split:
        complaints += _too_large(experiment, split)
    if not loss:
        return experiment, split, complaints
    model, published = values.get("model"), values.get("published")
    activation = model.get("output_activation") if isinstance(model, dict) else None
    if activation in OUTPUT_ACTIVATIONS and activation not in loss.row.activations:
        message = f"does not fit {loss.name}; {nearest(activation, loss.row.activations)}"
        complaints.append(Complaint(("model", "output_activation"), message, activation))
    if loss.function is not None:
        complaints += _unusable(loss.function, allow_code)
    further = values.get("metrics")
    further = further if isinstance(further, list) else []
    reported = [*loss.row.metrics, *(metric for metric in further if isinstance(metric, str))]
    for metric, figures in published.items() if isinstance(published, dict) else ():
        if metric not in reported:
            message = unknown(metric, reported, f"a metric of {loss.name}", FORMER_METRICS)
            if metric in loss.row.final_metrics:
                message = f"is not reported; ask for it by metrics: [{metric}]"
            complaints.append(Complaint(("published", metric), message, figures))
    count = len(split.classes) if split else 0
    wrong_keys = {it.key[0] for it in complaints if it.key}
    # How many classes there are is not known where a key of the dataset is wrong.
    counts = (2, 3) if count and "dataset" in wrong_keys else (count,)
    if split and not any(map(loss.row.fits, counts)):
        kind = f"{count} class{'es' if count > 1 else ''}" if count else "real numbers"
        fitting = ", ".join(losses.fitting(count)) or "none"
        message = f"does not fit a target of {kind}; losses that do: {fitting}"
        dataset = values["dataset"]
        if "file" in dataset and not {"generator", "problem"} & dataset.keys():
            other = "regression" if count else "classification"
            message += f"; the dataset's 'problem: {other}' takes the target for another one"
        complaints.append(Complaint(("loss",), message, loss.name))
    elif split and "dataset" not in wrong_keys:
        sound = experiment or _without(wrong_keys, values, loss, loaded.files)
        complaints += _at_odds(sound, split) if sound else ()
    return experiment, split, complaints


def _without(
    keys: Set[str | int], values: Mapping[str, Any], loss: LossChoice, files: DataFiles
) -> Experiment | None:
    """The experiment without its wrong keys, if there is one."""
    kept = {name: value for name, value in values.items() if name not in keys}
    try:
        return Experiment.model_validate(STAND_INS | kept | {"loss": loss}, context=files)
    except ValidationError:
        return None


def _data_once(
    values: object, loaded: LoadedData, experiment: Experiment | None
) -> tuple[Split | None, list[Complaint]]:
    """What ``_data`` gives, which is kept for the next config with the same dataset."""
    asked = repr(values)
    if asked not in loaded.splits:
        dataset, complaints = _sound(
            Dataset, values, experiment.dataset if experiment else None, loaded.files
        )
        loaded.splits[asked] = _data(dataset, complaints, loaded.files)
    split, complaints = loaded.splits[asked]
    return split, list(complaints)


def _too_large(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    """What no machine this is meant for could hold."""
    if experiment.epochs * experiment.repeats > MOST_ROWS:
        message = f"times {experiment.repeats} repeats are more than {MOST_ROWS} epochs in all"
        yield Complaint(("epochs",), message, experiment.epochs)
    units = experiment.loss.row.units(len(split.classes))
    shapes = experiment.model.weight_shapes(split.x_train.shape[1], units)
    weights = sum(map(prod, shapes.values()))
    if weights > MOST_WEIGHTS:
        message = f"makes {weights} weights; there may be {MOST_WEIGHTS}"
        yield Complaint(("model", "hidden"), message)
    rows = len(split.y_train) + len(split.y_test)
    if rows * units > MAX_VALUES:
        message = f"has {units} outputs for {rows} rows: more than {MAX_VALUES} numbers"
        yield Complaint(("loss",), message, experiment.loss.name)


def _unusable(function: str, allow_code: bool) -> Iterator[Complaint]:
    """A person's own function that may not be run, or is not there."""
    key = ("loss", "function")
    if not allow_code:
        message = "is code, which a config may name only with --allow-code: read it first"
        yield Complaint(key, message, function)
    elif message := own_code.missing(function) or "":
        yield Complaint(key, message, function)


def _too_new(optimizer: Optimizer) -> Iterator[Complaint]:
    """An optimizer that the Keras which is installed has not."""
    since = optimizers.SINCE.get(optimizer.name)
    if since:
        installed = version("keras")
        if tuple(map(int, installed.split(".")[:2])) < since:
            needed = ".".join(map(str, since))
            message = f"needs Keras {needed} or later; this is {installed}"
            yield Complaint(("optimizer", "name"), message, optimizer.name)


def _at_odds(experiment: Experiment, split: Split) -> Iterator[Complaint]:
    """What does not fit together in an experiment, each of whose keys is right, and its data."""
    row, classes = experiment.loss.row, split.classes
    target = np.concatenate([split.y_train, split.y_test])
    if message := losses.unfit(row.targets, target):
        yield Complaint(("loss",), message, experiment.loss.name)
    alpha = experiment.loss.parameters.get("alpha")
    if experiment.loss.function is None and isinstance(alpha, tuple) and len(alpha) != len(classes):
        message = f"must be a number, or have one for each of the {len(classes)} classes"
        yield Complaint(("loss", "alpha"), message, list(alpha))
    yield from _of_classes(experiment, row, classes)
    stopping, rows = experiment.early_stopping, len(split.y_train)
    fitted = experiment.fitted_rows(rows)
    if stopping and not 0 < fitted < rows:
        message = f"must leave rows to train on and rows to judge by, of the {rows} that train"
        key: Key = ("early_stopping", "validation_size")
        yield Complaint(key, message, stopping.validation_size)
        return
    if split.weights_train is not None and stopping:
        parts = {"train": split.weights_train[:fitted], "judge": split.weights_train[fitted:]}
        for what, weights in parts.items():
            if not weights.any():
                message = f"is 0 in every row that is left to {what} by early stopping"
                name = experiment.dataset.sample_weight
                yield Complaint(("dataset", "sample_weight"), message, name)
    allowed = (*row.metrics, *row.final_metrics)
    parts = {"train": split.y_train[:fitted], "test": split.y_test}
    for number, metric in enumerate(experiment.final_metrics):
        key = ("metrics", number)
        if metric not in allowed:
            message = f"is not a metric of {experiment.loss.name}; {nearest(metric, allowed)}"
            yield Complaint(key, message, metric)
            continue
        for part, truth in parts.items():
            if metric == "roc_auc" and len(np.unique(truth)) < len(classes):
                yield Complaint(key, f"needs all classes in the {part} rows", metric)
            if metric == "r2" and len(truth) < 2:
                yield Complaint(key, f"needs two {part} rows", metric)


def _of_classes(experiment: Experiment, row: Loss, classes: Sequence[str]) -> Iterator[Complaint]:
    weights = experiment.class_weight
    if weights is None:
        return
    if row.problem == "regression":
        message = f"is of classifiers, and {experiment.loss.name} is not of one"
        yield Complaint(("class_weight",), message, weights)
    elif not isinstance(weights, str):
        for name, weight in weights.items():
            if name not in classes:
                message = f"is not a class; {nearest(name, classes)}"
                yield Complaint(("class_weight", name), message, weight)


def _data(
    dataset: Dataset | None, complaints: list[Complaint], files: DataFiles
) -> tuple[Split | None, list[Complaint]]:
    """The data and all that scikit-learn refuses: what is refused is left out of the next try.

    ``complaints`` are those about the section itself.
    """
    complaints = [it._replace(key=("dataset", *it.key)) for it in complaints]
    left_out: set[str] = set()
    while dataset and not left_out & {"generator", "file", "target", "sample_weight"}:
        try:
            return dataset.load(files), complaints
        except DatasetError as error:
            if error.key in left_out:
                break
            # How many rows there are, and which of them train, is not known where keys are wrong.
            wrong = {it.key[1] for it in complaints if len(it.key) > 1}
            of_rows = {"target", "sample_weight"} if wrong & {"split", "train_size"} else set()
            if not wrong or error.key not in {"train_size", *of_rows}:
                value = dataset.parameters.get(error.key, getattr(dataset, error.key, None))
                value = value.model_dump() if isinstance(value, Section) else value
                value = list(value) if isinstance(value, tuple) else value
                value = ABSENT if value is None else value
                complaints.append(Complaint(("dataset", error.key), str(error), value))
            left_out.add(error.key)
            given = dataset.model_dump(exclude_unset=True, exclude=left_out)
            dataset, _ = _sound(Dataset, given, None, files)
    return None, complaints


def _sound(
    kind: type[AnySection],
    values: object,
    valid: AnySection | None = None,
    files: DataFiles | None = None,
) -> tuple[AnySection | None, list[Complaint]]:
    """The section without its wrong keys, unless it needs them, and what is wrong with those.

    Nothing is wrong with a ``valid`` section, which is not validated again. Parameters are looked
    at only where all else is right, so there is more than one round.
    """
    complaints: list[Complaint] = []
    if valid is not None:
        return valid, complaints
    while True:
        try:
            return kind.model_validate(values, context=files), complaints
        except ValidationError as error:
            known = {it.key for it in complaints}
            complaints += [it for it in map(translated, error.errors()) if it.key not in known]
            wrong = {it["loc"][0] for it in error.errors() if it["loc"]}
        if not isinstance(values, dict) or not wrong & values.keys():
            return None, complaints
        values = {name: value for name, value in values.items() if name not in wrong}
