"""The units of a target that was transformed for the network, in which its metrics are.

They are kept with a result, as the config does not say the numbers that were fitted.
"""

from dataclasses import asdict, dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from lossbench.data.arrays import Split
from lossbench.data.target_transform import TargetTransform, TransformName
from lossbench.tables.metric import LARGEST


@dataclass(frozen=True)
class TargetUnits:
    """The way from outputs of the network to the target, and the errors that need no network.

    ``constant_mse`` is the mse of the best constant prediction of the rows that were trained on,
    their mean, and ``constant_mae`` the mae of the best one, their median.
    """

    transform: TargetTransform
    constant_mse: float
    constant_mae: float

    def as_json(self) -> dict[str, str | float]:
        """The units in metrics.json."""
        constant = {"constant_mse": self.constant_mse, "constant_mae": self.constant_mae}
        return {**asdict(self.transform), **constant}


class StoredUnits(BaseModel):
    """The units of a target in metrics.json."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: TransformName
    center: float = Field(ge=-LARGEST, le=LARGEST)
    scale: float = Field(gt=0, le=LARGEST)
    constant_mse: float = Field(ge=0, le=LARGEST)
    constant_mae: float = Field(ge=0, le=LARGEST)

    def restored(self) -> TargetUnits:
        """The units that were stored."""
        transform = TargetTransform(self.name, self.center, self.scale)
        return TargetUnits(transform, self.constant_mse, self.constant_mae)


def units_of(split: Split, fitted: int) -> TargetUnits | None:
    """The units of the target; None where it is not transformed.

    ``fitted`` is how many of the training rows are trained on.
    """
    if split.original is None:
        return None
    y = split.original.train[:fitted]
    mae = np.abs(y - np.median(y)).mean()
    return TargetUnits(split.original.transform, float(y.var()), float(mae))
