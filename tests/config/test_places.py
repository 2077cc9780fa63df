"""Which option or line is named where something is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from command import lossbench
from example_config import MOONS, complaints

from lossbench.config.experiment import Experiment
from lossbench.config.sections.base import Section


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
        (["loss=hinge,msle"], "--set loss=msle: does not fit a target of 2 classes"),
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
            "moons.yaml:1: dataset.train_size: 0.5 must leave rows for both parts, but takes 0 of "
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
        (["name=a,b"], "--set name: must be a single name"),
        (["name=../a"], "--set name=../a: must be letters, digits"),
    ],
)
def test_what_is_refused_names_the_option(moons: Path, settings: list[str], said: str) -> None:
    (message,) = complaints(moons, settings=settings)
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
def test_a_list_or_a_mapping_that_is_refused_names_the_option(moons: Path, key: str) -> None:
    for value in NEVER_RIGHT:
        for message in complaints(moons, settings=[f"{key}={value}"]):
            assert message.startswith(f"--set {key}={value}: ")
        for message in complaints(moons, settings=[f"{key}={value},[{value}]"]):
            assert message.startswith(f"--set {key}")


def test_all_that_is_wrong_is_said_at_once_and_each_thing_once(moons: Path) -> None:
    rates = ",".join(f"0.{number}" for number in range(11, 60))
    wrong = [f"optimizer.rate={rates}", "epochs=0,5", "x", "loss=hinge,squared_hinge"]
    moons.write_text(MOONS.replace("hidden: [5]", "hiden: [5]"))
    messages = complaints(moons, settings=wrong)
    starts = ["--set x:", f"{moons}:2: model.hidden:", f"{moons}:2: model.hiden:"]
    starts += ["--set optimizer.rate=0.11,0.12,0.13,…:", "--set epochs=0:"]
    assert len(messages) == len(starts)
    for start in starts:
        assert sum(message.startswith(start) for message in messages) == 1


def test_a_config_is_named_where_others_take_the_setting(moons: Path, tmp_path: Path) -> None:
    other = tmp_path / "circles.yaml"
    other.write_text(MOONS.replace("make_moons", "make_circles"))
    (message,) = complaints(moons, other, settings=["dataset.factor=0.5"])
    assert message.endswith(f"(in {moons})")


def test_a_key_with_an_option_of_its_own_is_given_once(moons: Path) -> None:
    said = ["--set epochs=3: is given by --epochs too"]
    assert complaints(moons, settings=["epochs=3"], options={"epochs": 2}) == said


def test_nothing_is_run_or_written_where_a_setting_is_wrong(moons: Path, tmp_path: Path) -> None:
    done = lossbench(tmp_path, "run", moons.name, "--set", "epochs=1,0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: --set epochs=0: must be at least 1\n"
    assert [path.name for path in tmp_path.iterdir()] == [moons.name]
