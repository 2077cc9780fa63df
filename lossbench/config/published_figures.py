"""Whether the published figures of a config are still its own when keys of it are changed."""

from collections.abc import Mapping, Set
from typing import Any

from pydantic import ValidationError

from lossbench.config.checks import Checked, check
from lossbench.config.data_checks import LoadedData
from lossbench.config.experiment import Experiment
from lossbench.config.grid import Grid
from lossbench.config.source import Source
from lossbench.data.files import DataFiles


def still_published(
    source: Source,
    grid: Grid,
    keys: Set[str],
    values: Mapping[str, Any],
    changed: Experiment | None,
    files: DataFiles,
) -> bool:
    """Whether the figures that a config publishes hold for the changed experiment, too.

    ``keys`` are the top-level keys that are changed, and ``values`` those of the changed config.
    The figures do not hold where a change has an effect on training. The points of a sweep are
    compared with each other, and with nothing else.
    """
    if "published" in keys or not keys or "published" not in source.values:
        return True
    if grid.varying:
        return False
    nothing: dict[str, Any] = {"published": {}}
    try:
        config = {"name": "any", **source.values, **nothing}
        before = Experiment.model_validate(config, context=files)
        after = changed or Experiment.model_validate({**values, **nothing}, context=files)
    except ValidationError:
        return keys <= {"name", "seed", "repeats"}
    return before.config_hash == after.config_hash


def without_published(
    checked: Checked, values: dict[str, Any], loaded: LoadedData, allow_code: bool
) -> Checked:
    """The experiment and the complaints, without those about published figures."""
    experiment, split, complaints = checked
    if experiment is None:  # it may be that only the published figures are wrong
        return check(values | {"published": {}}, loaded, allow_code)
    left = [it for it in complaints if it.key[:1] != ("published",)]
    return experiment.model_copy(update={"published": {}}), split, left
