"""The data that configs are written for: what they hold, and the config keys that follow."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import numpy as np

from lossbench.config.data_path import expanded, unset_variable
from lossbench.config.sections.dataset import Dataset
from lossbench.data.arrays import Array, DatasetError, SideBySide
from lossbench.data.columns import dates
from lossbench.data.columns.column import Column
from lossbench.data.faults import Fault, refuse
from lossbench.data.file_table import hint_at_columns
from lossbench.data.files import DataFiles
from lossbench.data.generators import GENERATORS, is_toy_dataset
from lossbench.data.target import MAX_CLASSES, RARE, Problem, read_target
from lossbench.starters import findings
from lossbench.starters.advice import Advice, named, suiting
from lossbench.starters.decisions import (
    Decided,
    as_told,
    check_keys,
    decide,
    no_features,
    with_remedies,
)
from lossbench.starters.description import Description, describe
from lossbench.text import counted, nearest

TRAIN_SIZE = 0.7
OF_RARE = ("balanced_accuracy", "roc_auc", "average_precision")
# A value further from the mean than this many standard deviations is an outlier that upsets the
# training. Mean and deviation are those of the middle 98 % of the values.
FAR = 10


@dataclass(frozen=True)
class StarterDataset:
    """Data to write configs for.

    ``keys`` are those of a config's dataset, with the path of a file from the working directory.
    ``missing`` counts the missing values of columns, and ``left_out`` says why a column is not a
    feature. ``read`` says what was found of the form of a file, ``decided`` what the keys decide,
    and ``remarks`` what a person should look at. ``path`` is that of a data file, and None for a
    generator.
    """

    name: str
    target: str
    keys: dict[str, Any]
    description: Description
    path: Path | None = None
    missing: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    read: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name of the file or of the generator."""
        return self.path.name if self.path else str(self.keys["generator"])

    @property
    def losses(self) -> list[Advice]:
        """The losses that suit the data."""
        return suiting(self.description)[0]

    def named(self, names: Sequence[str]) -> list[Advice]:
        """The losses of these names, of those that suit and of others that fit the target.

        Raises DatasetError where a name is of none.
        """
        return [named(it, self.description) for it in names]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What to compare the losses on, besides the metric that is compared by default."""
        target = self.description.target
        if target:
            return ("mae",) if target.misleads_mse else ()
        if not self.description.unbalanced:
            return ()
        # The others need rows of every class in both parts.
        smallest = min(self.description.balance.values())
        return OF_RARE if smallest * (1 - TRAIN_SIZE) >= 2 else OF_RARE[:1]


def starter_dataset(
    data: str,
    target: str | None = None,
    problem: str | None = None,
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> StarterDataset:
    """The data in a file, or data of scikit-learn given by name ("diabetes").

    ``target``, ``problem`` and ``settings``, further keys of a config's dataset, are for files.
    Raises DatasetError where the data cannot be trained on; its key is "--target" or "--problem"
    if that option is to blame.
    """
    if problem not in (None, *get_args(Problem)):
        raise DatasetError("--problem", "must be regression or classification")
    data = expanded(data)
    # Unlike the methods of Path, these take any text.
    is_file, is_folder = os.path.isfile(data), os.path.isdir(data)  # noqa: PTH112, PTH113
    generator = generator_named(data)
    if generator and not is_file:
        if target or problem or settings:
            option = "--target" if target else "--problem" if problem else "--set"
            raise DatasetError(option, f"is for files; {generator} has a target of its own")
        return _from_generator(generator)
    if not (is_file or is_folder):
        names = [it.removeprefix("load_") for it in GENERATORS if is_toy_dataset(it)]
        message = f"no such file, nor data of scikit-learn; {nearest(data, names)}"
        raise DatasetError("", unset_variable(data) or message)
    keys = dict(settings) | ({"problem": problem} if problem else {})
    return _from_file(data, target, keys)


def generator_named(data: str) -> str | None:
    """The generator of this name, with or without load_; None where there is none."""
    return next((it for it in (data, f"load_{data}") if it in GENERATORS), None)


def _from_generator(generator: str) -> StarterDataset:
    keys, description = _describe({"generator": generator}, DataFiles())
    return StarterDataset(generator.removeprefix("load_"), "target", keys, description)


def _from_file(data: str, target: str | None, settings: Mapping[str, Any]) -> StarterDataset:
    path, files = Path(data), DataFiles()
    found, named = _find_target(path, target, settings, files)
    keys = {"file": data, "target": found} | dict(settings)
    reading = check_keys(keys, files).reading(files)
    # First, as totals are no values of their columns.
    total = findings.total_row(reading, keys.get("skip_footer", 0))
    decided = decide(with_remedies(keys, [total] if total else []), files)
    told = ([as_told(total)] if total else []) + list(decided.told)
    left_out = decided.left_out | findings.useless(decided.columns)
    keys = with_remedies(decided.keys, [Fault("drop", "", remedy={"drop": list(left_out)})])
    if not keys["drop"]:
        del keys["drop"]
    if not decided.columns.features.keys() - left_out.keys():
        raise no_features(left_out)
    missing = decided.columns.missing()
    missing = {name: count for name, count in missing.items() if name not in left_out}
    keys |= {"missing": "median"} if missing and "missing" not in keys else {}
    keys, of_classes = _without_rare(keys, files)
    keys, description = _describe(keys, files)
    return StarterDataset(
        path.stem,
        found,
        keys,
        description,
        path,
        missing,
        left_out,
        decided.reading.notes,
        (*named, *told, *of_classes),
        tuple(_remarks(decided, left_out, keys)),
    )


def _find_target(
    path: Path, target: str | None, settings: Mapping[str, Any], files: DataFiles
) -> tuple[str, list[str]]:
    """The column that is meant, and a note where it has another name.

    Raises DatasetError where there is none.
    """
    keys = {"file": str(path), "target": target or "", **settings}
    reading = check_keys(keys, files).reading(files)
    names = list(map(str, reading.frame.columns))
    if target is None:
        message = (
            f"is missing: it names the column to predict; {hint_at_columns('', reading.frame)}"
        )
        raise DatasetError("--target", message, _else_open(keys, names, files))
    if target in names:
        return target, []
    alike = [it for it in names if it.casefold() == target.strip().casefold()]
    if len(alike) == 1:
        return alike[0], [f"the target {target!r} is the column {alike[0]!r}"]
    why = "".join(f": {it.message}" for it in reading.faults if it.key == "header")
    message = f"is not a column{why}; {hint_at_columns(target, reading.frame)}"
    raise DatasetError("--target", message, _else_open(keys, names, files))


def _else_open(
    keys: Mapping[str, Any], names: Sequence[str], files: DataFiles
) -> list[DatasetError]:
    """What else only a person can decide, whatever the target is."""
    try:
        _, columns = check_keys({**keys, "target": names[0]}, files).columns(files)
        refuse([it for it in columns.faults if not it.remedy and it.key != "target"])
    except DatasetError as error:
        return [error, *error.others]
    return []


def _without_rare(keys: dict[str, Any], files: DataFiles) -> tuple[dict[str, Any], list[str]]:
    """The keys with what becomes of classes of a single row, and what is said of it."""
    table = Dataset.model_validate(keys, context=files).table(files)
    sizes = np.bincount(table.y) if table.classes else np.array([2])
    if "rare" in keys or sizes.min() > 1 or (sizes >= RARE).sum() < 2:
        return keys, []
    rare = [
        f"{name!r} ({counted(int(size), 'row')})"
        for name, size in zip(table.classes, sizes, strict=True)
        if size < RARE
    ]
    what = f"classes with fewer than {RARE} rows: {', '.join(rare[:10])}"
    fault = Fault("rare", what, remedy={"rare": "drop"})
    return keys | {"rare": "drop"}, [f"{as_told(fault)}; rare: merge makes one class of them"]


def _remarks(
    decided: Decided, left_out: Mapping[str, str], keys: Mapping[str, Any]
) -> Iterator[str]:
    """What a person should look at."""
    columns, target = decided.columns, decided.columns.target
    kept = {name: it for name, it in columns.features.items() if name not in left_out}
    for column in (*kept.values(), target):
        yield from column.notes
    rows = np.flatnonzero(~target.missing)
    y, classes = read_target(target, rows, keys.get("problem"))
    yield from _kind_of_target(target, y, classes)
    yield from findings.remarks(replace(columns, features=kept))
    yield from findings.leaks(kept, y, rows, is_real=not classes)


def _kind_of_target(target: Column, y: Array, classes: tuple[str, ...]) -> Iterator[str]:
    """What the target is taken for, where it may be meant otherwise."""
    each = "--problem classification takes each for a class"
    if target.kind == "dates" and not classes:
        import pandas as pd

        times = dates.are_times_of_day(pd.Series(target.values))
        what = "times, taken for hours" if times else "dates, taken for days since 1970-01-01"
        yield f"column {target.name!r} has {what}; {each}"
    found = np.unique(y)
    few = len(found) <= MAX_CLASSES and (found == np.floor(found)).all()
    if target.kind == "numbers" and not classes and few:
        what = f"{len(found)} different whole numbers, taken for numbers"
        yield f"column {target.name!r} has {what}; {each}"


def _describe(source: dict[str, Any], files: DataFiles) -> tuple[dict[str, Any], Description]:
    """All keys for the data of a source, and their description.

    Raises DatasetError where they cannot be trained on.
    """
    table = Dataset.model_validate(source, context=files).table(files)
    if table.targets:
        message = "has several targets, and the configs are for one; write a config of them"
        raise DatasetError("", message)
    split = {"shuffle": True} | ({"stratify": True} if table.classes else {})
    scaled = {"features": "train"} | ({"method": "robust"} if _has_outliers(table.numbers) else {})
    keys = source | {"train_size": TRAIN_SIZE, "split": split, "standardize": scaled}
    Dataset.model_validate(keys, context=files).check_split(table)
    return keys, describe(table)


def _has_outliers(numbers: Array | SideBySide) -> bool:
    """Whether a column of numbers, (rows, columns), has values that are far from its mean."""
    for number in range(numbers.shape[1]):
        column = numbers[:, number : number + 1][:, 0]
        known = column[~np.isnan(column)]
        if not len(known):
            continue
        low, high = np.percentile(known, (1, 99))
        middle = known[(known >= low) & (known <= high)]
        far = np.abs(known - middle.mean()) > FAR * middle.std()
        if far.any() and len(np.unique(known)) > 2:
            return True
    return False
