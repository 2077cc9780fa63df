"""The data of a config, and all that is wrong with them."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from lossbench.config.complaints import Complaint
from lossbench.config.sections.base import ABSENT, Section
from lossbench.config.sections.dataset import Dataset
from lossbench.config.valid_parts import without_wrong_keys
from lossbench.data.arrays import DatasetError, Split
from lossbench.data.files import DataFiles
from lossbench.data.foretold import foretold
from lossbench.data.later import LaterSplit
from lossbench.data.parts import Fitted

Splits = tuple[Split, ...]
# Without these there are no data.
NEEDED = {"generator", "function", "file", "target", "features", "sample_weight"}


@dataclass(frozen=True)
class LoadedData:
    """The data that are loaded already: configs and points of a grid share files and datasets.

    ``splits`` has those of each dataset, none where they cannot be made, and what is wrong with it.
    With ``later``, data that surely can be made are made only where a check looks at them.
    """

    files: DataFiles = field(default_factory=DataFiles)
    later: bool = False
    splits: dict[str, tuple[Splits, list[Complaint]]] = field(default_factory=dict)


def load_data(
    dataset: Dataset | None,
    complaints: Sequence[Complaint],
    files: DataFiles,
    splits: int = 1,
    fitted: Fitted | None = None,
) -> tuple[Splits, list[Complaint]]:
    """The data of every split, if any, and what scikit-learn or the data refuse of their section.

    ``splits`` and ``fitted`` are those of ``Dataset.load_splits``. ``complaints`` are about the
    section. What is refused is left out of the next try, so that all of it is said at once.
    """
    wrong = {it.key[1] for it in complaints if it.key[:1] == ("dataset",) and len(it.key) > 1}
    refused: list[Complaint] = []
    left_out: set[str] = set()
    while dataset and not left_out & NEEDED:
        try:
            return dataset.load_splits(files, splits, fitted), refused
        except DatasetError as error:
            if error.key in left_out:
                break
            errors = (error, *error.others)
            refused += [_complaint(it, dataset) for it in errors if not _may_follow(it.key, wrong)]
            wrong |= {it.key for it in errors}
            left_out |= {it.key for it in errors}
            given = dataset.model_dump(exclude_unset=True, exclude=left_out)
            dataset, _ = without_wrong_keys(Dataset, given, files)
    return (), refused


def made_later(dataset: Dataset) -> Split | None:
    """The data of a single split, made when they are looked at; None where they may not fit."""
    beside = (dataset.split, dataset.target_transform, dataset.disturb, dataset.shape)
    if dataset.generator is None or any(it is not None for it in beside):
        return None
    known = foretold(dataset.generator, dataset.parameters, dataset.train_size)
    return LaterSplit.of(known, dataset.load) if known else None


def _may_follow(key: str, wrong: Set[str | int]) -> bool:
    """Whether a key may be refused only because others are wrong.

    How many rows there are, and which of them train, is not known then.
    """
    of_rows = {"target", "sample_weight"} if wrong & {"split", "train_size"} else set()
    return bool(wrong) and key in {"train_size", *of_rows}


def _complaint(error: DatasetError, dataset: Dataset) -> Complaint:
    value = dataset.parameters.get(error.key, getattr(dataset, error.key, None))
    value = value.model_dump() if isinstance(value, Section) else value
    value = list(value) if isinstance(value, tuple) else value
    return Complaint(("dataset", error.key), str(error), ABSENT if value is None else value)
