"""What the tests of configs share."""

from pathlib import Path

import pytest
from example_config import CONFIG, MOONS


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The config of the two circles."""
    path = tmp_path / "it.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def moons(tmp_path: Path) -> Path:
    """The config of the two moons."""
    path = tmp_path / "moons.yaml"
    path.write_text(MOONS)
    return path
