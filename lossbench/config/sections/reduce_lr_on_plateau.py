"""The section of a learning rate that is reduced where training no longer gets better."""

from typing import Annotated

from pydantic import Field

from lossbench.config.sections.base import Section, one_of
from lossbench.config.sections.early_stopping import LOSS
from lossbench.tables.metrics import MONITORED


class ReduceLROnPlateau(Section):
    """When the learning rate is reduced, as by Keras's ReduceLROnPlateau, with its defaults.

    The rate is multiplied by ``factor``, but not below ``min_lr``, when the loss, or the metric
    that ``monitor`` names, has not become better by more than ``min_delta`` for ``patience``
    epochs. For ``cooldown`` epochs after that, none is counted. What is watched is of the rows that
    early stopping holds back; without early stopping it is that of the epoch's training.
    """

    monitor: Annotated[str, one_of((LOSS, *MONITORED))] = LOSS
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    patience: Annotated[int, Field(ge=0, lt=2**31)] = 10
    min_delta: Annotated[float, Field(ge=0)] = 1e-4
    cooldown: Annotated[int, Field(ge=0, lt=2**31)] = 0
    min_lr: Annotated[float, Field(ge=0)] = 0.0
