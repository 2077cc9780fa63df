"""A history is read as it was written, and one of another run is told from a damaged one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_results import AGAIN, MADE, OTHERS, beside, made, without_digests

from lossbench.results.digits import digits, shortest
from lossbench.results.files import DamagedResult
from lossbench.results.history_csv import history_csv
from lossbench.results.read import read_result
from lossbench.results.result import Result
from lossbench.results.write import files


@pytest.mark.parametrize("old", [False, True], ids=["", "without digests"])
@pytest.mark.parametrize(
    ("kind", "other", "said"),
    [
        (
            "plain",
            "plain",
            r"is of another run \(seeds 1 to 3, 5 epochs\) than metrics\.json "
            r"\(seeds 0 to 3, 6 epochs\)",
        ),
        (
            "stopped",
            "stopped",
            r"is of another run \(seeds 1 to 3, 9 epochs in all\) than .* 11 epochs in all\)",
        ),
        (
            "plain",
            "classes",
            r"is of another run \(seeds 1 to 3, 5 epochs, test_accuracy, test_loss, "
            r"train_accuracy, train_loss\) than metrics\.json \(seeds 0 to 3, 6 epochs, test_acc",
        ),
    ],
)
def test_a_history_of_another_run_is_told_from_a_damaged_one(
    kind: str, other: str, said: str, old: bool, place: Path
) -> None:
    content = without_digests(MADE[kind]) if old else MADE[kind]
    history = {"history.csv": OTHERS[other]["history.csv"]}
    with (
        beside(place, content | history) as folder,
        pytest.raises(DamagedResult, match=rf"history\.csv: {said}.*{AGAIN}$"),
    ):
        read_result(folder)


@pytest.mark.parametrize("old", [False, True], ids=["", "without digests"])
def test_a_history_of_the_same_seeds_and_epochs_may_be_of_another_run(
    old: bool, place: Path
) -> None:
    content = without_digests(MADE["plain"]) if old else MADE["plain"]
    history = {"history.csv": files(made("another-name"))["history.csv"]}
    with (
        beside(place, content | history) as folder,
        pytest.raises(DamagedResult, match=r"history\.csv: is damaged, or of another run"),
    ):
        read_result(folder)


def test_what_is_left_of_a_stopped_history_may_be_of_another_run(place: Path) -> None:
    content = without_digests(MADE["stopped"])
    content["history.csv"] = b"".join(content["history.csv"].splitlines(keepends=True)[:6])
    with (
        beside(place, content) as folder,
        pytest.raises(DamagedResult, match=r"is half-written, or of another run \(seeds 0 to 1, 5"),
    ):
        read_result(folder)


def test_every_float32_comes_back_from_its_text() -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 200_000, dtype=np.uint32)
    values = bits.view(np.float32)
    values = values[~np.isnan(values)]
    texts = [repr(value) for value in shortest(values).tolist()]
    with np.errstate(over="ignore"):
        again = np.loadtxt(texts).astype(np.float32)
    np.testing.assert_array_equal(again.view(np.uint32), values.view(np.uint32))


def test_figures_are_written_as_python_writes_them() -> None:
    random = np.random.default_rng(0)
    bits = random.integers(0, 2**32, 200_000, dtype=np.uint32).view(np.float32)
    usual = (10 ** random.uniform(-7, 9, 200_000)).astype(np.float32)
    edges = np.array([0, -0.0, 1e-4, -1e-4, 1e-3, 999999.94, 1e6, np.nan, np.inf], np.float32)
    values = np.concatenate([bits, usual, edges])
    with np.errstate(invalid="ignore"):  # NaN of any bits
        written = digits(values).tolist()
        assert written == [*map(repr, shortest(values).tolist())]


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
