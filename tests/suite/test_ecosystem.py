"""What lossbench writes for TensorBoard, Keras and pandas, read by these themselves."""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from lossbench.config.experiment import Experiment
from lossbench.config.load import load
from lossbench.report.page import page as page_of
from lossbench.results.event_files import FILE, hyperparameters
from lossbench.results.history_csv import history_csv
from lossbench.results.read import read_result
from lossbench.results.result import Result, Training
from lossbench.suite import run as runner
from lossbench.suite.run import MODEL, Extras, extra_files
from lossbench.tables.losses import LOSSES, encode
from lossbench.training.network import build
from lossbench.training.saved_model import model_file
from lossbench.training.scores import FUNCTIONS, scores

# Keras reads an optimizer's learning rate in a way that NumPy deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
README = Path(__file__).parents[2] / "README.md"
# It reaches infinity in the first epoch. Its name has what a model's name cannot have.
DIVERGING = """\
name: rate=1e+30
dataset: {generator: make_regression, n_features: 20, noise: 0.1}
model: {hidden: [5]}
loss: mse
optimizer: {learning_rate: 1e30}
"""
BOTH = ("--tensorboard", "--save-model")
NAMES = ("hinge", "rate=1e+30")


def run(cwd: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(filter(None, (path, os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": paths, "MPLBACKEND": "agg"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        timeout=90,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where a good and a diverging experiment ran with both options, and standard error."""
    cwd = tmp_path_factory.mktemp("ecosystem")
    (cwd / "diverging.yaml").write_text(DIVERGING)
    short = ("--epochs", "6", "--repeats", "4")
    done = run(cwd, "-m", "lossbench", "run", "hinge", "diverging.yaml", *BOTH, *short)
    assert done.returncode == 1, done.stderr
    return cwd, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_tensorboard_reads_every_figure_of_the_history(
    written: tuple[Path, str], name: str
) -> None:
    folder = written[0] / "results" / name
    rows = pd.read_csv(folder / "history.csv")
    columns = [column for column in rows.columns if column not in ("seed", "epoch")]
    assert len(rows) == 4 * 6
    for seed, of_seed in rows.groupby("seed"):
        for part in ("train", "test"):
            reader = EventAccumulator(str(folder / f"tensorboard/seed_{seed}/{part}")).Reload()
            its = {it.partition("_")[2]: it for it in columns if it.startswith(part)}
            assert set(reader.Tags()["scalars"]) == {f"epoch_{metric}" for metric in its}
            for metric, column in its.items():
                events = reader.Scalars(f"epoch_{metric}")
                assert [event.step for event in events] == [it - 1 for it in of_seed["epoch"]]
                values = np.float32([event.value for event in events])
                np.testing.assert_array_equal(values, of_seed[column].to_numpy(np.float32))


def test_runs_tags_and_steps_are_those_of_the_callback_of_keras(
    written: tuple[Path, str], tmp_path: Path
) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    x, y = np.zeros((4, 2)), np.zeros(4)
    callback = keras.callbacks.TensorBoard(str(tmp_path), write_graph=False)
    fit = {"epochs": 6, "verbose": 0, "callbacks": [callback]}
    model.fit(x, y, validation_data=(x, y), **fit)
    folder = written[0] / "results/hinge/tensorboard/seed_0"
    for theirs, ours in (("train", "train"), ("validation", "test")):
        expected = EventAccumulator(str(tmp_path / theirs)).Reload()
        found = EventAccumulator(str(folder / ours)).Reload()
        steps = [event.step for event in expected.Tensors("epoch_loss")]
        assert [event.step for event in found.Scalars("epoch_loss")] == steps


def test_tensorboard_finds_the_runs_the_config_and_the_hyperparameters(
    written: tuple[Path, str],
) -> None:
    folder = written[0] / "results"
    reader = EventMultiplexer().AddRunsFromDirectory(str(folder)).Reload()
    seeds = [f"{name}/tensorboard/seed_{seed}" for name in NAMES for seed in range(4)]
    parts = [f"{seed}/{part}" for seed in seeds for part in ("train", "test")]
    assert set(reader.Runs()) == {*seeds, *parts, *(f"{name}/tensorboard" for name in NAMES)}
    [text] = reader.Tensors("hinge/tensorboard", "config")
    config = (folder / "hinge/config.yaml").read_text()
    assert text.tensor_proto.string_val[0].decode() == f"```yaml\n{config}```"
    groups = set()
    for seed in seeds[:4]:
        metadata = reader.SummaryMetadata(seed, "_hparams_/session_start_info")
        session = HParamsPluginData.FromString(metadata.plugin_data.content).session_start_info
        assert session.hparams["optimizer.learning_rate"].number_value == 0.01
        assert session.hparams["loss.name"].string_value == "hinge"
        groups.add(session.group_name)
    assert len(groups) == 1


def test_hyperparameters_are_flat_and_of_what_decides_a_training(
    experiment_of: Callable[..., Experiment],
) -> None:
    published = {"mse": {"train": 0.1}}
    experiment = experiment_of("regression", "mse", published=published, model={"hidden": [3, 4]})
    found = hyperparameters(experiment)
    assert found["model.hidden"] == "[3, 4]"
    assert found["dataset.standardize.features"] == "all"
    assert {type(value) for value in found.values()} <= {bool, int, float, str}
    assert not any(key.startswith(("seed", "repeats", "name", "published")) for key in found)


def test_stored_results_give_the_same_bytes_in_another_process(written: tuple[Path, str]) -> None:
    for name in NAMES:
        folder = written[0] / "results" / name
        result = read_result(folder)
        extras = extra_files(result, result.experiment.dataset.load(), Extras(True, True))
        paths = [*(folder / "tensorboard").rglob("*tfevents*"), *folder.glob(MODEL)]
        assert extras == {it.relative_to(folder).as_posix(): it.read_bytes() for it in paths}


def test_paths_in_event_files_start_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(
        "a,b,y\n" + "".join(f"{n},{n % 3},{n / 7}\n" for n in range(20))
    )
    (tmp_path / "it.yaml").write_text(
        "dataset: {file: d.csv, target: y}\nmodel: {hidden: [2]}\nloss: mse\n"
        "optimizer: {learning_rate: 1e-5}\nepochs: 1\nrepeats: 1\n"
    )
    result = runner.run(load(tmp_path / "it.yaml"))
    split = result.experiment.dataset.load()
    runner.write(result, split, tmp_path / "results" / "it", Extras(tensorboard=True))
    events = tmp_path / "results" / "it" / "tensorboard" / FILE
    assert b"file: ../../d.csv" in events.read_bytes()
    # Two features have a picture, whatever the target.
    assert (tmp_path / "results" / "it" / "dataset.png").is_file()
    page = page_of("it", [read_result(tmp_path / "results" / "it")], [], tmp_path / "results")
    assert "file: ../d.csv" in page


def test_one_kind_of_files_is_added_to_the_other(written: tuple[Path, str], tmp_path: Path) -> None:
    """And both go with a result that is written anew."""
    results = shutil.copytree(written[0] / "results" / "hinge", tmp_path / "results" / "hinge")
    before = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    short = ("--epochs", "6", "--repeats", "4", "--quiet")
    for option, name in zip(BOTH, ("tensorboard", "model.keras"), strict=True):
        path = results / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        assert run(tmp_path, "-m", "lossbench", "run", "hinge", option, *short).returncode == 0
        assert {path: path.read_bytes() for path in results.rglob("*") if path.is_file()} == before
    assert run(tmp_path, "-m", "lossbench", "run", "hinge", "--force", *short).returncode == 0
    assert not {"tensorboard", "model.keras"} & {path.name for path in results.iterdir()}


def test_event_files_are_made_without_tensorflow(tmp_path: Path) -> None:
    code = "import sys, lossbench.results.event_files; sys.exit('tensorflow' in sys.modules)"
    assert run(tmp_path, "-W", "error", "-c", code).returncode == 0


def test_what_the_readme_says_of_keras_and_pandas_works_without_lossbench(
    written: tuple[Path, str],
) -> None:
    cwd = written[0]
    section = README.read_text().partition("## With TensorBoard")[2].partition("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (cwd / "board").symlink_to("results")  # where the command above them would have written
    result = read_result(cwd / "results" / "hinge")
    split = result.experiment.dataset.load()
    y = encode("-1/1", split.y_test, len(split.classes))
    np.savez(cwd / "test.npz", x=split.x_test, y=y)
    code = """
import json, sys
test = np.load("test.npz")
figures = {"name": model.name, "loss": model.evaluate(test["x"], test["y"], verbose=0)}
figures["values"] = model.predict(test["x"], verbose=0).tolist()
figures["trained"] = model.fit(test["x"], test["y"], epochs=30, verbose=0).history["loss"]
figures["lossbench"] = "lossbench" in sys.modules
print(json.dumps(figures))
"""
    done = run(cwd, "-c", "".join(blocks) + code)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    median = result.median_training
    assert median is not None
    assert len(blocks) == 2
    assert not figures["lossbench"]
    assert figures["name"] == f"hinge_seed_{median.seed}"
    kernel, bias, last_kernel, last_bias = median.weights
    hidden = np.maximum(split.x_test @ kernel + bias, 0)
    expected = np.tanh(hidden @ last_kernel + last_bias)
    np.testing.assert_allclose(figures["values"], expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(figures["loss"], median.test["loss"], rtol=1e-5)
    assert figures["trained"][-1] < figures["trained"][0] - 0.05


def test_a_saved_model_says_what_it_is_of_and_nothing_of_when(written: tuple[Path, str]) -> None:
    import zipfile

    median = read_result(written[0] / "results" / "hinge").median_training
    assert median is not None
    with zipfile.ZipFile(written[0] / "results" / "hinge" / MODEL) as archive:
        about = json.loads(archive.read("metadata.json"))
    version = keras.__version__
    assert about == {"keras_version": version, "experiment": "hinge", "seed": median.seed}


def test_where_every_training_diverged_there_is_no_model_but_a_warning(
    written: tuple[Path, str],
) -> None:
    folder, errors = written[0] / "results" / "rate=1e+30", written[1]
    assert "Warning: rate=1e+30: there is no model to save\n" in errors
    assert "Warning: hinge" not in errors
    assert not (folder / MODEL).exists()
    assert (folder / "metrics.json").exists()


@pytest.fixture
def result_of(experiment_of: Callable[..., Experiment]) -> Callable[..., Result]:
    def make(values: list[float], **changes: Any) -> Result:
        """A result of trainings that ended at such values of every metric."""
        experiment = experiment_of("regression", "mse", repeats=len(values), **changes)
        names = ("loss", *experiment.metrics)
        curves = {
            f"{part}_{name}": np.array([1, np.inf]) for part in ("train", "test") for name in names
        }
        kernels = np.ones((20, 25)), np.zeros(25), np.ones((25, 1)), np.zeros(1)
        trainings = []
        for seed, value in enumerate(values):
            figures = dict.fromkeys(names, value)
            trainings.append(Training(seed, np.isnan(value), figures, figures, curves, kernels))
        return Result(experiment, "", tuple(trainings))

    return make


@pytest.mark.parametrize(
    ("values", "seed"),
    [
        ([3.0, 1.0, 2.0], 2),
        ([4.0, 3.0, 1.0, 2.0], 3),
        ([np.nan, 5.0, np.nan, 4.0, 6.0], 1),
        ([1.0, 2.0, 2.0, 2.0, 3.0], 1),
        ([7.0], 0),
    ],
)
def test_the_median_training_is_the_lower_middle_one_of_those_that_did_not_diverge(
    result_of: Callable[..., Result], values: list[float], seed: int
) -> None:
    median = result_of(values).median_training
    assert median is not None
    assert median.seed == seed
    assert values[seed] == statistics.median_low(it for it in values if not np.isnan(it))


def test_a_model_has_a_name_that_tensorflow_takes(result_of: Callable[..., Result]) -> None:
    result = result_of([1.0], name="rate=1e+30")
    content = model_file(result, result.experiment.dataset.load())
    assert content is not None
    assert _load(content).name == "rate_1e_30_seed_0"


def _load(content: bytes) -> keras.Sequential:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, MODEL)
        path.write_bytes(content)
        return keras.models.load_model(path)


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        (name, activation)
        for name, loss in LOSSES.items()
        for activation in dict.fromkeys((loss.activations[0], loss.activations[-1]))
    ],
)
def test_a_loaded_model_has_the_loss_and_the_optimizer_it_was_trained_with(
    experiment_of: Callable[..., Experiment], loss: str, activation: str
) -> None:
    row = LOSSES[loss]
    other = activation != row.activation
    parameters = {"label_smoothing": 0.3} if "label_smoothing" in row.parameters else {}
    experiment = experiment_of(
        row.problem,
        {"name": loss, **parameters},
        name=loss,
        # What is the loss's own, such as softmax, is not to be named.
        model={"hidden": [3, 3]} | ({"output_activation": activation} if other else {}),
        optimizer={"learning_rate": 0.125, "momentum": 0.25},
    )
    split = experiment.dataset.load()
    features, classes = split.x_train.shape[1], len(split.classes)
    model = build(experiment, features, classes)
    figures = dict.fromkeys(("loss", *experiment.metrics), 1.0)
    training = Training(7, False, figures, figures, {}, tuple(model.get_weights()))
    content = model_file(Result(experiment, "", (training,)), split)
    assert content is not None
    loaded = _load(content)
    x, y = split.x_test[:50], encode(row.labels, split.y_test, classes)[:50]
    prediction = model(x)
    np.testing.assert_array_equal(loaded(x), prediction)
    if loss in FUNCTIONS:  # Keras has no such loss
        assert loaded.loss is None
        return
    expected = tf.reduce_mean(scores(experiment)[0](tf.constant(y), prediction))
    np.testing.assert_allclose(loaded.loss(y, loaded(x)), expected, rtol=1e-5)
    optimizer = loaded.optimizer.get_config()
    assert (optimizer["learning_rate"], optimizer["momentum"]) == (0.125, 0.25)


def test_pandas_reads_the_history_as_numbers_also_of_a_diverged_training(
    result_of: Callable[..., Result], tmp_path: Path
) -> None:
    result = result_of([np.nan, 1.0])
    (tmp_path / "history.csv").write_text(history_csv(result))
    rows = pd.read_csv(tmp_path / "history.csv")
    kinds = {name: str(kind) for name, kind in rows.dtypes.items()}
    assert kinds == dict.fromkeys(rows.columns, "float64") | {"seed": "int64", "epoch": "int64"}
    assert rows["test_loss"].tolist() == [1, np.inf, 1, np.inf]
    assert rows.groupby("seed")["epoch"].apply(list).tolist() == [[1, 2], [1, 2]]


def test_without_tensorboard_the_option_is_refused_before_anything_is_trained(
    tmp_path: Path,
) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "tensorboard.py").write_text("raise ImportError('it is not there')")
    arguments = ("run", "hinge", "--tensorboard", "--epochs", "1", "--out", "out")
    done = run(tmp_path, "-m", "lossbench", *arguments, path=str(installed))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: Invalid value for '--tensorboard': it needs TensorBoard: "
        "pip install 'lossbench[tensorboard]' (it is not there)"
    )
    assert not (tmp_path / "out").exists()
