"""What is right in a config, also where some of its keys are wrong.

pydantic gives either the whole of a config or none of it. So that all complaints can be made at
once, the wrong keys are left out here, and what is left is validated again.
"""

from collections.abc import Mapping, Set
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from lossbench.config.complaints import Complaint, misspelt, translated
from lossbench.config.experiment import Experiment
from lossbench.config.sections.base import Section
from lossbench.config.sections.dataset import Dataset
from lossbench.config.sections.loss import LossChoice
from lossbench.config.sections.optimizer import Optimizer
from lossbench.data.files import DataFiles

# In place of keys that are wrong, and that no experiment can do without.
PLACEHOLDERS = {"name": "any", "model": {"hidden": [1]}, "epochs": 1}
AnySection = TypeVar("AnySection", bound=Section)


class ValidParts(NamedTuple):
    """The experiment, or None where a key is wrong, and its sections, each without its wrong keys.

    A section is None where it needs a key that is wrong. ``complaints`` are about those keys.
    """

    experiment: Experiment | None
    dataset: Dataset | None
    loss: LossChoice | None
    optimizer: Optimizer | None
    complaints: list[Complaint]


def valid_parts(values: Mapping[str, Any], files: DataFiles) -> ValidParts:
    """What is right in the values of a config, and all that is wrong with single keys.

    ``files`` are the data files that are read already.
    """
    try:
        whole = Experiment.model_validate(values, context=files)
    except ValidationError as error:
        complaints = [*map(translated, error.errors()), *misspelt(error.errors())]
    else:
        return ValidParts(whole, whole.dataset, whole.loss, whole.optimizer, [])
    dataset, of_dataset = without_wrong_keys(Dataset, values.get("dataset"), files)
    loss, of_loss = without_wrong_keys(LossChoice, values.get("loss"))
    if isinstance(values.get("loss"), dict) and {"function", "sum"} & values["loss"].keys():
        # What is wrong was left out, and its name is not that of a loss of the table either.
        of_loss = [it for it in of_loss if it.key != ("name",)]
    optimizer, of_optimizer = without_wrong_keys(Optimizer, values.get("optimizer", {}))
    found = {"dataset": of_dataset, "loss": of_loss, "optimizer": of_optimizer}
    known = {it.key for it in complaints}
    further = (it._replace(key=(name, *it.key)) for name, of in found.items() for it in of)
    complaints += [it for it in further if it.key not in known]
    return ValidParts(None, dataset, loss, optimizer, complaints)


def without_wrong_keys(
    kind: type[AnySection], values: object, files: DataFiles | None = None
) -> tuple[AnySection | None, list[Complaint]]:
    """The section without its wrong keys, None if it needs one of them, and the complaints.

    Parameters are looked at only where all else is right, so there may be several rounds.
    """
    complaints: list[Complaint] = []
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


def without_sections(
    wrong: Set[str | int], values: Mapping[str, Any], loss: LossChoice, files: DataFiles
) -> Experiment | None:
    """The experiment without its wrong top-level keys, if it can do without them."""
    kept = {name: value for name, value in values.items() if name not in wrong}
    try:
        return Experiment.model_validate(PLACEHOLDERS | kept | {"loss": loss}, context=files)
    except ValidationError:
        return None
