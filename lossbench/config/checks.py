"""Whether a config can be trained: every key by itself, and all of them with the data."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from lossbench.config import experiment_checks, loss_checks
from lossbench.config.complaints import Complaint
from lossbench.config.data_checks import LoadedData, load_data
from lossbench.config.experiment import Experiment
from lossbench.config.sections.optimizer import Optimizer
from lossbench.config.valid_parts import valid_parts, without_sections
from lossbench.data.arrays import Split
from lossbench.tables.optimizers import SINCE

# What is right in a config, and what is wrong with it.
Checked = tuple[Experiment | None, Split | None, list[Complaint]]


def check(values: dict[str, Any], loaded: LoadedData, allow_code: bool) -> Checked:
    """The experiment with its data, or every complaint about them.

    Whether keys fit together is checked even where other keys are wrong.
    """
    parts = valid_parts(values, loaded.files)
    complaints = parts.complaints
    asked = repr(values.get("dataset"))
    if asked not in loaded.splits:
        loaded.splits[asked] = load_data(parts.dataset, complaints, loaded.files)
    split, refused = loaded.splits[asked]
    known = {it.key for it in complaints}
    complaints += [it for it in refused if it.key not in known]
    if parts.optimizer:
        complaints += too_new(parts.optimizer)
    if parts.experiment and split:
        complaints += experiment_checks.too_large(parts.experiment, split)
    if parts.loss:
        complaints += loss_checks.output_activation(values.get("model"), parts.loss)
        complaints += loss_checks.function(parts.loss, allow_code)
        complaints += loss_checks.published(values, parts.loss)
    if parts.loss and split:
        wrong = {it.key[0] for it in complaints if it.key}
        misfit = [*loss_checks.target(values["dataset"], split, parts.loss, wrong)]
        complaints += misfit
        if not misfit and "dataset" not in wrong:
            sound = parts.experiment or without_sections(wrong, values, parts.loss, loaded.files)
            complaints += experiment_checks.at_odds(sound, split) if sound else ()
    return parts.experiment, split, complaints


def too_new(optimizer: Optimizer) -> Iterator[Complaint]:
    """An optimizer that the installed Keras does not have yet."""
    since = SINCE.get(optimizer.name)
    if since:
        installed = version("keras")
        if tuple(map(int, installed.split(".")[:2])) < since:
            needed = ".".join(map(str, since))
            message = f"needs Keras {needed} or later; this is {installed}"
            yield Complaint(("optimizer", "name"), message, optimizer.name)
