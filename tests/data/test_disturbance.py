"""Training rows that are disturbed on purpose, and test rows that are not."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset_configs import houses, split_of, write_config
from kept_programs import run
from scipy.stats import chisquare, kstest

from lossbench.config.load import load
from lossbench.data.arrays import Split, Table
from lossbench.data.disturbance import Disturbance, disturbed

BLOBS = "generator: make_blobs, n_samples: 400, centers: 4, split: {shuffle: true}, train_size: 251"
DIABETES = "generator: load_diabetes, split: {shuffle: true}, train_size: 301"
SHARES = (0.0, 0.003, 0.1, 0.25, 0.3, 0.7, 1.0)


def changed(split: Split) -> np.ndarray:
    """Which training rows are not what they were."""
    clean, _ = split.clean
    return np.asarray(split.measured[0] != clean)


def table(rows: int, classes: int = 0) -> Table:
    rng = np.random.default_rng(1)
    y = rng.integers(0, classes, rows) if classes else rng.gamma(2, 30, rows)
    return Table(np.zeros((rows, 1)), y, tuple(f"c{it}" for it in range(classes)))


def by(labels: Any = None, outliers: Any = None, scale: Any = 10.0, state: int = 0) -> Disturbance:
    return Disturbance(labels, outliers, scale, state)


@pytest.mark.parametrize(("data", "key"), [(BLOBS, "labels"), (DIABETES, "outliers")])
@pytest.mark.parametrize("share", SHARES)
def test_so_many_training_rows_are_disturbed_and_no_test_row(
    data: str, key: str, share: float, tmp_path: Path
) -> None:
    loss = "kld" if key == "labels" else "mse"
    clean = split_of(tmp_path, data, loss)
    split = split_of(tmp_path, f"{data}, disturb: {{{key}: {share}}}", loss)
    assert changed(split).sum() == round(share * len(split.y_train))
    for name in ("x_train", "x_test", "y_test"):
        ours, theirs = getattr(split, name), getattr(clean, name)
        assert (ours.dtype, ours.tobytes()) == (theirs.dtype, theirs.tobytes())
    np.testing.assert_array_equal(split.clean[0].astype(clean.y_train.dtype), clean.y_train)
    np.testing.assert_array_equal(split.y_train != clean.y_train, changed(split))
    assert split.y_train.dtype == clean.y_train.dtype
    assert (split.sha256 == clean.sha256) == (share == 0)


@pytest.mark.parametrize(("data", "key"), [(BLOBS, "labels"), (DIABETES, "outliers")])
def test_a_larger_share_disturbs_the_same_rows_in_the_same_way_and_more(
    data: str, key: str, tmp_path: Path
) -> None:
    loss = "kld" if key == "labels" else "mse"
    found = [split_of(tmp_path, f"{data}, disturb: {{{key}: {it}}}", loss) for it in SHARES]
    for less, more in pairwise(found):
        rows = changed(less)
        assert (changed(more) >= rows).all()
        np.testing.assert_array_equal(more.y_train[rows], less.y_train[rows])


def test_every_other_class_and_every_row_has_the_same_probability() -> None:
    """By Pearson's chi-square test; with the same class among the others it fails."""
    before = table(30_000, classes=5)
    train = np.arange(30_000) % 3 > 0
    after = disturbed(before, np.flatnonzero(train), by(labels=0.4)).y
    moved = after != before.y
    assert moved.sum() == 8000
    assert not moved[~train].any()
    for number in range(5):
        here = after[moved & (before.y == number)]
        counts = np.bincount(here, minlength=5)
        assert counts[number] == 0
        assert chisquare(np.delete(counts, number)).pvalue > 0.01
    rows = np.bincount(before.y[train])
    assert chisquare(np.bincount(before.y[moved]), 8000 * rows / rows.sum()).pvalue > 0.01
    thirds = np.add.reduceat(moved, [0, 10_000, 20_000])
    assert chisquare(thirds).pvalue > 0.01


def test_errors_of_outliers_are_normal_with_a_multiple_of_the_targets_deviation() -> None:
    before = table(9000)
    before.y[6000:] *= 100  # the deviation is that of the training rows
    train = np.arange(6000)
    after = disturbed(before, train, by(outliers=0.5, scale=3.0))
    errors = (after.y - before.y)[after.y != before.y]
    assert len(errors) == 3000
    assert kstest(errors / (3 * before.y[train].std()), "norm").pvalue > 0.01
    np.testing.assert_array_equal(after.y[6000:], before.y[6000:])
    wider = disturbed(before, train, by(outliers=0.5, scale=30.0))
    np.testing.assert_allclose(wider.y - before.y, 10 * (after.y - before.y), atol=1e-9)
    # A row has the same error, in deviations, whichever the other training rows are.
    fewer = disturbed(before, train[1000:], by(outliers=0.5, scale=3.0)).y - before.y
    both = (fewer != 0) & (after.y != before.y)
    assert both.sum() > 2000
    ratio = (fewer / (after.y - before.y + ~both))[both]
    np.testing.assert_allclose(ratio, before.y[train[1000:]].std() / before.y[train].std())


def test_classes_become_what_is_named_and_all_rows_that_were_disturbed_still_are() -> None:
    before = table(1000, classes=4)
    train = np.arange(700)
    rows = np.bincount(before.y[train])
    first = {"c0": {"c1": 0.2, "c2": 0.2, "c3": 0.1}, "c3": {"c0": 0.25}}
    more = {"c0": {"c1": 0.3, "c2": 0.2, "c3": 0.2}, "c3": {"c0": 0.4}, "c1": {"c0": 0.1}}
    found = []
    for labels in (first, more):
        after = disturbed(before, train, by(labels=labels)).y
        np.testing.assert_array_equal(after[700:], before.y[700:])
        for number in range(4):
            asked = labels.get(f"c{number}", {})
            counts = np.bincount(after[train][before.y[train] == number], minlength=4)
            for other in {0, 1, 2, 3} - {number}:
                share = asked.get(f"c{other}", 0)
                assert counts[other] == round(share * rows[number])
        found.append(after)
    less, larger = found
    moved = less != before.y
    assert (larger[moved] != before.y[moved]).all()
    # What c1 takes of c0 comes from c2 and c3, and what c2 then takes from c3.
    assert {*larger[moved & (larger != less)]} == {1, 2}


def test_shares_of_one_that_round_up_leave_a_row_to_each_class_in_turn() -> None:
    before = replace(table(7, classes=3), y=np.array([0, 0, 0, 1, 1, 2, 2]))
    labels = {"c0": {"c1": 0.5, "c2": 0.5}, "c1": {"c0": 0.5}}
    after = disturbed(before, np.arange(7), by(labels=labels)).y
    np.testing.assert_array_equal(np.bincount(after[:3], minlength=3), [0, 2, 1])


def test_splits_draw_differently_and_as_a_config_of_one_split_does(tmp_path: Path) -> None:
    disturb = "disturb: {labels: 0.3, random_state: 5}"
    experiment = load(write_config(tmp_path, f"{BLOBS}, {disturb}", "kld"), {"splits": 3})
    splits = experiment.load()
    assert len({changed(it).tobytes() for it in splits}) == 3
    alone = BLOBS.replace("shuffle: true", "random_state: 2")
    third = split_of(tmp_path, f"{alone}, disturb: {{labels: 0.3, random_state: 7}}", "kld")
    assert third.sha256 == splits[2].sha256


def test_the_rows_do_not_depend_on_the_loss_or_on_tuning(tmp_path: Path) -> None:
    """Tuning orders the training rows anew."""
    config = write_config(tmp_path, f"{DIABETES}, disturb: {{outliers: 0.2}}", "mse")
    plain, other, tuned = (
        load(config, changes)
        for changes in ({}, {"loss": "huber"}, {"early_stopping": {}, "tune": {}})
    )
    assert plain.load()[0].sha256 == other.load()[0].sha256
    by_row = []
    for it in (plain, tuned):
        (split,) = it.load()
        order = np.lexsort(split.x_train.T)
        by_row.append((split.x_train[order], changed(split)[order], split.y_train[order]))
    assert not np.array_equal(plain.load()[0].x_train, tuned.load()[0].x_train)
    for ours, theirs in zip(*by_row, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("name", ["standardize", "mean"])
def test_a_transform_is_fitted_to_the_disturbed_rows_and_the_test_target_stays(
    name: str, tmp_path: Path
) -> None:
    houses().to_csv(tmp_path / "h.csv", index=False)
    data = f"file: h.csv, target: price, missing: median, train_size: 40, target_transform: {name}"
    split = split_of(tmp_path, f"{data}, disturb: {{outliers: 0.2}}", "mse")
    price = houses()["price"].to_numpy()
    assert split.original
    np.testing.assert_allclose(split.original.test, price[40:])
    np.testing.assert_allclose(split.clean[0], price[:40])
    train = split.original.train
    assert (train != split.clean[0]).sum() == 8
    center, scale = (train.mean(), train.std()) if name == "standardize" else (0, train.mean())
    np.testing.assert_allclose(split.y_train, (train - center) / scale, rtol=1e-5)
    np.testing.assert_allclose(split.y_test, (price[40:] - center) / scale, rtol=1e-5)


def test_classes_are_as_unbalanced_as_they_were(tmp_path: Path) -> None:
    """So every share has the same metrics."""
    data = "generator: make_classification, n_samples: 1000, weights: [0.9], flip_y: 0"
    config = write_config(tmp_path, data, "bce")
    plain, wrong = (load(config, it) for it in ({}, {"dataset.disturb.labels": 0.5}))
    assert wrong.load()[0].class_rows == plain.load()[0].class_rows
    assert wrong.metrics == plain.metrics == ("accuracy", "balanced_accuracy")


def test_wrong_labels_hurt_a_training_and_its_test_rows_show_it(tmp_path: Path) -> None:
    data = "generator: make_blobs, n_samples: 300, centers: 3, n_features: 10, cluster_std: 4"
    config = write_config(tmp_path, data, "kld")
    many = {"epochs": 60, "model.hidden": [50], "repeats": 3}
    medians = []
    for share in (0, 0.4):
        result = run(load(config, {**many, "dataset.disturb.labels": share}))
        medians.append([result.summary(it, "accuracy").median for it in ("train", "test")])
    (_, clean), (learned, hurt) = medians
    assert clean > 0.9
    assert hurt < clean - 0.1
    assert learned > hurt  # the wrong labels were learned by heart


def test_a_file_is_disturbed_by_the_names_of_its_classes(tmp_path: Path) -> None:
    rows = "".join(f"{number % 7},{'yes' if number % 2 else 'no'}\n" for number in range(80))
    (tmp_path / "d.csv").write_text(f"a,y\n{rows}")
    keys = "file: d.csv, target: y, disturb: {labels: {yes: {no: 0.3}}}"
    split = split_of(tmp_path, keys)
    assert split.classes == ("no", "yes")
    np.testing.assert_array_equal(np.bincount(split.y_train), [26, 14])
    assert (split.clean[0][changed(split)] == 1).all()
    np.testing.assert_array_equal(np.bincount(split.y_test), [20, 20])
