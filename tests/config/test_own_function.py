"""A person's own loss: run where that is allowed, and nowhere else."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from command import lossbench, lossbench_process

from lossbench.config import own_function
from lossbench.config.complaints import ConfigError
from lossbench.config.load import load, load_all
from lossbench.results.read import read_result
from lossbench.suite.run import run
from lossbench.training.sharing import program_key

CODE = """\
import pathlib

import pandas
import scipy.special

pathlib.Path("was_run").touch()

def squared(y, p, weight=2.0):
    print("theirs", flush=True)
    return weight * (y - p) ** 2

def mean(y, p):
    return ((y - p) ** 2)[0, 0]
"""
CONFIG = """\
dataset: {generator: make_regression, n_samples: 60, n_features: 3, random_state: 1}
model: {hidden: [4]}
loss: {function: theirs:squared, labels: real, weight: 1.0}
epochs: 2
repeats: 1
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "theirs.py").write_text(CODE)
    path = tmp_path / "it.yaml"
    path.write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "theirs", raising=False)
    return path


def test_code_is_refused_and_not_run_unless_it_is_allowed(config: Path) -> None:
    for command in ("run", "run-all", "validate"):
        target = "." if command == "run-all" else "it.yaml"
        done = lossbench(config.parent, command, target)
        assert done.returncode == 2
        assert done.stderr == (
            "Error: it.yaml:3: loss.function: 'theirs:squared' is code, which a config may name "
            "only with --allow-code: read it first\n"
        )
    with pytest.raises(ConfigError):
        load(config)
    assert not Path("was_run").exists()


@pytest.mark.thorough
def test_an_own_loss_trains_as_the_same_one_of_keras_and_is_read_without_running_it(
    config: Path,
) -> None:
    arguments = ("run", "it.yaml", "--allow-code", "--quiet", "--json")
    done = lossbench_process(config.parent, *arguments)
    assert (done.returncode, {*done.stderr.splitlines()}) == (0, {"theirs"})
    assert json.loads(done.stdout)["failed"] == {}
    Path("was_run").unlink()
    stored = read_result(Path("results/it"))
    assert not Path("was_run").exists()
    assert stored.experiment.loss.name == "squared"
    assert "weight: 1.0" in Path("results/it/config.yaml").read_text()

    keras = load(config, {"loss": "mse", "name": "keras"})
    theirs, ours = run(keras).trainings[0], stored.trainings[0]
    for one, other in zip(theirs.weights, ours.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert ours.test == pytest.approx(theirs.test, rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("{function: nowhere:f, labels: real}", "no module named 'nowhere'"),
        ("{function: nowhere.at.all:f, labels: real}", "No module named 'nowhere'"),
        ("{function: theirs:f, labels: real}", "'theirs:f' is not found: 'theirs' has no 'f'"),
        ("{function: theirs, labels: real}", "'theirs' must be package.module:function"),
        ("{function: theirs:squared}", "loss.labels: is missing; it must be one of real, 0/1"),
        ("{function: theirs:squared, labels: one}", "'one' is not a known name"),
        (
            "{function: theirs:squared, labels: real, output_activation: softmax}",
            "'softmax' does not fit labels real",
        ),
        ("{function: theirs:squared, labels: 0/1}", "does not fit a target of real numbers"),
        ("theirs:squared", "is a function, whose labels must be stated"),
    ],
)
def test_what_is_wrong_with_an_own_loss_is_said(config: Path, loss: str, said: str) -> None:
    text = CONFIG.replace("{function: theirs:squared, labels: real, weight: 1.0}", loss)
    config.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(config, allow_code=True)
    assert len(caught.value.mistakes) == 1
    assert said in str(caught.value)
    assert f"{config}:3:" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "from os import *",
        "name = 5",
        "if True:\n    from json import dumps as name",
        "def name(",
        "",
    ],
)
def test_a_function_is_looked_for_in_the_text_of_its_module(config: Path, text: str) -> None:
    """Nothing is run for that, so what may be there is not refused."""
    Path("theirs.py").write_text(f"raise RuntimeError\n{text}\n")
    given = "{function: theirs:name, labels: real}"
    config.write_text(
        CONFIG.replace("{function: theirs:squared, labels: real, weight: 1.0}", given)
    )
    if text:
        load(config, allow_code=True)
        return
    with pytest.raises(ConfigError, match="'theirs' has no 'name'"):
        load(config, allow_code=True)


NO_LOSS = """\
import keras

class Squared(keras.losses.Loss):
    def call(self, y, p):
        return (y - p) ** 2

class Mean(keras.losses.Loss):
    def call(self, y, p):
        return keras.ops.mean((y - p) ** 2)

class Sum(Squared):
    def __init__(self):
        super().__init__(reduction="sum")

class Bare(Squared):
    def __init__(self):
        pass

class Without(keras.losses.Loss):
    pass

class Called(Squared):
    def __call__(self, y, p, sample_weight=None):
        return keras.ops.mean((y - p) ** 4)

class Other:
    def __call__(self, y, p):
        return (y - p) ** 2

class Metric(keras.metrics.MeanSquaredError):
    pass

keras_object = Squared()
number = 3

def mean(y, p):
    return keras.ops.mean((y - p) ** 2)

async def waiting(y, p):
    return (y - p) ** 2

def yielding(y, p):
    yield (y - p) ** 2

def columns(y, p):
    return keras.ops.sum((y - p) ** 2, axis=0)

def numpy(y, p):
    import numpy
    return numpy.square(y - p)

def former(y, p):
    return keras.backend.square(y - p)

def branch(y, p):
    return y - p if p[0, 0] > 0 else p - y

def nothing(y, p):
    (y - p) ** 2

def right(y, p):
    return (y > 0) == (p > 0)

def of_the_labels(y, p):
    return y

def random(y, p):
    return keras.random.uniform(()) * (y - p) ** 2

def of_three(y, p, q):
    return y
"""
KIND = (
    "; a loss is a function of y_true and y_pred that computes a value for each row, with keras.o"
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Other", f"theirs:Other is a class of another kind: {KIND[2:]}"),
        ("Metric", f"theirs:Metric is a class of another kind: {KIND[2:]}"),
        ("Mean", f"theirs:Mean returns one value for all rows{KIND}"),
        ("Sum", "theirs:Sum has the reduction 'sum', and a loss here is the mean of its rows; a l"),
        ("Bare", "theirs:Bare raised AttributeError: 'Bare' object has no attribute 'reduction'"),
        ("Without", f"theirs:Without raised NotImplementedError{KIND}"),
        ("Called", f"theirs:Called has a __call__ of its own, and only its call is used{KIND}"),
        ("Squared, weight: 2", "theirs:Squared raised TypeError: Loss.__init__() got an unexpect"),
        ("keras_object", f"theirs:keras_object returns one value for all rows{KIND}"),
        ("waiting", f"theirs:waiting is written with async or yield, and gives no values{KIND}"),
        ("yielding", f"theirs:yielding is written with async or yield, and gives no values{KIND}"),
        ("number", f"theirs has no function 'number'{KIND}"),
        ("absent", "'theirs:absent' is not found: 'theirs' has no 'absent'"),
        ("mean", f"theirs:mean returns one value for all rows{KIND}"),
        ("columns", f"theirs:columns returns the shape (1,) for 30 rows{KIND}"),
        ("numpy", "theirs:numpy raised NotImplementedError: Cannot convert a symbolic tf.Tensor"),
        ("former", "AttributeError: module 'keras.backend' has no attribute 'square'; a loss is a"),
        ("branch", "theirs:branch raised OperatorNotAllowedInGraphError: Using a symbolic `tf.Te"),
        ("nothing", f"theirs:nothing raised ValueError: None values not supported.{KIND}"),
        ("right", f"theirs:right has no gradient with respect to y_pred{KIND}"),
        ("of_the_labels", f"theirs:of_the_labels has no gradient with respect to y_pred{KIND}"),
        ("random", f"draws random numbers, which no seed in a config decides{KIND}"),
        ("of_three", "raised TypeError: of_three() missing 1 required positional argument: 'q';"),
    ],
)
def test_a_function_that_is_no_loss_fails_in_a_line(config: Path, name: str, said: str) -> None:
    Path("theirs.py").write_text(NO_LOSS)
    config.write_text(CONFIG.replace("squared, labels: real, weight: 1.0", f"{name}, labels: real"))
    with pytest.raises((ValueError, ImportError, TypeError)) as caught:
        run(load(config, allow_code=True))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_parameter_of_an_own_loss_is_a_plain_number_in_a_program_of_its_own(
    config: Path,
) -> None:
    # It has the name of a parameter that Keras's losses share a program by.
    Path("theirs.py").write_text(
        "def squared(y, p, label_smoothing):\n"
        "    assert type(label_smoothing) is float\n"
        "    return round(10 * label_smoothing) * (y - p) ** 2\n"
    )
    config.write_text(CONFIG.replace("weight: 1.0", "label_smoothing: 0.3"))
    setting = ["loss.label_smoothing=0.1,0.2"]
    cases = load_all([config], settings=setting, allow_code=True)
    first, second = (program_key(case.experiment, case.split) for case in cases)
    assert first != second
    run(cases[0].experiment)


@pytest.mark.thorough
def test_what_is_wrong_is_said_of_every_point_with_the_same_config(config: Path) -> None:
    config.write_text(CONFIG.replace("squared, labels: real, weight: 1.0", "mean, labels: real"))
    arguments = ("run", "it.yaml", "--allow-code", "--quiet", "--set", "seed=0,9")
    done = lossbench_process(config.parent, *arguments)
    assert done.returncode == 1
    assert done.stderr.count("theirs:mean returns one value for all rows") == 2


def test_an_own_module_of_a_name_that_is_taken_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "random.py").write_text("def loss(y, p): ...")
    said = own_function.missing("random:loss")
    assert said
    assert "another module has that name" in said
    with pytest.raises(ImportError, match=r"another module has that name .*random\.py"):
        own_function.load("random:loss")


def test_an_own_package_is_imported_whole_and_a_module_without_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "package_of_mine").mkdir()
    (tmp_path / "package_of_mine" / "helper.py").write_text("VALUE = 3")
    (tmp_path / "package_of_mine" / "losses.py").write_text(
        "from package_of_mine.helper import VALUE\ndef loss(): return VALUE"
    )
    assert own_function.missing("package_of_mine.losses:loss") is None
    assert own_function.load("package_of_mine.losses:loss")() == 3

    (tmp_path / "helper_of_mine.py").write_text("VALUE = 3")
    (tmp_path / "losses_of_mine.py").write_text("import helper_of_mine")
    with pytest.raises(ImportError, match="only 'losses_of_mine' is imported; make one package"):
        own_function.load("losses_of_mine:loss")
    assert "helper_of_mine" not in sys.modules
    assert str(tmp_path) not in sys.path
