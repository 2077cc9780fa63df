"""A person's own data and model: run where that is allowed, and nowhere else."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from command import lossbench, lossbench_process

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load

CODE = """\
import pathlib

import keras
import numpy as np

pathlib.Path("was_run").touch()

def load(rows=60, targets=False):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 2))
    return x, x[:, 0] + x[:, 1] if targets else x[:, 0] > x[:, 1]

def body(shape, width=4):
    inputs = keras.Input(shape)
    x = keras.layers.Dense(width, activation="relu")(inputs)
    return keras.Model(inputs, keras.layers.Add()([x, keras.layers.Dense(width)(x)]))

def three():
    return 1, 2, 3

def words():
    return [["a"], ["b"]], [0, 1]

def failing():
    raise RuntimeError("no such day")
"""
CONFIG = """\
dataset: {function: 'theirs:load', rows: 60}
model: {function: 'theirs:body', width: 3}
loss: hinge
epochs: 2
repeats: 2
metrics: [balanced_accuracy]
"""
ASK = "which a config may name only with --allow-code: read it first"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "theirs.py").write_text(CODE)
    (tmp_path / "it.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "theirs", raising=False)
    return tmp_path


def test_code_is_refused_and_not_run_unless_it_is_allowed(place: Path) -> None:
    for command in ("run", "run-all", "validate"):
        done = lossbench(place, command, "." if command == "run-all" else "it.yaml")
        assert done.returncode == 2
        for key, name in (("dataset", "load"), ("model", "body")):
            assert f"{key}.function: 'theirs:{name}' is code, {ASK}" in done.stderr
    assert not Path("was_run").exists()


@pytest.mark.thorough
def test_a_result_of_code_is_stored_compared_and_drawn(place: Path) -> None:
    Path("other.yaml").write_text(CONFIG.replace("hinge", "squared_hinge"))
    done = lossbench_process(place, "run", "it.yaml", "other.yaml", "--allow-code", "--save-model")
    assert done.returncode == 0, done.stderr
    found = json.loads(Path("results/it/metrics.json").read_text())
    assert list(found["weights"]) == [f"{it}_{n}" for n in (1, 2, 3) for it in ("kernel", "bias")]
    files = {it.name for it in Path("results/it").iterdir()}
    assert {"model.keras", "dataset.png", "weights.npz"} <= files
    with np.load("results/it/weights.npz") as weights:
        assert {name: list(it.shape[1:]) for name, it in weights.items()} == found["weights"]
    Path("was_run").unlink()
    # Whoever reads the result of a stranger runs nothing of it.
    done = lossbench(place, "compare", "--pictures", "drawn")
    assert "no decision boundaries of it: it is code, see --allow-code" in done.stderr
    assert not list(Path("drawn").glob("boundaries_*"))
    assert lossbench(place, "report").returncode == 0
    text = Path("results/report.html").read_text()
    assert "no decision boundaries of what is code, without --allow-code: it and other." in text
    assert not Path("was_run").exists()
    done = lossbench_process(place, "compare", "--pictures", "drawn", "--allow-code")
    assert done.returncode == 0, done.stderr
    assert len(list(Path("drawn").glob("boundaries_*.png"))) == 1
    # Its code may have changed.
    done = lossbench_process(place, "run", "it.yaml", "--allow-code")
    assert (
        "trained anew and replaced: of a model that is code, which may have changed\n"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ({"rows": 5, "generator": "make_moons"}, "generator: 'make_moons' is a key of other data"),
        ({"rows": 5, "target": "y"}, "dataset.target: 'y' is a key of other data: a function"),
        ({"row": 5}, "raised TypeError: load() got an unexpected keyword argument 'row'"),
        ({"function": "theirs:three"}, "dataset.function: 'theirs:three' returns a tuple of 3"),
        ({"function": "theirs:words"}, "gives features that must be numbers, and the array has"),
        ({"function": "theirs:failing"}, "raised RuntimeError: no such day; data come from a"),
        ({"function": "theirs:none"}, "is not found: 'theirs' has no 'none'"),
        ({"split": {"group": "a"}}, "names a column of a data file; a function's arrays have none"),
        ({"targets": True}, "loss: 'hinge' does not fit a target of real numbers"),
    ],
)
def test_what_is_wrong_with_data_is_told(dataset: dict[str, object], said: str) -> None:
    values = {"model": {"hidden": [3]}, "loss": "hinge", "epochs": 1}
    with pytest.raises(ConfigError) as error:
        load({**values, "dataset": {"function": "theirs:load", **dataset}}, allow_code=True)
    assert said in str(error.value)


def test_what_a_model_of_code_takes_cannot_be_tuned() -> None:
    values = {
        "dataset": {"generator": "make_moons"},
        "model": {"function": "theirs:body", "width": 3},
        "loss": "hinge",
        "epochs": 1,
        "early_stopping": {},
        "tune": {"grid": {"model.width": [2, 3]}},
    }
    with pytest.raises(ConfigError, match="cannot be tuned: what a function makes of it may have"):
        load(values, allow_code=True)
