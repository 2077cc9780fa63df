"""Parameters of a loss for tests: for each a value other than its default."""

from math import isfinite
from typing import Any

from lossbench.tables.losses import Loss
from lossbench.tables.parameters import Parameter


def other_parameters(loss: Loss, classes: int = 3) -> dict[str, Any]:
    """A value other than the default for each parameter; a list of them where one is allowed."""
    return {
        name: [_other(row, 1 + number) for number in range(classes)]
        if row.one_or_many
        else _other(row)
        for name, row in loss.parameters.items()
    }


def _other(row: Parameter, steps: int = 1) -> Any:
    if isinstance(row.default, bool):
        return not row.default
    assert isinstance(row.default, int | float)
    if row.whole:
        return int(row.default) + steps
    return row.default + steps * (0.2 * (row.high - row.default) if isfinite(row.high) else 0.5)
