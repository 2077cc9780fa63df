"""Settings beside a config: what they set, and how the points of their grid are named."""

import re
from pathlib import Path
from typing import Any

import pytest
from example_config import MOONS

from lossbench.config.grid import LONGEST, read_settings, with_values
from lossbench.config.load import Case, load_all
from lossbench.config.yaml_writer import to_yaml


def loaded(moons: Path, *settings: str, **overrides: Any) -> list[Case]:
    return load_all([moons], overrides, settings)


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("optimizer.learning_rate=1e-3", "optimizer.learning_rate", 0.001),
        ("model.hidden=[50, 50]", "model.hidden", (50, 50)),
        ("loss.label_smoothing=0.1", "loss.label_smoothing", 0.1),
        ("loss={name: bce, label_smoothing: 0.2}", "loss.label_smoothing", 0.2),
        ("loss='hinge'", "loss.name", "hinge"),
        ("dataset.split.shuffle=false", "dataset.split.shuffle", False),
        ("dataset.noise=null", "dataset.noise", None),
        ("model.activation=tanh", "model.activation", "tanh"),
        ("batch_size=7", "batch_size", 7),
        ("class_weight={0: 1, 1: 2}", "class_weight.1", 2.0),
    ],
)
def test_a_key_is_set_as_a_config_would_set_it(
    moons: Path, setting: str, key: str, value: object
) -> None:
    (case,) = loaded(moons, setting)
    found: Any = case.experiment.resolved()
    for name in key.split("."):
        found = found[name]
    assert found == value
    assert case.sweep == ""


def test_a_loss_and_its_parameter_are_set_in_any_order(moons: Path) -> None:
    moons.write_text(MOONS.replace("binary_crossentropy", "hinge"))
    settings = "loss.label_smoothing=0.1", "loss=bce"
    for case in (*loaded(moons, *settings), *loaded(moons, *settings[::-1])):
        assert case.experiment.loss.name == "binary_crossentropy"
        assert case.experiment.loss.parameters == {"label_smoothing": 0.1}


def test_a_bare_loss_replaces_a_mapping_with_its_parameters(moons: Path) -> None:
    mapping = "{name: binary_crossentropy, label_smoothing: 0.1}"
    moons.write_text(MOONS.replace("binary_crossentropy", mapping))
    (case,) = loaded(moons, "loss=hinge")
    assert (case.experiment.loss.name, case.experiment.loss.parameters) == ("hinge", {})


def test_lists_of_values_are_the_grid_of_all_combinations(moons: Path) -> None:
    cases = loaded(moons, "model.hidden=[5],[50,50]", "epochs=3", "optimizer.momentum=0,0.9")
    assert [case.experiment.name for case in cases] == [
        "moons+hidden=5+epochs=3+momentum=0",
        "moons+hidden=5+epochs=3+momentum=0.9",
        "moons+hidden=50-50+epochs=3+momentum=0",
        "moons+hidden=50-50+epochs=3+momentum=0.9",
    ]
    assert {case.sweep for case in cases} == {"moons+hidden+epochs=3+momentum"}
    assert cases[2].point == {"model.hidden": [50, 50], "optimizer.momentum": 0}
    assert [case.experiment.model.hidden for case in cases[1:3]] == [(5,), (50, 50)]
    assert {case.experiment.epochs for case in cases} == {3}


@pytest.mark.parametrize(
    "settings",
    [
        ("dataset.factor=../../etc/passwd",),
        ("loss=a b,a/b,a-b",),
        ("model.hidden=[1, 2, 3]",),
        (f"optimizer.learning_rate={'1' * 300}", "loss=x,y"),
        ("loss=[],{},empty-2",),
    ],
)
def test_names_are_safe_for_a_folder(settings: tuple[str, ...]) -> None:
    it = read_settings(settings)
    names = [it.name("moons", point) for point in it.points()]
    assert len(set(names)) == len(names)
    for name in (*names, it.sweep("moons")):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._=+-]*", name)
        assert len(name) <= LONGEST


def test_the_config_of_a_point_is_the_whole_of_it(moons: Path, tmp_path: Path) -> None:
    for case in loaded(moons, "optimizer.learning_rate=0.01,1e-5", "loss=hinge"):
        path = tmp_path / "again.yaml"
        path.write_text(to_yaml(case.experiment))
        (again,) = load_all([path])
        assert again.experiment == case.experiment


def test_every_value_has_a_name_of_its_own() -> None:
    """Whether it is set alone or with others, or its letters are none of a folder's name."""
    values = (
        "价格",
        "面积",
        "net price",
        "net-price",
        "[a, b]",
        "[a-b]",
        "{a: b}",
        "true",
        "[5, 5]",
    )
    alone = [read_settings([f"dataset.target={it}"]) for it in values]
    (together,) = {read_settings([f"dataset.target={','.join(values)}"])}
    names = [it.name("d", it.points()[0]) for it in alone]
    assert names == [together.name("d", point) for point in together.points()]
    assert len({*names}) == len(values)
    assert names[3] == "d+target=net-price"
    assert names[-2:] == ["d+target=true", "d+target=5-5"]
    assert all(name.isascii() for name in names)


def test_keys_that_end_alike_are_named_by_more_of_them() -> None:
    it = read_settings(["dataset.noise=1", "model.noise=2", "loss.name=hinge"])
    assert it.name("x", it.points()[0]) == "x+dataset.noise=1+model.noise=2+loss.name=hinge"


@pytest.mark.parametrize(
    ("layer", "key", "whole"),
    [
        ({"Dense": 16}, "activation", {"Dense": {"units": 16, "activation": 1}}),
        ({"Dense": 16}, "units", {"Dense": {"units": 1}}),
        ({"Activation": "relu"}, "activation", {"Activation": {"activation": 1}}),
        ("MaxPooling2D", "pool_size", {"MaxPooling2D": {"pool_size": 1}}),
        ({"Conv2D": {"filters": 4}}, "strides", {"Conv2D": {"filters": 4, "strides": 1}}),
    ],
)
def test_a_layer_keeps_what_it_says_in_short(layer: Any, key: str, whole: object) -> None:
    name = layer if isinstance(layer, str) else next(iter(layer))
    values = {"model": {"layers": ["Flatten", layer]}}
    set_to_1: dict[Any, Any] = {("model", "layers", "1", name, key): 1}
    assert with_values(values, set_to_1) == {"model": {"layers": ["Flatten", whole]}}
