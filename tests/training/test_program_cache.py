"""Programs that an earlier process compiled: they are found again, and train to the same bits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trained_apart
from command import lossbench, lossbench_process, tree
from small_experiments import CIRCLES

from lossbench.training import program_files

pytestmark = pytest.mark.slow

OWN = CIRCLES.replace("hinge", "{function: %s:loss, labels: 0/1}")
CODE = """\
import keras
def loss(y, p):
    return keras.ops.mean(%s * keras.ops.square(y - p), -1)
"""
NETWORK = "{hidden: [{units: 5, dropout: 0.3, batch_normalization: true}], activation: tanh}"
SEQUENCES = """\
dataset: {generator: make_classification, n_samples: 60, n_features: 4, shape: [4, 1]}
model: {layers: [{LSTM: 3}]}
loss: bce
epochs: 2
"""
STOPPING = "early_stopping: {patience: 1}\n"
RATES = "tune: {metric: accuracy, grid: {optimizer.learning_rate: [0.01, 0.1]}}\n"
CONFIGS = {
    "drops": CIRCLES.replace("{hidden: [4]}", NETWORK) + "optimizer: Adam\n",
    "remembers": SEQUENCES,
    "stops": CIRCLES + STOPPING,
    "tunes": CIRCLES + STOPPING + RATES,
    "own": OWN % "own",
    "changed": OWN % "changed",
    "damaged": CIRCLES.replace("[4]", "[6]"),
    "unloadable": CIRCLES.replace("[4]", "[7]"),
}
MISSED = {"changed", "damaged", "unloadable"}
# In reverse order: with other numbers and names, did these follow from the order.
AGAIN = [*reversed(CONFIGS)]
Found = dict[str, tuple[str, str]]
Trained = tuple[Found, Found, set[str]]


def trained(folder: Path, how: str, *names: str) -> Found:
    done = subprocess.run(
        [sys.executable, trained_apart.__file__, how, *names],
        cwd=folder,
        env=os.environ | {"LOSSBENCH_CACHE": "kept", "TF_XLA_FLAGS": "--unknown"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: (digest, file) for name, (digest, file) in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def cold_and_warm(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """What two processes trained in a folder, and the configs that the second one compiled."""
    folder = tmp_path_factory.mktemp("programs")
    for name, config in CONFIGS.items():
        (folder / f"{name}.yaml").write_text(config)
    for module in ("own", "changed"):
        (folder / f"{module}.py").write_text(CODE % 1)
    cold = trained(folder, "one by one", *CONFIGS)
    kept = folder / "kept" / "programs"
    files = {name: kept / file for name, (_, file) in cold.items()}
    (folder / "changed.py").write_text(CODE % 2)
    content = files["damaged"].read_bytes()
    files["damaged"].write_bytes(content[:-9] + b"?" + content[-8:])
    with pytest.MonkeyPatch.context() as here:
        here.setenv("LOSSBENCH_CACHE", str(folder / "kept"))
        unloadable = files["unloadable"].stem
        parts = dict.fromkeys(program_files.read(unloadable), b"no program")
        program_files.write(unloadable, parts)
    before = {name: file.stat().st_ino for name, file in files.items()}
    warm = trained(folder, "at once", *AGAIN)
    assert {*kept.iterdir()} <= {*files.values()}
    written = {
        name
        for name, file in files.items()
        if not file.exists() or file.stat().st_ino != before[name]
    }
    return cold, warm, written


@pytest.mark.thorough
def test_only_what_is_not_there_is_compiled(cold_and_warm: Trained) -> None:
    *_, written = cold_and_warm
    assert written == MISSED


@pytest.mark.thorough
def test_a_program_that_was_kept_trains_to_the_same_bits(cold_and_warm: Trained) -> None:
    cold, warm, _ = cold_and_warm
    other = {name for name in CONFIGS if cold[name][0] != warm[name][0]}
    assert other == {"changed"}


def test_cold_and_warm_a_command_says_and_writes_the_same(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(CIRCLES)
    run = ("run", "it.yaml", "--quiet", "--force")
    without = lossbench(tmp_path, *run)
    files = tree(tmp_path / "results")
    for _ in ("cold", "warm"):
        done = lossbench_process(tmp_path, *run, LOSSBENCH_CACHE="kept")
        assert (done.returncode, done.stdout, done.stderr) == (0, without.stdout, "")
        assert tree(tmp_path / "results") == files
        assert len([*(tmp_path / "kept" / "programs").iterdir()]) == 1
