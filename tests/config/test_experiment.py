"""What a config means by default, and what its hash is of."""

from pathlib import Path

import pytest
from example_config import CONFIG, with_dataset

from lossbench.config.load import load


def test_defaults(config: Path) -> None:
    experiment = with_dataset(config, "generator: make_blobs", "kld")
    assert experiment.loss.name == "kl_divergence"
    assert experiment.optimizer.parameters == {"learning_rate": 0.01, "momentum": 0.9}
    assert (experiment.batch_size, experiment.repeats, experiment.dataset.train_size) == (
        32,
        30,
        0.5,
    )
    assert experiment.seeds == range(1, 31)
    assert experiment.dataset.parameters["random_state"] == 0
    assert (experiment.model.activation, experiment.output_activation) == ("relu", "softmax")
    assert experiment.model.kernel_initializer == "he_uniform"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epochs: 3", "epochs: 3\nname: other"),
        ("epochs: 3", "epochs: 3\nseed: 7"),
        ("epochs: 3", "epochs: 3\nrepeats: 7"),
        ("0.740", "0.741"),
        ("epochs: 3", "epochs: 3\nmetrics: [f1]"),
        ("loss: hinge", "loss: {name: hinge}"),
        ("noise: 0.1", "noise: 1e-1"),
        ("noise: 0.1", "noise: 0.1\n  random_state: 0"),
    ],
)
def test_config_hash_ignores_what_decides_no_training(config: Path, old: str, new: str) -> None:
    before = load(config).config_hash
    config.write_text(CONFIG.replace(old, new))
    assert load(config).config_hash == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epochs: 3", "epochs: 4"),
        ("epochs: 3", "epochs: 3\nbatch_size: 16"),
        ("make_circles", "make_moons"),
        ("100", "102"),
        ("0.1", "0.2"),
        ("noise: 0.1", "noise: 0.1\n  random_state: 1"),
        ("noise: 0.1", "noise: 0.1\n  train_size: 40"),
        ("noise: 0.1", "noise: 0.1\n  standardize: {features: all}"),
        ("noise: 0.1", "noise: 0.1\n  standardize: {features: train}"),
        ("[5]", "[6]"),
        ("[5]", "[5, 5]"),
        ("[5]", "[5]\n  activation: tanh"),
        ("[5]", "[5]\n  kernel_initializer: zeros"),
        ("[5]", "[5]\n  output_activation: linear"),
        ("loss: hinge", "loss: squared_hinge"),
        ("loss: hinge", "loss: {name: bce, label_smoothing: 0.1}"),
        ("0.01}", "0.02}"),
        ("0.01}", "0.01, momentum: 0}"),
    ],
)
def test_config_hash_changes_with_everything_else(config: Path, old: str, new: str) -> None:
    before = load(config).config_hash
    config.write_text(CONFIG.replace(old, new))
    assert load(config).config_hash != before
