"""The parameters of a function or class of Keras, and those of a table, to be compared."""

import inspect
from collections.abc import Mapping
from typing import Any

from lossbench.tables.parameters import Parameters

# Of the whole network, or of nothing that a person sets here.
LEFT_OUT = {"self", "name", "kwargs", "loss_scale_factor", "exclude_layers", "exclude_embeddings"}


def signature(of: Any) -> dict[str, Any]:
    """The default of each parameter; ``inspect.Parameter.empty`` where it has none."""
    parameters = inspect.signature(of).parameters
    return {name: it.default for name, it in parameters.items() if name not in LEFT_OUT}


def defaults(rows: Parameters) -> Mapping[str, Any]:
    """The same of the rows of a table."""
    return {
        name: inspect.Parameter.empty if row.needed else row.default for name, row in rows.items()
    }
