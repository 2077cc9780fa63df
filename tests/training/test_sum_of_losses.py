"""A weighted sum of losses: as fit with the same sum, and one program for all of its weights."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from command import lossbench
from keras_fit import assert_equals_fit, split_of
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.config.load import load_all
from lossbench.training.program import compile_program
from lossbench.training.sharing import hyperparameters, program_key
from lossbench.training.train import trainer

pytestmark = pytest.mark.slow

Make = Callable[..., Experiment]
CONFIG = """\
dataset: {generator: make_regression, n_samples: 60, n_features: 3, standardize: {target: all}}
model: {hidden: [4]}
loss: {sum: {mse: 0.7, huber: {weight: 0.3, delta: 0.5}}}
epochs: 3
repeats: 2
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("problem", "terms", "activation"),
    [
        (
            "regression",
            {"mse": 0.7, "huber": {"weight": 0.5, "delta": 0.3}, "mae": 2},
            "linear",
        ),
        ("regression", {"quantile": {"weight": 3, "quantile": 0.9}, "mse": 0.1}, "linear"),
        (
            "binary classification",
            {"bce": 0.6, "binary_focal_crossentropy": {"weight": 4, "gamma": 3}},
            "sigmoid",
        ),
        (
            "binary classification",
            {"bce": 0.6, "binary_focal_crossentropy": {"weight": 4, "gamma": 3}},
            "linear",
        ),
        (
            "multi-class classification",
            {"mse": 0.5, "categorical_crossentropy": 1, "mae": {"weight": 0.1}},
            "softmax",
        ),
        ("multi-class classification", {"mse": 0.5, "huber": 1}, "linear"),
        (
            "multi-class classification",
            # Of the same units, which are logits to the first term.
            {
                "categorical_crossentropy": {"weight": 0.7, "label_smoothing": 0.2},
                "categorical_hinge": 0.3,
            },
            "linear",
        ),
        (
            "multi-class classification",
            {
                "sparse_categorical_crossentropy": 0.2,
                "categorical_generalized_cross_entropy": {"weight": 1, "q": 0.4},
            },
            "softmax",
        ),
    ],
)
def test_a_sum_has_the_figures_of_fit(
    experiment_of: Make, problem: Any, terms: dict[str, Any], activation: str
) -> None:
    of_real = problem.startswith("multi") and not {*terms} - {"mse", "huber"}
    experiment = experiment_of(
        problem,
        {"sum": terms, "name": "blend", **({"labels": "one-hot"} if of_real else {})},
        model={"hidden": [6], "output_activation": activation},
        epochs=2,
    )
    assert_equals_fit(experiment, split_of(problem))


def test_weights_of_a_sum_and_parameters_of_its_terms_share_a_program(tmp_path: Path) -> None:
    (tmp_path / "line.yaml").write_text(CONFIG)
    settings = ["loss.sum.mse=0.1,0.5,0.9", "loss.sum.huber.delta=0.2,0.5"]
    cases = load_all([tmp_path / "line.yaml"], settings=settings)
    first = cases[0]
    assert len({program_key(it.experiment, it.split) for it in cases}) == 1
    program = compile_program(first.experiment, first.split)
    trained = [trainer(it.experiment, it.split, program)(0) for it in cases]
    assert same_bits(trained[-1], trainer(cases[-1].experiment, cases[-1].split)(0))
    assert len({it.test["loss"] for it in trained}) == len(cases)
    assert first.experiment.loss.sum
    assert type(first.experiment.loss.sum["mse"]["weight"]) is float
    read = " ".join(program.hyperparameters.positions)
    of_loss = [it for it in hyperparameters(first.experiment) if it[0] == "loss"]
    assert len(of_loss) == 3
    assert [it for it in of_loss if str(it) not in read] == []


@pytest.mark.thorough
# Keras saves a model in a way that NumPy deprecates.
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_a_sweep_over_a_weight_is_run_compared_and_run_again_from_a_point(tmp_path: Path) -> None:
    # Its name is that of another loss of Keras, which is not to be taken for it.
    (tmp_path / "line.yaml").write_text(CONFIG.replace("{sum", "{name: dice, sum"))
    options = "--set", "loss.sum.huber=0.1,0.9", "--save-model", "--quiet", "--json"
    done = lossbench(tmp_path, "run", "line.yaml", *options)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["failed"] == {}, done.stderr
    point = tmp_path / "results" / "line+huber" / "line+huber=0.9"
    stored = json.loads((point / "metrics.json").read_text())
    huber = {"weight": 0.9, "delta": 0.5}
    assert stored["config"]["loss"] == {
        "name": "dice",
        "sum": {"mse": {"weight": 0.7}, "huber": huber},
    }
    compared = lossbench(tmp_path, "compare", "results/line+huber", "--json")
    assert compared.returncode == 0, compared.stderr
    assert '"dice"' in compared.stdout
    # Keras has no such loss.
    assert keras.models.load_model(point / "model.keras").loss is None
    lossbench(tmp_path, "run", str(point / "config.yaml"), "--out", "again", "--quiet")
    again = json.loads((tmp_path / "again" / point.name / "metrics.json").read_text())
    assert again["runs"] == stored["runs"]
    page = lossbench(tmp_path, "report", "results/line+huber")
    assert page.returncode == 0, page.stderr
