"""What is written for TensorBoard, Keras and pandas."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from command import lossbench, lossbench_process, tree

from lossbench.config.load import load
from lossbench.report import page as report
from lossbench.results.event_files import FILE
from lossbench.results.read import read_result
from lossbench.suite.extra_files import MODEL, extra_files
from lossbench.suite.extras import Extras
from lossbench.suite.run import run
from lossbench.suite.write import write
from lossbench.tables.losses import encode

# Keras reads an optimizer's learning rate in a way that NumPy deprecates.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")]
ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", *ROOT.glob("*/README.md")]
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
SHORT = ("--epochs", "6", "--repeats", "4")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where a good and a diverging experiment ran with both options, and standard error."""
    cwd = tmp_path_factory.mktemp("extras")
    (cwd / "diverging.yaml").write_text(DIVERGING)
    done = lossbench(cwd, "run", "hinge", "diverging.yaml", *BOTH, *SHORT)
    assert done.returncode == 1, done.stderr
    return cwd, done.stderr


@pytest.mark.thorough
def test_stored_results_give_the_same_bytes_in_another_process(
    written: tuple[Path, str], tmp_path: Path
) -> None:
    (tmp_path / "diverging.yaml").write_text(DIVERGING)
    done = lossbench_process(tmp_path, "run", "hinge", "diverging.yaml", *BOTH, *SHORT)
    lines = [it.splitlines() for it in (done.stderr, written[1])]
    assert done.returncode == 1
    assert sorted(lines[0]) == sorted(lines[1])
    for name in NAMES:
        folder = tmp_path / "results" / name
        result = read_result(folder)
        extras = extra_files(result, result.experiment.dataset.load(), Extras(True, True))
        paths = [*(folder / "tensorboard").rglob("*tfevents*"), *folder.glob(MODEL)]
        assert extras == {it.relative_to(folder).as_posix(): it.read_bytes() for it in paths}


@pytest.mark.thorough
def test_paths_in_event_files_start_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(
        "a,b,y\n" + "".join(f"{n},{n % 3},{n / 7}\n" for n in range(20))
    )
    (tmp_path / "it.yaml").write_text(
        "dataset: {file: d.csv, target: y}\nmodel: {hidden: [2]}\nloss: mse\n"
        "optimizer: {learning_rate: 1e-5}\nepochs: 1\nrepeats: 1\n"
    )
    result = run(load(tmp_path / "it.yaml"))
    split = result.experiment.dataset.load()
    write(result, split, tmp_path / "results" / "it", Extras(tensorboard=True))
    events = tmp_path / "results" / "it" / "tensorboard" / FILE
    assert b"file: ../../d.csv" in events.read_bytes()
    # Two features have a picture, whatever the target.
    assert (tmp_path / "results" / "it" / "dataset.png").is_file()
    page = report.page("it", [read_result(tmp_path / "results" / "it")], [], tmp_path / "results")
    assert "file: ../d.csv" in page


@pytest.mark.thorough
def test_one_kind_of_files_is_added_to_the_other(written: tuple[Path, str], tmp_path: Path) -> None:
    """A result that is trained again without the options has neither."""
    results = shutil.copytree(written[0] / "results" / "hinge", tmp_path / "results" / "hinge")
    before = tree(results)
    for option, name in zip(BOTH, ("tensorboard", "model.keras"), strict=True):
        path = results / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        assert lossbench(tmp_path, "run", "hinge", option, *SHORT).returncode == 0
        assert tree(results) == before
    assert lossbench(tmp_path, "run", "hinge", "--force", *SHORT).returncode == 0
    assert not {"tensorboard", "model.keras"} & {path.name for path in results.iterdir()}


@pytest.mark.thorough
def test_what_a_readme_says_of_keras_and_pandas_works_without_lossbench(
    written: tuple[Path, str],
) -> None:
    cwd = written[0]
    text = "".join(path.read_text() for path in READMES)
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    blocks = [it for it in blocks if "load_model" in it or "read_csv" in it]
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
    command = [sys.executable, "-c", "".join(blocks) + code]
    done = subprocess.run(command, cwd=cwd, timeout=90, capture_output=True, text=True, check=False)
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
    median = read_result(written[0] / "results" / "hinge").median_training
    assert median is not None
    with zipfile.ZipFile(written[0] / "results" / "hinge" / MODEL) as archive:
        about = json.loads(archive.read("metadata.json"))
    version = keras.__version__
    assert about == {"keras_version": version, "experiment": "hinge", "seed": median.seed}


def test_where_every_seed_diverged_there_is_no_model_but_a_warning(
    written: tuple[Path, str],
) -> None:
    folder, errors = written[0] / "results" / "rate=1e+30", written[1]
    assert "Warning: rate=1e+30: there is no model to save\n" in errors
    assert "Warning: hinge" not in errors
    assert not (folder / MODEL).exists()
    assert (folder / "metrics.json").exists()


def test_without_tensorboard_the_option_is_refused_before_anything_is_trained(
    tmp_path: Path,
) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "tensorboard.py").write_text("raise ImportError('it is not there')")
    path = os.pathsep.join(filter(None, (str(installed), os.environ.get("PYTHONPATH"))))
    arguments = ("run", "hinge", "--tensorboard", "--epochs", "1", "--out", "out")
    done = lossbench_process(tmp_path, *arguments, PYTHONPATH=path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: Invalid value for '--tensorboard': it needs TensorBoard: "
        "pip install 'lossbench[tensorboard]' (it is not there)"
    )
    assert not (tmp_path / "out").exists()
