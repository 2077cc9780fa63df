"""Settings beside a config: what they set, how points are named, and what is refused."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from lossbench.config.complaints import ConfigError
from lossbench.config.experiment import Experiment
from lossbench.config.grid import LONGEST, read_settings
from lossbench.config.load import Case, load_all
from lossbench.config.sections.base import Section
from lossbench.config.yaml_writer import to_yaml

CONFIG = """\
dataset: {generator: make_moons, noise: 0.1}
model: {hidden: [5]}
loss: binary_crossentropy
epochs: 2
published:
  accuracy: {train: 0.9, test: 0.8}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "moons.yaml"
    path.write_text(CONFIG)
    return path


def loaded(config: Path, *settings: str, **overrides: Any) -> list[Case]:
    return load_all([config], overrides, settings)


def refused(config: Path, *settings: str, **overrides: Any) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_all([config], overrides, settings)
    return str(error.value).splitlines()


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
    config: Path, setting: str, key: str, value: object
) -> None:
    (case,) = loaded(config, setting)
    found: Any = case.experiment.resolved()
    for name in key.split("."):
        found = found[name]
    assert found == value
    assert case.sweep == ""


def test_a_loss_and_its_parameter_are_set_in_any_order(config: Path) -> None:
    config.write_text(CONFIG.replace("binary_crossentropy", "hinge"))
    settings = "loss.label_smoothing=0.1", "loss=bce"
    for case in (*loaded(config, *settings), *loaded(config, *settings[::-1])):
        assert case.experiment.loss.name == "binary_crossentropy"
        assert case.experiment.loss.parameters == {"label_smoothing": 0.1}


def test_a_bare_loss_replaces_a_mapping_with_its_parameters(config: Path) -> None:
    mapping = "{name: binary_crossentropy, label_smoothing: 0.1}"
    config.write_text(CONFIG.replace("binary_crossentropy", mapping))
    (case,) = loaded(config, "loss=hinge")
    assert (case.experiment.loss.name, case.experiment.loss.parameters) == ("hinge", {})


def test_lists_of_values_are_the_grid_of_all_combinations(config: Path) -> None:
    cases = loaded(config, "model.hidden=[5],[50,50]", "epochs=3", "optimizer.momentum=0,0.9")
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


def test_points_share_the_data_they_have_in_common(config: Path) -> None:
    cases = loaded(config, "dataset.noise=0.1,0.2", "optimizer.momentum=0,0.9")
    assert cases[0].split is cases[1].split
    assert cases[2].split is cases[3].split
    assert cases[0].split is not cases[2].split


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


def test_the_config_of_a_point_is_the_whole_of_it(config: Path, tmp_path: Path) -> None:
    for case in loaded(config, "optimizer.learning_rate=0.01,1e-5", "loss=hinge"):
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
    config: Path, settings: tuple[str, ...], overrides: dict[str, Any], stays: bool
) -> None:
    for case in loaded(config, *settings, **overrides):
        assert bool(case.experiment.published) == stays


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            ["optimizer.lerning_rate=0.1,0.2"],
            "--set optimizer.lerning_rate=0.1,0.2: is not a parameter of SGD; "
            "did you mean 'learning_rate'? allowed: clipnorm, ",
        ),
        (["learning_rate=0.1"], "is not a known key; did you mean 'optimizer.learning_rate'?"),
        (["epoch=3"], "--set epoch=3: is not a known key; did you mean 'epochs'?"),
        (["loss=hing"], "--set loss=hing: is not a known name; did you mean 'hinge'?"),
        (
            ["optimizer.learning_rate=-1,0.1,-2"],
            "--set optimizer.learning_rate=-1,-2: must be greater than 0",
        ),
        (["loss=hinge,mse"], "--set loss=mse: does not fit a target of 2 classes"),
        (["epochs=2.5"], "--set epochs=2.5: must be a whole number"),
        (["epochs.more=3"], "--set epochs.more=3: must be a whole number"),
        (["model.hidden=[5],[5,0]"], "--set model.hidden=[5, 0]: model.hidden.1: must be at least"),
        (
            ["loss={name: hinge, delta: 1}"],
            "--set loss={name: hinge, delta: 1}: loss.delta: is not a parameter of hinge",
        ),
        (["model.hidden=5"], "--set model.hidden=5: must be a list of the units"),
        (["dataset.noise=a"], "--set dataset.noise=a: must be a float"),
        (
            ["loss=hinge,bce", "loss.label_smoothing=0,0.1"],
            "--set loss.label_smoothing=0,0.1: is not a parameter of hinge; allowed: name "
            "(at loss=hinge)",
        ),
        (
            ["dataset.n_samples=1"],
            "moons.yaml:1: dataset.train_size: 0.5 must leave rows for both parts, and takes 0 of "
            "1 to train on (with --set dataset.n_samples=1)",
        ),
        (["epochs"], "--set epochs: must be KEY=VALUE, such as loss=hinge"),
        (["=3"], "--set =3: must be KEY=VALUE"),
        (["a..b=3"], "--set a..b=3: must be KEY=VALUE"),
        (["epochs="], "--set epochs=: has no value"),
        (["epochs=1,,2"], "--set epochs=1,,2: has an empty value"),
        (["epochs=1,2,1"], "--set epochs=1,2,1: 1 comes twice"),
        (["epochs=[1"], "--set epochs=[1: invalid YAML"),
        (["loss={name: a, name: b}"], "has a key twice"),
        (["epochs=1", "epochs=2"], "--set epochs: is set twice; separate several values by commas"),
        (["name=a,b"], "--set name: must be one name"),
        (["name=../a"], "--set name=../a: must be letters, digits"),
    ],
)
def test_what_is_refused_names_the_option(config: Path, settings: list[str], said: str) -> None:
    (message,) = refused(config, *settings)
    assert said in message


def keys_of(section: type[Section], *above: str) -> Iterator[str]:
    """The dotted key of every field of a section, and of the sections below it."""
    for name, field in section.model_fields.items():
        key = (*above, field.alias or name)
        yield ".".join(key)
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, Section):
                yield from keys_of(kind, *key)


PARAMETERS = ["dataset.noise", "loss.label_smoothing", "optimizer.learning_rate", "nonsense"]
NEVER_RIGHT = ["[x, [y]]", "{x: [y]}", "[{x: {y: [z]}}]", "[[]]", "{x: {}}"]


@pytest.mark.parametrize("key", [*keys_of(Experiment), *PARAMETERS])
def test_a_list_or_a_mapping_that_is_refused_names_the_option(config: Path, key: str) -> None:
    for value in NEVER_RIGHT:
        for message in refused(config, f"{key}={value}"):
            assert message.startswith(f"--set {key}={value}: ")
        for message in refused(config, f"{key}={value},[{value}]"):
            assert message.startswith(f"--set {key}")


def test_all_that_is_wrong_is_said_at_once_and_each_thing_once(config: Path) -> None:
    rates = ",".join(f"0.{number}" for number in range(11, 60))
    wrong = [f"optimizer.rate={rates}", "epochs=0,5", "x", "loss=hinge,squared_hinge"]
    config.write_text(CONFIG.replace("hidden: [5]", "hiden: [5]"))
    messages = refused(config, *wrong)
    starts = ["--set x:", f"{config}:2: model.hidden:", f"{config}:2: model.hiden:"]
    starts += ["--set optimizer.rate=0.11,0.12,0.13,…:", "--set epochs=0:"]
    assert len(messages) == len(starts)
    for start in starts:
        assert sum(message.startswith(start) for message in messages) == 1


def test_a_config_is_named_where_others_take_the_setting(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "circles.yaml"
    other.write_text(CONFIG.replace("make_moons", "make_circles"))
    with pytest.raises(ConfigError) as error:
        load_all([config, other], {}, ["dataset.factor=0.5"])
    (message,) = str(error.value).splitlines()
    assert message.endswith(f"(in {config})")


def test_a_key_with_an_option_of_its_own_is_given_once(config: Path) -> None:
    assert refused(config, "epochs=3", epochs=2) == ["--set epochs=3: is given by --epochs too"]


def test_a_case_knows_which_keys_options_gave(config: Path) -> None:
    (case,) = loaded(config, "batch_size=7", epochs=2, repeats=1)
    assert case.options == {"epochs", "repeats"}


def test_the_refusal_in_the_readme_is_the_one_that_is_given() -> None:
    with pytest.raises(ConfigError) as error:
        load_all(["hinge"], {}, ["optimizer.lerning_rate=0.05"])
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert f"--set optimizer.lerning_rate=0.05\nError: {error.value}\n" in readme


def test_nothing_is_run_or_written_where_a_setting_is_wrong(config: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lossbench", "run", config.name, "--set", "epochs=1,0"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: --set epochs=0: must be at least 1\n"
    assert [path.name for path in tmp_path.iterdir()] == [config.name]
