"""The section of early stopping: when a training ends before its epochs are done."""

import math
from typing import Annotated

from pydantic import BeforeValidator, Field

from lossbench.config.sections.base import Section, off, one_of, share_or_count
from lossbench.tables.metrics import MONITORED

LOSS = "loss"


class EarlyStopping(Section):
    """When a training ends before its epochs are done, as in Keras's EarlyStopping.

    The last rows of the training part are held back, as Keras's ``validation_split`` does:
    ``validation_size`` says which share, or how many. A training ends when its loss on these rows
    has not fallen by more than ``min_delta`` for ``patience`` epochs. It then gets back the
    weights of its best epoch, unless ``restore_best_weights`` is false. ``monitor`` names a metric
    that is watched in place of the loss. Nothing is watched in the first ``start_from_epoch``
    epochs. With a ``baseline``, only an epoch that is better than this counts as one that ends the
    wait; the best epoch is the best one all the same.
    """

    patience: Annotated[int, Field(ge=0, lt=2**31)] = 10
    min_delta: Annotated[float, Field(ge=0)] = 0.0
    validation_size: Annotated[int | float, BeforeValidator(share_or_count)] = 0.2
    monitor: Annotated[str, one_of((LOSS, *MONITORED))] = Field(
        LOSS, exclude_if=lambda name: name == LOSS
    )
    start_from_epoch: Annotated[int, Field(ge=0, lt=2**31)] = Field(0, exclude_if=off)
    baseline: float | None = Field(None, exclude_if=lambda value: value is None)
    restore_best_weights: bool = Field(True, exclude_if=bool)

    def fitted(self, rows: int) -> int:
        """How many of the training rows are trained on."""
        if isinstance(self.validation_size, int):
            return rows - self.validation_size
        return math.floor(rows * (1 - self.validation_size))
