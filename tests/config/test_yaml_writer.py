"""A config that is written means the same when it is read again."""

from pathlib import Path

import pytest
from example_config import CONFIG

from lossbench.config.bundled import bundled_names
from lossbench.config.load import load
from lossbench.config.yaml_writer import to_yaml


@pytest.mark.parametrize("name", [*bundled_names(), "it"])
def test_resolved_config_reloads_as_the_same_experiment(
    name: str, config: Path, tmp_path: Path
) -> None:
    experiment = load(config if name == "it" else name)
    again = tmp_path / "config.yaml"
    again.write_text(to_yaml(experiment))
    assert load(again) == experiment
    assert load(again).config_hash == experiment.config_hash
    assert to_yaml(load(again)) == to_yaml(experiment)


def test_name_that_looks_like_a_number_is_quoted(config: Path, tmp_path: Path) -> None:
    path = config.rename(tmp_path / "1e-3.yaml")
    experiment = load(path)
    assert experiment.name == "1e-3"
    path.write_text(to_yaml(experiment))
    assert load(path) == experiment


def test_figures_keep_their_decimals(config: Path) -> None:
    assert "train: 0.740\n" in to_yaml(load(config))
    config.write_text(CONFIG.replace("0.740", "1e1, test: 1"))
    assert "train: 10\n    test: 1\n" in to_yaml(load(config))


def test_each_layer_has_a_line(config: Path) -> None:
    layers = "[{Conv2D: {filters: 8, kernel_size: 3}}, MaxPooling2D, Flatten, {Dense: 16}]"
    config.write_text(
        "dataset: {generator: load_digits, shape: [8, 8, 1]}\n"
        f"model: {{layers: {layers}}}\nloss: kld\nepochs: 1\n"
    )
    written = to_yaml(load(config))
    assert "  - {Conv2D: {filters: 8, kernel_size: 3}}\n  - MaxPooling2D\n" in written
    assert "  shape: [8, 8, 1]\n" in written
