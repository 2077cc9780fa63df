"""Configs with what is set beside them: their names, data and figures, and all mistakes at once."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from example_config import CONFIG, complaints

from lossbench.config.complaints import ConfigError
from lossbench.config.load import Case, load, load_all
from lossbench.config.yaml_writer import to_yaml


def test_two_configs_of_one_name(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "it.yaml"
    other.parent.mkdir()
    other.write_text(CONFIG)
    assert complaints(config, other) == [f"{other}:1: name: 'it' is the name of {config} too"]


def test_two_configs_of_one_name_are_found_where_one_is_wrong(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "it.yaml"
    other.parent.mkdir()
    other.write_text(CONFIG.replace("epochs: 3", "epochs: 0"))
    assert [line.removeprefix(f"{other}:") for line in complaints(config, other)] == [
        "9: epochs: 0 must be at least 1",
        f"1: name: 'it' is the name of {config} too",
    ]


def test_all_errors_of_all_files_come_in_one_go(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.yaml" for name in "abc")
    first.write_text(
        "dataset: {generator: make_circles, n_samples: x, noise: -1}\n"
        "model: {hidden: [0, a], output_activation: sigmoid}\n"
        "loss: hinge\n"
        "optimizer: {name: adm, learning_rate: -1}\n"
        "epochs: 0\n"
        "repeats: 0\n"
        "repeats: 0\n"
        "published: {mse: {train: x}}\n"
    )
    second.write_text(
        "dataset: {generator: make_circles, noisee: 1, train_size: 1.5}\n"
        "model: {hidden: []}\n"
        "loss: msle\n"
        "epochs: 1\n"
    )
    third.write_text("a: [")
    found = complaints(first, second, third, "nowhere")
    keys = [re.sub(r"^.*/(\w)\.yaml:(\d+): ([\w.]+): .*", r"\1 \2 \3", line) for line in found]
    assert sorted(keys[:-2]) == [
        "a 1 dataset.n_samples",
        "a 1 dataset.noise",
        "a 2 model.hidden.0",
        "a 2 model.hidden.1",
        "a 2 model.output_activation",
        "a 4 optimizer.learning_rate",
        "a 4 optimizer.name",
        "a 5 epochs",
        "a 7 repeats",
        "a 7 repeats",
        "a 8 published.mse",
        "a 8 published.mse.train",
        "b 1 dataset.noisee",
        "b 1 dataset.train_size",
        "b 2 model.hidden",
        "b 3 loss",
    ]
    assert found[-2].startswith(f"{third}:1: invalid YAML")
    assert found[-1].startswith("nowhere: no such file")


def loaded(moons: Path, *settings: str, **overrides: Any) -> list[Case]:
    return load_all([moons], overrides, settings)


def test_points_share_the_data_they_have_in_common(moons: Path) -> None:
    cases = loaded(moons, "dataset.noise=0.1,0.2", "optimizer.momentum=0,0.9")
    assert cases[0].split is cases[1].split
    assert cases[2].split is cases[3].split
    assert cases[0].split is not cases[2].split


@pytest.mark.parametrize(
    ("settings", "overrides", "stays"),
    [
        ((), {}, True),
        ((), {"repeats": 5, "seed": 3}, True),
        ((), {"epochs": 2}, True),
        ((), {"epochs": 3}, False),
        (("repeats=5",), {}, True),
        (("optimizer.learning_rate=0.01",), {}, True),
        (("optimizer.learning_rate=0.02",), {}, False),
        (("loss=hinge",), {}, False),
        (("dataset.random_state=1",), {}, False),
        (("seed=0,1",), {}, False),
        (("epochs=3", "published.accuracy.train=0.95"), {}, True),
    ],
)
def test_what_is_published_stays_only_with_what_it_was_published_of(
    moons: Path, settings: tuple[str, ...], overrides: dict[str, Any], stays: bool
) -> None:
    for case in loaded(moons, *settings, **overrides):
        assert bool(case.experiment.published) == stays


def test_a_case_knows_which_keys_options_gave(moons: Path) -> None:
    (case,) = loaded(moons, "batch_size=7", epochs=2, repeats=1)
    assert case.options == {"epochs", "repeats"}


MAPPING: dict[str, Any] = yaml.safe_load(CONFIG)


def refused(
    config: str | Path | Mapping[str, Any], overrides: Mapping[str, Any] | None = None
) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(config, overrides)
    return [str(it) for it in caught.value.mistakes]


def test_a_mapping_is_the_experiment_of_the_same_config_in_a_file(config: Path) -> None:
    assert load({"name": "it", **MAPPING}) == load(config)
    assert yaml.safe_load(CONFIG) == MAPPING


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("hinge", "hinge"),
        ("bce", "bce"),
        ({"name": "binary_crossentropy", "label_smoothing": 0.1}, "binary_crossentropy"),
        ({"function": "math:hypot", "labels": "0/1"}, "hypot"),
        ({"function": "math:hypot", "name": "my_loss", "labels": "0/1"}, "my_loss"),
    ],
)
def test_a_mapping_without_a_name_has_that_of_its_loss(loss: Any, name: str) -> None:
    assert load({**MAPPING, "loss": loss}, allow_code=True).name == name
    assert load(MAPPING, {"loss": loss}, allow_code=True).name == name
    assert load({**MAPPING, "name": "mine"}, {"loss": loss}, allow_code=True).name == "mine"


def test_a_mapping_may_have_what_python_has_and_yaml_has_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers of NumPy, classes that are numbers, tuples and paths; from the working directory."""
    (tmp_path / "d.csv").write_text("a,y\n" + "1,0\n2,1\n" * 20)
    monkeypatch.chdir(tmp_path)
    experiment = load(
        {
            "dataset": {"file": Path("d.csv"), "target": "y"},
            "model": {"hidden": (np.int64(5), 4)},
            "loss": "bce",
            "class_weight": {0: 1, 1: np.float32(2)},
            "epochs": np.arange(3)[2],
        },
        {"optimizer.learning_rate": np.logspace(-2, 0, 3)[0], "model.dropout": np.float64(0.5)},
    )
    assert experiment.dataset.file == "d.csv"
    assert experiment.model.hidden == (5, 4)
    assert experiment.class_weight == {"0": 1.0, "1": 2.0}
    assert type(experiment.model.dropout) is float
    again = tmp_path / "again.yaml"
    again.write_text(to_yaml(experiment))
    monkeypatch.chdir("/")
    assert load(again).config_hash == experiment.config_hash


@pytest.mark.parametrize(
    ("overrides", "changed"),
    [
        ({"epochs": 7}, {"epochs": 7}),
        ({"optimizer.momentum": 0.5}, {"optimizer": {"learning_rate": 0.01, "momentum": 0.5}}),
        ({"optimizer": {"momentum": 0.5}}, {"optimizer": {"momentum": 0.5}}),
        (
            {"optimizer": "adam", "optimizer.beta_1": 0.8},
            {"optimizer": {"name": "adam", "beta_1": 0.8}},
        ),
        ({"loss.name": "bce"}, {"loss": "bce"}),
        ({"dataset.split.shuffle": True}, {"dataset": {**MAPPING["dataset"], "split": {}}}),
        ({"name": "mine"}, {"name": "mine"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("source", ["file", "mapping"])
def test_overrides_replace_values_by_dotted_keys(
    config: Path, source: str, overrides: dict[str, Any], changed: dict[str, Any]
) -> None:
    before = config if source == "file" else {"name": "it", **MAPPING}
    expected = {"name": "it", **MAPPING, "published": {}, **changed}
    assert load(before, {**overrides, "published": {}}) == load(expected)


def test_what_is_published_goes_where_overrides_change_the_training(config: Path) -> None:
    assert load(config, {"repeats": 3, "optimizer.learning_rate": 0.01}).published
    assert not load(config, {"optimizer.learning_rate": 0.02}).published
    assert load(config, {"epochs": 9, "published.accuracy.train": 0.7}).published
    # A figure that nobody asks for is not judged, and one that stays is.
    config.write_text(CONFIG.replace("0.740", "abc"))
    assert not load(config, {"epochs": 9}).published
    (line,) = refused(config, {"repeats": 3})
    assert line == f"{config}:11: published.accuracy.train: 'abc' must be a number"


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"epochs": 0}, "epochs: 0 must be at least 1"),
        ({"epoch": 3}, "epoch: 3 is not a known key; did you mean 'epochs'?"),
        ({"optimizer.learning_rate": -1}, "optimizer.learning_rate: -1 must be greater than 0"),
        ({"optimizer.lerning_rate": 1}, "optimizer.lerning_rate: 1 is not a parameter of SGD; did"),
        (
            {"learning_rate": 0.1},
            "learning_rate: 0.1 is not a known key; did you mean 'optimizer.learning_rate'?",
        ),
        ({"loss": "hing"}, "loss.name: 'hing' is not a known name; did you mean 'hinge'?"),
        ({"loss": "gamma"}, "loss: 'gamma' does not fit a target of 2 classes"),
        ({"model": {}}, "model.hidden: is missing; it must be a list"),
        ({"model.hidden": [5, 0]}, "model.hidden.1: 0 must be at least 1"),
        ({"epochs.more": 3}, "epochs: {'more': 3} must be a whole number"),
        ({"a..b": 3}, "a: {'': {'b': 3}} is not a known key"),
        ({"": 3}, "3 is not a known key"),
    ],
    ids=str,
)
@pytest.mark.parametrize("source", ["file", "mapping"])
def test_a_wrong_override_is_named_as_one(
    config: Path, source: str, overrides: dict[str, Any], said: str
) -> None:
    (line,) = refused(config if source == "file" else MAPPING, overrides)
    assert line.startswith(f"overrides: {said}")


def test_what_is_wrong_with_a_mapping_is_said_at_once_with_its_keys() -> None:
    wrong = {**MAPPING, "epochs": 0, "model": {"hiden": [5]}, "optimizer": {"lr": 0.1}, 3: 4}
    lines = refused(wrong, {"batch_size": 0})
    assert [line.partition("; ")[0] for line in lines] == [
        "config: model.hidden: is missing",
        "config: model.hiden: [5] is not a known key",
        "config: optimizer.lr: 0.1 is now called 'learning_rate'",
        "config: epochs: 0 must be at least 1",
        "overrides: batch_size: 0 must be at least 1",
        "config: 3: 4 is not a known key",
    ]


@pytest.mark.parametrize("empty", [{}, {"loss": "hing"}, {"loss": {"name": ["hinge"]}}])
def test_a_mapping_without_most_of_its_keys_is_refused(empty: dict[str, Any]) -> None:
    lines = refused(empty)
    assert all(line.startswith("config: ") for line in lines)
    missing = {
        key for key in ("dataset", "model", "epochs") if f"config: {key}: is missing" in str(lines)
    }
    assert missing == {"dataset", "model", "epochs"}


def test_code_is_refused_in_a_mapping_too() -> None:
    own = {**MAPPING, "loss": {"function": "nowhere:f", "labels": "0/1"}}
    (line,) = refused(own)
    assert line.startswith("config: loss.function: 'nowhere:f' is code, which a config may name")
