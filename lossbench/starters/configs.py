"""Configs to start with: the same data and model, one for each loss that suits them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from textwrap import wrap
from typing import Any

import numpy as np

from lossbench.config.load import SUFFIX
from lossbench.config.sections.dataset import Dataset
from lossbench.config.yaml_writer import flow
from lossbench.data import columns
from lossbench.data import files as data_files
from lossbench.data.arrays import DatasetError
from lossbench.data.generators import GENERATORS, is_set
from lossbench.starters import advice
from lossbench.starters.advice import Advice
from lossbench.starters.survey import Survey, survey
from lossbench.tables.losses import LOSSES
from lossbench.text import nearest, printable

TRAIN_SIZE = 0.7
# Some thousand steps of the optimizer suffice for networks this small; of few rows, more than
# some tens of epochs only learn the noise.
STEPS, BATCH_SIZE, FEWEST_EPOCHS, MOST_EPOCHS = 5000, 32, 10, 30
# Units of the one hidden layer, by the rows that train: the fewer, the sooner it overfits.
UNITS = ((1_000, 16), (10_000, 32), (np.inf, 64))
SCHEMA = "schema.json"  # beside the configs


@dataclass(frozen=True)
class Start:
    """What is seen of data, and the keys of a config's dataset that follow from it.

    ``missing`` and ``left_out`` speak of columns: how many values they lack, or why they are no
    features. ``path`` is that of a data file.
    """

    name: str
    target: str
    survey: Survey
    dataset: dict[str, Any]
    path: Path | None
    missing: dict[str, int]
    left_out: dict[str, str]

    @property
    def chosen(self) -> list[Advice]:
        """The losses that suit."""
        return advice.suiting(self.survey)[0]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What to compare the losses on, besides what is compared without being asked."""
        if self.survey.target:
            return ("mae",) if self.survey.target.misleads_mse else ()
        return ("balanced_accuracy",) if self.survey.unbalanced else ()


def start(data: str, target: str | None = None, problem: str | None = None) -> Start:
    """Look at a data file, or at data of scikit-learn's given by name ("diabetes").

    Raises DatasetError where they cannot be trained on; its key may be an option, "--target".
    """
    if problem not in (None, "regression", "classification"):
        raise DatasetError("--problem", "must be regression or classification")
    is_file = os.path.isfile(data)  # noqa: PTH113  # takes any text, unlike Path.is_file
    generator = next((it for it in (data, f"load_{data}") if it in GENERATORS), None)
    if generator and not is_file:
        if target or problem:
            option = "--target" if target else "--problem"
            raise DatasetError(option, f"is for files: what {generator} gives is known")
        return _start(generator.removeprefix("load_"), "target", {"generator": generator})
    path = Path(data)
    if not is_file and not path.is_dir():
        names = [it.removeprefix("load_") for it in GENERATORS if is_set(it)]
        raise DatasetError("", f"no such file, nor data of scikit-learn; {nearest(data, names)}")
    frame = data_files.read(path)
    if target is None or target not in frame.columns:
        what = "is missing: it names the column to predict" if target is None else "is no column"
        raise DatasetError("--target", f"{what}; {columns.known(target or '', frame)}")
    left_out = columns.unusable(frame, target) | columns.counting(frame, target)
    missing = columns.absences(frame.drop(columns=list(left_out)))
    values: dict[str, Any] = {"file": data, "target": target}
    values |= {"problem": problem} if problem else {}
    values |= {"missing": "median"} if missing else {}
    values |= {"drop": list(left_out)} if left_out else {}
    return _start(path.stem, target, values, path, missing, left_out)


def _start(
    name: str,
    target: str,
    values: dict[str, Any],
    path: Path | None = None,
    missing: dict[str, int] | None = None,
    left_out: dict[str, str] | None = None,
) -> Start:
    dataset = Dataset.model_validate(values)
    table = dataset.table()
    drawn = {"shuffle": True} | ({"stratify": True} if table.classes else {})
    scaled = {"features": "train"} | ({} if table.classes else {"target": "train"})
    values = values | {"train_size": TRAIN_SIZE, "split": drawn, "standardize": scaled}
    # Whatever cannot be trained on is refused before anything is written.
    Dataset.model_validate(values).split_of(table)
    return Start(name, target, survey(table), values, path, missing or {}, left_out or {})


def configs(start: Start, folder: Path) -> dict[str, str]:
    """The configs by the names of their files, to be written into a folder."""
    return {f"{it.name or it.loss}{SUFFIX}": _config(start, it, folder) for it in start.chosen}


def refuse(names: Iterable[str], folder: Path) -> None:
    """Raise DatasetError if a folder has one of the names already, or a link of that name."""
    for name in names:
        if os.path.lexists(folder / name):
            message = f"{folder / name} is there already; --out FOLDER writes elsewhere"
            raise DatasetError("", message)


def _config(start: Start, chosen: Advice, folder: Path) -> str:
    rows = start.survey.rows * TRAIN_SIZE
    epochs = int(np.clip(STEPS * BATCH_SIZE / rows, FEWEST_EPOCHS, MOST_EPOCHS))
    units = next(units for limit, units in UNITS if rows < limit)
    dataset = start.dataset
    if start.path:
        seen = os.path.relpath(start.path.resolve(), folder.resolve())
        dataset = dataset | {"file": Path(seen).as_posix()}
    why = _why(start)
    title = _sentence((chosen.name or chosen.loss).replace("_", " ") + " on " + _title(start))
    further = [it for it in start.metrics if it not in LOSSES[chosen.loss].metrics]
    loss = {"name": chosen.loss, **chosen.parameters} if chosen.parameters else chosen.loss
    return "\n".join(
        [
            f"# yaml-language-server: $schema={SCHEMA}",
            f"# {title}",
            *(f"# {line}" for line in wrap(chosen.good, 88)),
            *(f"# {it}" for line in _target(start.survey) for it in wrap(_sentence(line), 88)),
            "dataset:",
            *(f"  {key}: {flow(value)}{why.get(key, '')}" for key, value in dataset.items()),
            "model:",
            f"  hidden: [{units}]",
            f"loss: {flow(loss)}",
            f"epochs: {epochs}",
            f"batch_size: {BATCH_SIZE}",
            "repeats: 30",
            *([f"metrics: {flow(further)}"] if further else []),
            "",
        ]
    )


def _title(start: Start) -> str:
    return start.path.name if start.path else str(start.dataset["generator"])


def _sentence(words: str) -> str:
    return printable(f"{words[0].upper()}{words[1:]}.")


def _why(start: Start) -> dict[str, str]:
    """What is said beside keys of the dataset."""
    reasons = {
        "missing": "of numbers; of categories the most frequent one",
        "drop": "; ".join(f"{name} {reason}" for name, reason in start.left_out.items()),
        "split": "take this out if the order of the rows matters, as in time",
        "standardize": "as they are in the training rows",
    }
    return {key: f"  # {printable(reason)}" for key, reason in reasons.items()}


def seen(start: Start) -> list[str]:
    """What is seen of the data, in lines."""
    it = start.survey
    kinds = [(it.numbers, "of numbers"), (it.categories, "of categories")]
    features = ", ".join(f"{count} {kind}" for count, kind in kinds if count)
    lines = [f"{_title(start)}: {it.rows} rows, {it.numbers + it.categories} features ({features})"]
    lines += [f"left out: column '{name}' {reason}" for name, reason in start.left_out.items()]
    for name, count in start.missing.items():
        filled = "its rows are left out" if name == start.target else "filled in"
        lines.append(f"missing: {count} in column '{name}'; {filled}")
    lines += [f"{start.target}: {line}" for line in _target(it)]
    if start.path and it.whole and "problem" not in start.dataset:
        lines.append(f"{start.target}: few whole numbers, taken for classes; see --problem")
    return lines


def _target(survey: Survey) -> list[str]:
    return _real(survey) if survey.target else _classes(survey)


def report(start: Start, folder: Path) -> list[str]:
    """What is seen, what was written for it, and how to go on, in lines."""
    _, against = advice.suiting(start.survey)
    compare = f"lossbench compare {quote(str(Path('results', folder.resolve().name)))}"
    lines = [
        *seen(start),
        "",
        f"Written to {folder}:",
        *(f"  {name}" for name in configs(start, folder)),
        "",
        *(f"Not {loss}: it {reason}." for loss, reason in against.items()),
        *([""] if against else []),
        "Next:",
        f"  lossbench run-all {quote(str(folder))}",
        f"  {compare}",
        *(f"  {compare} --metric {metric}" for metric in start.metrics),
    ]
    return [
        part for line in lines for part in wrap(printable(line), 80, subsequent_indent="  ") or [""]
    ]


def _real(survey: Survey) -> list[str]:
    it = survey.target
    assert it
    low, median, high = (
        f"{value:.0f}" if 1e3 <= abs(value) < 1e15 else f"{value:.4g}"
        for value in (it.low, it.median, it.high)
    )
    tail = "right" if it.skew > 0 else "left"
    long = f": a long tail to the {tail}" if abs(it.skew) > 1 else ""
    lines = [
        f"real numbers from {low} to {high}, median {median}: regression",
        f"skewness {round(it.skew, 1) + 0.0:.1f}{long}; {100 * it.outliers:.1f} % outliers",
    ]
    if it.misleads_mse:
        lines.append("few rows rule the mse: compare on mae, too")
    return lines


def _classes(survey: Survey) -> list[str]:
    by_size = sorted(survey.balance.items(), key=lambda it: -it[1])
    shown = [f"{name}: {100 * size / survey.rows:.0f} %" for name, size in by_size]
    shown = shown if len(shown) <= 6 else [*shown[:3], "...", *shown[-2:]]
    lines = [f"{len(by_size)} classes ({', '.join(shown)}): {survey.problem}"]
    if survey.unbalanced:
        share = f"{100 * by_size[0][1] / survey.rows:.0f} %"
        lines.append(f"unbalanced: an accuracy of {share} is that of always answering one class")
    return lines
