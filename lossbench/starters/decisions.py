"""What a data file leaves open, decided for a config to start with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lossbench.config.sections.dataset import Dataset
from lossbench.config.valid_parts import without_wrong_keys
from lossbench.config.yaml_writer import flow
from lossbench.data.arrays import DatasetError
from lossbench.data.faults import Fault, refuse
from lossbench.data.file_table import Columns
from lossbench.data.files import DataFiles
from lossbench.data.reading.form import Reading

# One decision may uncover another: without a footer, a column may have numbers alone.
ROUNDS = 5


@dataclass(frozen=True)
class Decided:
    """A data file with the keys that decide all that it leaves open.

    ``left_out`` says why a column is no feature, and ``told`` what else was decided.
    """

    keys: dict[str, Any]
    reading: Reading
    columns: Columns
    left_out: dict[str, str]
    told: tuple[str, ...]


def decide(keys: Mapping[str, Any], files: DataFiles) -> Decided:
    """Decide what the file leaves open, besides what the keys of the config say.

    Raises DatasetError with all that is open if only a person can decide some of it.
    """
    found, left_out, told = dict(keys), dict[str, str](), list[str]()
    for _ in range(ROUNDS):
        reading, columns = check_keys(found, files).columns(files)
        if not columns.features and left_out:
            raise no_features(left_out)
        faults = columns.faults
        if not faults:
            break
        if not all(it.remedy for it in faults):
            refuse(sorted(faults, key=lambda it: bool(it.remedy)))
        found = with_remedies(found, faults)
        for it in faults:
            for name in it.remedy.get("drop", ()):
                left_out[name] = it.what.removeprefix(f"column {name!r} ")
        told += [as_told(it) for it in faults if "drop" not in it.remedy]
    return Decided(found, reading, columns, left_out, tuple(told))


def no_features(left_out: Mapping[str, str]) -> DatasetError:
    """The error of data whose columns are all left out, with the reasons."""
    reasons = "; ".join(f"{name!r} {reason}" for name, reason in left_out.items())
    return DatasetError("", f"no column is left as a feature: {reasons}")


def with_remedies(keys: Mapping[str, Any], faults: Sequence[Fault]) -> dict[str, Any]:
    """The keys of a config with the remedies of some faults; lists grow."""
    found = dict(keys)
    for it in faults:
        for key, value in it.remedy.items():
            known = found.get(key)
            if isinstance(known, list):
                value = [*known, *(it for it in value if it not in known)]
            found[key] = value
    return found


def as_told(fault: Fault) -> str:
    """What is wrong, and the keys that the configs have for it."""
    keys = ", ".join(f"{key}: {flow(value)}" for key, value in fault.remedy.items())
    return f"{fault.what}; the configs have {keys}"


def check_keys(keys: Mapping[str, Any], files: DataFiles) -> Dataset:
    """The section of a config with these keys; raises DatasetError where one is wrong."""
    dataset, complaints = without_wrong_keys(Dataset, dict(keys), files)
    errors = [DatasetError(str(it.key[0]), it.message) for it in complaints]
    if errors:
        raise DatasetError(errors[0].key, str(errors[0]), errors[1:])
    assert dataset is not None
    return dataset
