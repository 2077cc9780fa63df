"""The data that configs are written for: what they hold, and the config keys that follow."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from lossbench.config.data_path import expanded, unset_variable
from lossbench.config.sections.dataset import Dataset
from lossbench.data.arrays import DatasetError
from lossbench.data.file_table import (
    hint_at_columns,
    missing_values,
    row_numbers,
    unusable_features,
)
from lossbench.data.files import DataFiles
from lossbench.data.generators import GENERATORS, is_toy_dataset
from lossbench.data.target import Problem
from lossbench.starters.advice import Advice, suiting
from lossbench.starters.description import Description, describe
from lossbench.text import nearest

TRAIN_SIZE = 0.7


@dataclass(frozen=True)
class StarterDataset:
    """Data to write configs for.

    ``keys`` are those of a config's dataset, with the path of a file from the working directory.
    ``missing`` counts the missing values of columns, and ``left_out`` says why a column is not a
    feature. ``path`` is that of a data file, and None for a generator.
    """

    name: str
    target: str
    keys: dict[str, Any]
    description: Description
    path: Path | None = None
    missing: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name of the file or of the generator."""
        return self.path.name if self.path else str(self.keys["generator"])

    @property
    def losses(self) -> list[Advice]:
        """The losses that suit the data."""
        return suiting(self.description)[0]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What to compare the losses on, besides the metric that is compared by default."""
        target = self.description.target
        if target:
            return ("mae",) if target.misleads_mse else ()
        return ("balanced_accuracy",) if self.description.unbalanced else ()


def starter_dataset(
    data: str, target: str | None = None, problem: str | None = None
) -> StarterDataset:
    """The data in a file, or data of scikit-learn given by name ("diabetes").

    ``target`` and ``problem`` are for files. Raises DatasetError where the data cannot be trained
    on; its key is "--target" or "--problem" if that option is to blame.
    """
    if problem not in (None, *get_args(Problem)):
        raise DatasetError("--problem", "must be regression or classification")
    data = expanded(data)
    # Unlike the methods of Path, these take any text.
    is_file, is_folder = os.path.isfile(data), os.path.isdir(data)  # noqa: PTH112, PTH113
    generator = next((it for it in (data, f"load_{data}") if it in GENERATORS), None)
    if generator and not is_file:
        if target or problem:
            option = "--target" if target else "--problem"
            raise DatasetError(option, f"is for files; {generator} has a target of its own")
        return _from_generator(generator)
    if not (is_file or is_folder):
        names = [it.removeprefix("load_") for it in GENERATORS if is_toy_dataset(it)]
        message = f"no such file, nor data of scikit-learn; {nearest(data, names)}"
        raise DatasetError("", unset_variable(data) or message)
    return _from_file(data, target, problem)


def _from_generator(generator: str) -> StarterDataset:
    keys, description = _describe({"generator": generator}, DataFiles())
    return StarterDataset(generator.removeprefix("load_"), "target", keys, description)


def _from_file(data: str, target: str | None, problem: str | None) -> StarterDataset:
    path, files = Path(data), DataFiles()
    frame = files.read(path).frame
    if target is None or target not in frame.columns:
        what = "is missing: it names the column to predict" if target is None else "is not a column"
        raise DatasetError("--target", f"{what}; {hint_at_columns(target or '', frame)}")
    features = [name for name in frame.columns if name != target]
    left_out = unusable_features(frame, features) | row_numbers(frame, features)
    missing = missing_values(frame, [name for name in frame.columns if name not in left_out])
    keys: dict[str, Any] = {"file": data, "target": target}
    keys |= {"problem": problem} if problem else {}
    keys |= {"missing": "median"} if missing else {}
    keys |= {"drop": list(left_out)} if left_out else {}
    keys, description = _describe(keys, files)
    return StarterDataset(path.stem, target, keys, description, path, missing, left_out)


def _describe(source: dict[str, Any], files: DataFiles) -> tuple[dict[str, Any], Description]:
    """All keys for the data of a source, and their description.

    Raises DatasetError where they cannot be trained on.
    """
    table = Dataset.model_validate(source, context=files).table(files)
    split = {"shuffle": True} | ({"stratify": True} if table.classes else {})
    scaled = {"features": "train"} | ({} if table.classes else {"target": "train"})
    keys = source | {"train_size": TRAIN_SIZE, "split": split, "standardize": scaled}
    Dataset.model_validate(keys, context=files).split_of(table)
    return keys, describe(table)
