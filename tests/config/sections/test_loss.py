"""The section of the loss."""

from pathlib import Path
from typing import Any

import pytest
from example_config import with_dataset

from lossbench.tables.losses import LOSSES


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_every_loss_loads_by_its_aliases(config: Path, loss: Any) -> None:
    generator = "make_friedman1" if loss.problem == "regression" else "make_circles"
    for name in (loss.name, *loss.aliases):
        assert with_dataset(config, f"generator: {generator}", name).loss.name == loss.name
