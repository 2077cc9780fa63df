"""Batches, row orders and weights of rows as in fit, and large data in pieces."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras_fit import assert_equals_fit, split_of

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.data.freed import give_back_mapped
from lossbench.tables.losses import LOSSES, NAMES
from lossbench.training import batching
from lossbench.training.batching import program_inputs
from lossbench.training.train import trainer

Make = Callable[..., Experiment]


@pytest.mark.parametrize(
    "batch_size",
    [
        pytest.param(32, id="short last"),
        pytest.param(45, id="equal", marks=pytest.mark.thorough),
        pytest.param(100, id="one", marks=pytest.mark.thorough),
    ],
)
def test_batches_and_row_orders_are_those_of_fit(experiment_of: Make, batch_size: int) -> None:
    experiment = experiment_of("regression", "mse", batch_size=batch_size, epochs=2)
    shuffle = np.random.default_rng(7)
    orders = [shuffle.permutation(90) for _ in range(2)]
    assert_equals_fit(experiment, split_of("regression"), orders=orders)


@pytest.mark.parametrize(
    ("loss", "stopping"),
    [
        pytest.param("mse", None, marks=pytest.mark.thorough),
        pytest.param("hinge", None, marks=pytest.mark.thorough),
        ("mse", {"patience": 1, "validation_size": 25}),
        pytest.param("hinge", {"patience": 1, "validation_size": 25}, marks=pytest.mark.thorough),
    ],
)
def test_weights_of_rows_have_the_figures_of_fit(
    experiment_of: Make, loss: str, stopping: dict[str, Any] | None
) -> None:
    problem = LOSSES[NAMES[loss]].problem
    weights = np.random.default_rng(1).uniform(0, 3, 90).astype(np.float32)
    split = replace(split_of(problem), weights_train=weights)
    experiment = experiment_of(
        problem, loss, model={"hidden": [6]}, epochs=3, early_stopping=stopping
    )
    callbacks = []
    if stopping:
        callbacks = [keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True)]
    assert_equals_fit(experiment, split, callbacks=callbacks)


@pytest.mark.thorough
def test_large_data_are_cut_into_pieces_without_a_change_of_figures(
    experiment_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = experiment_of("multi-class classification", "categorical_crossentropy")
    split = experiment.dataset.load()
    whole = trainer(experiment, split)(0)
    monkeypatch.setattr("lossbench.training.program.ROWS_PER_CALL", 1000)
    monkeypatch.setattr("lossbench.training.batching.EVALUATION_BATCH", 64)
    pieces = trainer(experiment, split)(0)
    for key, figures in whole.history.items():
        np.testing.assert_allclose(pieces.history[key], figures, rtol=1e-5)
    assert pieces.train == pytest.approx(whole.train, rel=1e-5)


def test_the_features_are_copied_once_to_train(experiment_of: Make) -> None:
    experiment = experiment_of("regression", "mse")
    x = np.random.default_rng(0).normal(size=(30_000, 50)).astype(np.float32)
    split = Split(x[:20_000], x[:20_000, 0], x[20_000:], x[20_000:, 0])
    program_inputs(experiment, split)
    tracemalloc.start()
    _, batches = program_inputs(experiment, split)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.6 * x.nbytes
    np.testing.assert_array_equal(batches.to_train_on([5, 19_999])[0], x[[5, 19_999]])


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="it says what is mapped")
def test_features_that_are_mapped_are_given_back_while_they_are_copied(
    experiment_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = experiment_of("regression", "mse")
    file = tmp_path / "x.npy"
    np.save(file, np.arange(2**22, dtype=np.float32).reshape(-1, 64))
    x = np.asarray(np.load(file, mmap_mode="r"))
    y = np.arange(len(x), dtype=np.float32)
    split = Split(x[:60_000], y[:60_000], x[60_000:], y[60_000:])
    most = []

    def give_back(*arrays: Any) -> None:
        _, of_file = Path("/proc/self/smaps").read_text().split(str(file))
        most.append(int(of_file.split("Rss:")[1].split()[0]))
        give_back_mapped(*arrays)

    monkeypatch.setattr(batching, "AT_ONCE", 2**20)
    monkeypatch.setattr(batching, "give_back_mapped", give_back)
    _, batches = program_inputs(experiment, split)
    assert max(most) < 2**13, "kilobytes, of 16 MB"
    np.testing.assert_array_equal(batches.to_train_on([5, 59_999])[0], x[[5, 59_999]])
