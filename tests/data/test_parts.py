"""Which rows train, are held back and test, in one split and in several."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dataset_configs import complaints, write_config
from sklearn.model_selection import TimeSeriesSplit, train_test_split

from lossbench.config.load import load_all
from lossbench.data.arrays import DatasetError, Table
from lossbench.data.parts import parts

ROWS = 60
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, 2))
CLASSES = Table(X, np.arange(ROWS) % 6 // 5, ("no", "yes"))  # a sixth of the rows is "yes"
SHUFFLED = {"shuffle": True, "stratify": False, "random_state": 3}
STRATIFIED = {**SHUFFLED, "stratify": True}


def real(**columns: np.ndarray) -> Table:
    return Table(X, RNG.normal(size=ROWS), **columns)


def test_each_split_is_scikit_learns_of_the_next_random_state() -> None:
    found = parts(CLASSES, 0.8, STRATIFIED, splits=3)
    for number, it in enumerate(found):
        train, test = train_test_split(
            np.arange(ROWS), train_size=48, random_state=3 + number, stratify=CLASSES.y
        )
        assert (it.train.tolist(), it.test.tolist()) == (train.tolist(), test.tolist())


def test_rows_that_judge_are_drawn_by_classes_and_come_last() -> None:
    for it in parts(CLASSES, 0.8, STRATIFIED, splits=4, fitted=lambda rows: rows - 12):
        assert it.held_back == 12
        assert CLASSES.y[it.train[-12:]].sum() == 2
        assert sorted([*it.train, *it.test]) == list(range(ROWS))


@pytest.mark.parametrize("stratify", [False, True])
def test_no_group_is_in_two_parts(stratify: bool) -> None:
    table = Table(X, CLASSES.y, CLASSES.classes, groups=np.arange(ROWS) // 4)
    options = {**SHUFFLED, "stratify": stratify}
    for it in parts(table, 0.8, options, splits=5, fitted=lambda rows: round(0.8 * rows)):
        assert table.groups is not None
        assert it.held_back
        rows = it.train[: -it.held_back], it.train[-it.held_back :], it.test
        groups = [set(table.groups[of_part]) for of_part in rows]
        assert all(groups)
        assert sum(map(len, groups)) == 15


def test_more_splits_than_groups_allow_are_refused() -> None:
    table = real(groups=np.arange(ROWS) // 20)
    with pytest.raises(DatasetError, match=r"gives only [123] different test parts in 6 splits"):
        parts(table, 0.7, SHUFFLED, splits=6)
    with pytest.raises(DatasetError, match="has a single group"):
        parts(real(groups=np.zeros(ROWS)), 0.7, SHUFFLED)


def test_windows_of_time_are_scikit_learns_and_judged_by_their_latest_rows() -> None:
    times = RNG.permutation(ROWS).astype(float)
    found = parts(real(times=times), 0.8, SHUFFLED, splits=4, fitted=lambda rows: rows - 5)
    order = np.argsort(times)
    theirs = TimeSeriesSplit(4, max_train_size=28, test_size=7).split(order)
    for it, (train, test) in zip(found, theirs, strict=True):
        assert (it.train.tolist(), it.test.tolist()) == (
            order[train].tolist(),
            order[test].tolist(),
        )
        fitted, judges = it.train[:-5], it.train[-5:]
        assert times[fitted].max() < times[judges].min()
        assert times[it.train].max() < times[it.test].min()
    (single,) = parts(real(times=times), 0.8, SHUFFLED)
    assert len(single.train) == 48
    assert times[single.train].max() < times[single.test].min()


def test_rows_in_their_order_cannot_be_drawn_again() -> None:
    with pytest.raises(DatasetError, match="must be drawn at random to be drawn again"):
        parts(CLASSES, 0.8, None, splits=2)


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """A file with patients that come several times, dates, and a rare category."""
    frame = pd.DataFrame(
        {
            "patient": [f"p{n // 3}" for n in range(ROWS)],
            "day": pd.date_range("2020-01-01", periods=ROWS)[::-1].strftime("%Y-%m-%d"),
            "kind": ["rare" if n == 7 else "abc"[n % 3] for n in range(ROWS)],
            "size": RNG.normal(size=ROWS),
            "y": RNG.normal(size=ROWS),
        }
    )
    frame.to_csv(tmp_path / "d.csv", index=False)
    return tmp_path


def test_a_column_of_groups_is_no_feature_and_splits_have_the_same_features(visits: Path) -> None:
    config = write_config(
        visits, "file: d.csv, target: y, dates: [], split: {group: patient}, train_size: 0.8", "mse"
    )
    config.write_text(config.read_text() + "splits: 5\n")
    (case,) = load_all([config])
    names = ("size", "kind_a", "kind_b", "kind_c", "kind_rare")
    assert [it.features for it in case.splits] == [names] * 5
    rare = [(it.x_train[:, 4].sum(), it.x_test[:, 4].sum()) for it in case.splits]
    assert (0, 0) in rare  # in the test part: nothing is learned of it, so it is 0
    assert set(rare) == {(0, 0), (1, 0)}


def test_a_column_of_dates_orders_rows_also_where_it_is_no_feature(visits: Path) -> None:
    keys = "file: d.csv, target: y, drop: [day, patient], split: {time: day}, train_size: 40"
    (case,) = load_all([write_config(visits, keys, "mse")])
    frame = pd.read_csv(visits / "d.csv")
    assert case.split.y_train == pytest.approx(frame["y"].to_numpy()[::-1][:40])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            "{group: patients}",
            "1: dataset.split: {'shuffle': True, 'stratify': False, 'random_stat",
        ),
        ("{time: kind}", "1: dataset.split: {'shuffle': True, 'stratify': False, 'random_state': "),
        ("{group: patient, time: day}", "1: dataset.split.time: 'day' cannot stand beside group"),
        ("{group: patient, shuffle: false}", "1: dataset.split.group: 'patient' needs shuffle"),
        ("{time: day, stratify: true}", "1: dataset.split.stratify: True cannot stand beside time"),
    ],
)
def test_columns_that_cannot_split_rows_are_refused(visits: Path, options: str, said: str) -> None:
    (message,) = complaints(visits, f"file: d.csv, target: y, dates: [], split: {options}", "mse")
    assert message.startswith(said)


def test_generators_have_no_columns_to_split_by(tmp_path: Path) -> None:
    (message,) = complaints(tmp_path, "generator: make_moons, split: {group: a}")
    assert "names a column of a data file; make_moons has none" in message


def test_all_rows_train_and_are_tested_on(tmp_path: Path) -> None:
    (case,) = load_all([write_config(tmp_path, "generator: make_moons, train_size: all")])
    assert len(case.split.y_train) == 100
    np.testing.assert_array_equal(case.split.x_train, case.split.x_test)
