"""Event files, read by TensorBoard itself."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from command import lossbench
from small_experiments import DIVERGING
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from lossbench.config.experiment import Experiment
from lossbench.results.event_files import hyperparameters

# Keras reads an optimizer's learning rate in a way that NumPy deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
NAMES = ("hinge", "diverging")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a good and of a diverging experiment."""
    cwd = tmp_path_factory.mktemp("tensorboard")
    (cwd / "diverging.yaml").write_text(DIVERGING)
    short = ("--epochs", "6", "--repeats", "4")
    done = lossbench(cwd, "run", "hinge", "diverging.yaml", "--tensorboard", *short)
    assert done.returncode == 1, done.stderr
    return cwd / "results"


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_tensorboard_reads_every_figure_of_the_history(written: Path, name: str) -> None:
    folder = written / name
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
    written: Path, tmp_path: Path
) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    x, y = np.zeros((4, 2)), np.zeros(4)
    callback = keras.callbacks.TensorBoard(str(tmp_path), write_graph=False)
    fit = {"epochs": 6, "verbose": 0, "callbacks": [callback]}
    model.fit(x, y, validation_data=(x, y), **fit)
    folder = written / "hinge/tensorboard/seed_0"
    for theirs, ours in (("train", "train"), ("validation", "test")):
        expected = EventAccumulator(str(tmp_path / theirs)).Reload()
        found = EventAccumulator(str(folder / ours)).Reload()
        steps = [event.step for event in expected.Tensors("epoch_loss")]
        assert [event.step for event in found.Scalars("epoch_loss")] == steps


def test_tensorboard_finds_the_runs_the_config_and_the_hyperparameters(
    written: Path,
) -> None:
    reader = EventMultiplexer().AddRunsFromDirectory(str(written)).Reload()
    seeds = [f"{name}/tensorboard/seed_{seed}" for name in NAMES for seed in range(4)]
    parts = [f"{seed}/{part}" for seed in seeds for part in ("train", "test")]
    assert set(reader.Runs()) == {*seeds, *parts, *(f"{name}/tensorboard" for name in NAMES)}
    [text] = reader.Tensors("hinge/tensorboard", "config")
    config = (written / "hinge/config.yaml").read_text()
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


def test_event_files_are_made_without_tensorflow(tmp_path: Path) -> None:
    code = "import sys, lossbench.results.event_files; sys.exit('tensorflow' in sys.modules)"
    command = [sys.executable, "-W", "error", "-c", code]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
