"""Numbers that not everybody reads alike: refused as numbers, and taken as texts."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from example_config import CONFIG, complaints
from hypothesis import given, settings
from hypothesis import strategies as st

from lossbench.config.load import load, load_all
from lossbench.config.unclear_number import UnclearNumber, unclear_number
from lossbench.config.yaml_reader import parse
from lossbench.config.yaml_writer import flow, to_yaml

# What is written, and what is said of it where a number is wanted.
UNCLEAR = {
    "010": "is 8 in YAML 1.1 and 10 elsewhere: write one of them",
    "+010": "is 8 in YAML 1.1 and 10 elsewhere: write one of them",
    "-0_20": "is -16 in YAML 1.1 and -20 elsewhere: write one of them",
    "007": "must be a plain number, such as 7",
    "08": "must be a plain number, such as 8",
    "00": "must be a plain number, such as 0",
    "0x10": "must be a plain number, such as 16",
    "-0x1F": "must be a plain number, such as -31",
    "0b101": "must be a plain number, such as 5",
    "0o10": "must be a plain number, such as 8",
    "1:30": "must be a plain number, such as 90",
    "1:30:00": "must be a plain number, such as 5400",
    "1:30.5": "must be a plain number, such as 90.5",
    "-1_000.5": "must be a plain number, such as -1000.5",
    f"0{'7' * 5000}": "must be a plain number",
    f"0x{'f' * 5000}": "must be a plain number",
    f"1{':59' * 5000}": "must be a plain number",
}


@pytest.mark.parametrize(("written", "said"), UNCLEAR.items(), ids=[it[:10] for it in UNCLEAR])
def test_an_unclear_number_is_told_with_what_to_write(written: str, said: str) -> None:
    value = parse(written).values
    assert type(value) is UnclearNumber
    assert value == written
    assert unclear_number(value) == said
    assert unclear_number([1, {"a": [value]}, "010"]) == f"has {written}, which {said}"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", 0),
        ("-0", 0),
        ("10", 10),
        ("+5", 5),
        ("1_000", 1000),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("010.5", 10.5),
    ],
)
def test_other_numbers_are_clear(written: str, number: float) -> None:
    value = parse(written).values
    assert isinstance(value, type(number))
    assert value == number


@pytest.mark.parametrize("text", ["1:75", "0x", "0b2", "1.2.3", "2024-01-01", "y", "n", "1_0e3"])
def test_what_is_no_number_is_text(text: str) -> None:
    assert type(parse(text).values) is str


OWN = "loss: {function: 'math:hypot', labels: 0/1, weight: 011}"
# What is replaced in the config, by what, and where the number is then said to be.
PLACES = [
    ("epochs: 3", "epochs: 011", "9: epochs: 011 is"),
    ("epochs: 3", "epochs: 3\nseed: 011", "10: seed: 011 is"),
    ("epochs: 3", "epochs: 3\nrepeats: 011", "10: repeats: 011 is"),
    (
        "epochs: 3",
        "epochs: 3\nclass_weight: {0: 1, 1: 011}",
        "10: class_weight: {'0': 1, ",
    ),
    ("epochs: 3", "epochs: 3\nearly_stopping: {patience: 011}", "10: early_stopping.patience: 011"),
    (
        "epochs: 3",
        "epochs: 3\nearly_stopping: {validation_size: 011}",
        "10: early_stopping.validation_size: 011 is",
    ),
    ("[5]", "[5, 011]", "6: model.hidden.1: 011 is"),
    ("[5]", "[{units: 011}]", "6: model.hidden.0.units: 011 is"),
    ("[5]", "[5]\n  dropout: 011", "7: model.dropout: 011 is"),
    ("0.01}", "011}", "8: optimizer.learning_rate: 011 is"),
    (
        "0.01}",
        "{schedule: CosineDecay, initial_learning_rate: 1, decay_steps: 011}}",
        "8: optimizer.learning_rate.decay_steps: 011 is",
    ),
    (
        "0.01}",
        "{schedule: PiecewiseConstantDecay, boundaries: [011], values: [1, 2]}}",
        "8: optimizer.learning_rate.boundaries: [011] has 011, which is",
    ),
    ("loss: hinge", "loss: {name: bce, label_smoothing: 011}", "7: loss.label_smoothing: 011 is"),
    ("loss: hinge", OWN, "7: loss.weight: 011 is"),
    ("0.740", "011", "11: published.accuracy.train: 011 is"),
    ("noise: 0.1", "noise: 011", "4: dataset.noise: 011 is"),
    ("noise: 0.1", "random_state: 011", "4: dataset.random_state: 011 is"),
    ("noise: 0.1", "train_size: 011", "4: dataset.train_size: 011 is"),
    ("noise: 0.1", "split: {random_state: 011}", "4: dataset.split.random_state: 011 is"),
    ("n_samples: 100", "n_samples: [011, 20]", "3: dataset.n_samples: [011, 20] has 011, which is"),
]


@pytest.mark.parametrize(("old", "new", "said"), PLACES, ids=[it[2] for it in PLACES])
def test_an_unclear_number_is_refused_wherever_a_number_is_wanted(
    config: Path, old: str, new: str, said: str
) -> None:
    assert old in CONFIG
    config.write_text(CONFIG.replace(old, new))
    lines = [it for it in complaints(config) if " is code" not in it]
    assert len(lines) == 1
    assert lines[0].startswith(f"{config}:{said}")
    assert "9 in YAML 1.1 and 11 elsewhere: write one of them" in lines[0]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("epochs=010", "--set epochs=010: is 8 in YAML 1.1 and 10 elsewhere: write one of them"),
        ("epochs=5,0x10", "--set epochs=0x10: must be a plain number, such as 16"),
        (
            "model.hidden=[1:30]",
            "--set model.hidden=[1:30]: model.hidden.0: must be a plain number, such as 90",
        ),
        ("loss={name: bce, label_smoothing: 0b1}", "loss.label_smoothing: must be a plain number,"),
    ],
)
def test_an_unclear_number_is_refused_in_a_setting(config: Path, setting: str, said: str) -> None:
    (line,) = complaints(config, settings=[setting])
    assert said in line


def test_where_text_is_wanted_it_is_taken_as_written(config: Path, tmp_path: Path) -> None:
    rows = "".join(f"{row},{row % 2},{row % 5},{row // 2 % 2}\n" for row in range(40))
    (tmp_path / "d.csv").write_text(f"a,010,1:30,007\n{rows}")
    config.write_text(
        "name: 0x10\n"
        "dataset: {file: d.csv, header: true, target: 007, drop: [010, 1:30]}\n"
        "model: {hidden: [5]}\n"
        "loss: hinge\n"
        "epochs: 3\n"
    )
    experiment = load(config)
    assert (experiment.name, experiment.dataset.target) == ("0x10", "007")
    assert experiment.dataset.drop == ("010", "1:30")
    assert {type(it) for it in (experiment.name, *experiment.dataset.drop)} == {str}
    (case,) = load_all([config], settings=["dataset.target=010", "dataset.drop=[1:30]"])
    assert case.experiment.dataset.target == "010"
    again = tmp_path / "again.yaml"
    again.write_text(to_yaml(experiment))
    assert load(again) == experiment


def test_a_class_is_named_as_written(config: Path, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n" + "1,no\n2,yes\n3,010\n" * 20)
    weights = "{no: 1, yes: 2, 010: 3}"
    config.write_text(
        f"dataset: {{file: d.csv, target: y}}\nclass_weight: {weights}\n"
        "model: {hidden: [5]}\nloss: kld\nepochs: 1\n"
    )
    assert load(config).class_weight == {"no": 1.0, "yes": 2.0, "010": 3.0}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("drop: [no]", "drop.0: False must be text; yes, no, on, off, true and false are text"),
        ("sample_weight: on", "sample_weight: True must be text; yes, no, on, off, true and fal"),
        ("drop: [~]", "drop.0: None must be text; null and ~ are text only in quotes"),
        ("drop: [null]", "drop.0: None must be text; null and ~ are text only in quotes"),
        ("drop: [2024]", "drop.0: 2024 must be text; put it in quotes"),
        ("drop: [1.5]", "drop.0: 1.5 must be text; put it in quotes"),
        ("drop: [[a]]", "drop.0: ['a'] must be text"),
    ],
)
def test_what_is_no_text_is_refused_with_a_hint_to_quotes(
    config: Path, tmp_path: Path, key: str, said: str
) -> None:
    (tmp_path / "d.csv").write_text("a,b,y\n" + "1,2,0\n2,1,1\n" * 20)
    config.write_text(
        f"dataset: {{file: d.csv, target: y, {key}}}\n"
        "model: {hidden: [5]}\nloss: hinge\nepochs: 1\n"
    )
    (line,) = complaints(config)
    assert line.startswith(f"{config}:1: dataset.{said}")


@pytest.mark.parametrize("name", ["2024-01-01", "y", "None", "no-1"])
def test_these_names_need_no_quotes(config: Path, name: str) -> None:
    config.write_text(f"name: {name}\n{CONFIG}")
    assert load(config).name == name


TEXTS = st.one_of(
    st.text("0123456789abcefox_:.+-~", max_size=8),
    st.sampled_from([*UNCLEAR, "no", "on", "null", "~", "2024-01-01", "1_000", "=", "<<", ""]),
)
VALUES = st.one_of(
    TEXTS, st.integers(-(10**9), 10**9), st.booleans(), st.none(), st.floats(allow_nan=False)
)


def unmarked(value: Any) -> Any:
    """A value with its type, but for floats that remember how they were written."""
    if isinstance(value, list):
        return [unmarked(it) for it in value]
    return (float, float(value)) if isinstance(value, float) else (type(value), value)


@settings(deadline=None)  # whatever else a machine does
@given(st.lists(VALUES, max_size=5))
def test_what_is_written_is_read_as_what_it_was(values: list[Any]) -> None:
    assert unmarked(parse(flow(values)).values) == unmarked(values)


@settings(deadline=None)  # whatever else a machine does
@given(TEXTS)
def test_a_number_in_the_yaml_of_others_is_never_another_number_here(text: str) -> None:
    """What YAML 1.1 takes for a whole number is that number here, or none."""
    try:
        theirs, ours = yaml.safe_load(text), parse(text).values
    except (yaml.YAMLError, ValueError):
        return
    if type(theirs) is int and type(ours) is int:
        assert theirs == ours == int(text.replace("_", ""))
