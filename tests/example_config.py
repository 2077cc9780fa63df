"""Configs for tests, and what is wrong with others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lossbench.config.complaints import ConfigError
from lossbench.config.experiment import Experiment
from lossbench.config.load import load, load_all

CONFIG = """\
dataset:
  generator: make_circles
  n_samples: 100
  noise: 0.1
model:
  hidden: [5]
loss: hinge
optimizer: {learning_rate: 0.01}
epochs: 3
published:
  accuracy: {train: 0.740}
"""
# One to be changed by settings.
MOONS = """\
dataset: {generator: make_moons, noise: 0.1}
model: {hidden: [5]}
loss: binary_crossentropy
epochs: 2
published:
  accuracy: {train: 0.9, test: 0.8}
"""


def complaints(
    *configs: str | Path, settings: Sequence[str] = (), options: dict[str, Any] | None = None
) -> list[str]:
    """What is wrong with some configs, one of which must be wrong."""
    with pytest.raises(ConfigError) as caught:
        load_all(configs, options, settings)
    return [str(it) for it in caught.value.mistakes]


def with_dataset(config: Path, dataset: str, loss: str) -> Experiment:
    """The experiment of a config with such data and such a loss."""
    config.write_text(
        f"dataset: {{{dataset}}}\nloss: {loss}\nmodel: {{hidden: [5]}}\nepochs: 3\nseed: 1\n"
    )
    return load(config)
