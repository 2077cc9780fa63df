"""Whether a config can be trained: every key by itself, and all of them with the data."""

from collections.abc import Iterator
from typing import Any

from lossbench.config import code_checks, experiment_checks, loss_checks, tuning_checks
from lossbench.config.complaints import Complaint
from lossbench.config.data_checks import LoadedData, Splits, load_data, made_later
from lossbench.config.default_metrics import with_default_metrics
from lossbench.config.experiment import Experiment
from lossbench.config.grid import with_values
from lossbench.config.loss_defaults import LABELS, TARGET, loss_defaults
from lossbench.config.sections.optimizer import Optimizer
from lossbench.config.valid_parts import ValidParts, valid_parts, without_sections
from lossbench.config.yaml_reader import Key
from lossbench.data.parts import Fitted
from lossbench.tables.optimizers import SINCE

# What is right in a config, and what is wrong with it.
Checked = tuple[Experiment | None, Splits, list[Complaint]]


def check(values: dict[str, Any], loaded: LoadedData, allow_code: bool) -> Checked:
    """The experiment with its data, or every complaint about them.

    Whether keys fit together is checked even where other keys are wrong.
    """
    parts = valid_parts(values, loaded.files)
    resampled = parts.experiment.resampling if parts.experiment else (1, None)
    held_back = values.get("early_stopping") if resampled[1] else None
    asked = repr((values.get("dataset"), resampled[0], held_back))
    code = [*code_checks.functions(values, allow_code)]
    if any(it.key[0] == "dataset" for it in code):
        return None, (), parts.complaints + code
    if asked not in loaded.splits:
        loaded.splits[asked] = _data(parts, resampled, loaded)
    splits, refused = loaded.splits[asked]
    split = splits[0] if splits else None
    of_loss = [it for it in parts.complaints if it.key in (LABELS, TARGET)]
    if parts.loss and parts.dataset and split:
        filled_in = loss_defaults(parts.loss, parts.dataset, split)
        if filled_in:
            values = with_values(values, filled_in)
            parts = valid_parts(values, loaded.files)
    complaints = parts.complaints
    complaints += [it for it in of_loss if it not in complaints]
    experiment = parts.experiment
    if experiment and split:
        experiment = with_default_metrics(experiment, split)
    known = {it.key for it in complaints}
    complaints += [it for it in refused if it.key not in known]
    if parts.optimizer:
        complaints += too_new(parts.optimizer)
    if experiment and split:
        complaints += experiment_checks.too_large(experiment, split)
        complaints += tuning_checks.unfit(experiment, split)
    complaints += code
    if parts.loss:
        complaints += loss_checks.output_activation(values.get("model"), parts.loss)
        complaints += loss_checks.published(values, parts.loss)
    if parts.loss and split:
        wrong = {it.key[0] for it in complaints if it.key}
        misfit = [*loss_checks.target(values["dataset"], split, parts.loss, wrong)]
        complaints += misfit
        if not misfit and "dataset" not in wrong:
            sound = experiment or without_sections(wrong, values, parts.loss, loaded.files)
            complaints += _at_odds(sound, splits) if sound else ()
    return experiment, splits, complaints


def _data(
    parts: ValidParts, resampled: tuple[int, Fitted | None], loaded: LoadedData
) -> tuple[Splits, list[Complaint]]:
    """The data of every split, made later if that is asked for, and what they are refused for."""
    if loaded.later and parts.experiment and resampled == (1, None):
        split = made_later(parts.experiment.dataset)
        if split:
            return (split,), []
    return load_data(parts.dataset, parts.complaints, loaded.files, *resampled)


def _at_odds(experiment: Experiment, splits: Splits) -> Iterator[Complaint]:
    """What is at odds with the data of any split, said once for each key."""
    said: set[Key] = set()
    for number, split in enumerate(splits[: experiment.splits], start=1):
        for it in experiment_checks.at_odds(experiment, split):
            if it.key not in said:
                said.add(it.key)
                where = f" (in split {number} of {len(splits)})" if len(splits) > 1 else ""
                yield it._replace(message=it.message + where)


def too_new(optimizer: Optimizer) -> Iterator[Complaint]:
    """An optimizer that the installed Keras does not have yet."""
    since = SINCE.get(optimizer.name)
    if since:
        from importlib.metadata import version

        installed = version("keras")
        if tuple(map(int, installed.split(".")[:2])) < since:
            needed = ".".join(map(str, since))
            message = f"needs Keras {needed} or later; this is {installed}"
            yield Complaint(("optimizer", "name"), message, optimizer.name)
