"""Keys of the dataset that are set beside a data file, as ``run --set`` sets those of a config."""

from collections.abc import Sequence
from typing import Any

from lossbench.config.grid import read_settings
from lossbench.data.arrays import DatasetError

# The arguments of ``new`` decide these, or it writes them itself.
OF_NEW = {
    *("file", "target", "generator", "sha256", "train_size", "split", "standardize"),
    *("target_transform", "disturb"),
}


def of_dataset(settings: Sequence[str]) -> dict[str, Any]:
    """The keys of a dataset in some settings, each ``dataset.KEY=VALUE``.

    Raises DatasetError where one is no such setting, or has several values.
    """
    grid = read_settings(settings)
    errors = [DatasetError("", f"{option}: {message}") for option, message in grid.refused]
    for axis in grid.axes:
        if axis.key[0] != "dataset" or len(axis.key) != 2 or axis.key[1] in OF_NEW:
            message = "must set a key of the data file, such as dataset.header=false"
            errors.append(DatasetError("", f"--set {axis.dotted}: {message}"))
        elif len(axis.values) > 1:
            errors.append(DatasetError("", f"--set {axis.dotted}: must have a single value"))
    if errors:
        raise DatasetError("", str(errors[0]), errors[1:])
    return {str(axis.key[1]): axis.values[0] for axis in grid.axes}
