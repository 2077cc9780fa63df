"""The figures of a result by seed, by part and by epoch, as arrays and for pandas."""

import dataclasses
import io
import pickle
import statistics
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from made_results import KINDS, made

from lossbench.results.history_csv import history_csv
from lossbench.results.result import HISTORY_PARTS, PARTS, Result
from lossbench.results.statistics import summarize


@pytest.fixture(params=KINDS)
def result(request: pytest.FixtureRequest) -> Result:
    """A result of each kind: with early stopping, with classes, plain. Seed 1 diverged."""
    return made(request.param, **KINDS[request.param])


def test_a_seed_has_its_figures_by_part_and_name(result: Result) -> None:
    names = ("loss", *result.experiment.metrics)
    for training in result.trainings:
        for part in PARTS:
            assert {*training.final(part)} == {*names}
        assert training.final("train") is training.train
        assert training.final("test") is training.test


def test_a_seed_has_its_history_by_part_and_name(result: Result) -> None:
    experiment = result.experiment
    for training in result.trainings:
        columns = {}
        for part in HISTORY_PARTS:
            curves = training.curves(part)
            names = ("loss", *experiment.tracked)
            if part == "validation":
                names = ("loss",) if experiment.early_stopping else ()
            assert (*curves,) == names
            columns |= {f"{part}_{name}": curve for name, curve in curves.items()}
        assert columns.keys() == training.history.keys()
        assert all(columns[name] is training.history[name] for name in columns)


def test_curves_are_as_long_as_the_longest_history(result: Result) -> None:
    curves, histories = result.curves("test", "loss"), result.histories("test", "loss")
    assert curves.shape == (4 * result.experiment.splits, result.epochs)
    assert result.epochs == max(map(len, histories))
    for curve, history in zip(curves, histories, strict=True):
        np.testing.assert_array_equal(curve[: len(history)], history)
        assert np.isnan(curve[len(history) :]).all()


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


def test_a_frame_has_a_row_for_each_seed(result: Result) -> None:
    frame = result.to_frame()
    stopping = ["epochs", "best_epoch"] if result.experiment.early_stopping else []
    names = ("loss", *result.experiment.metrics)
    figures = [f"{part}_{name}" for name in names for part in PARTS]
    splits = result.experiment.splits
    split = ["split"] if splits > 1 else []
    assert list(frame.columns) == [*split, "seed", "diverged", *stopping, *figures]
    kinds = dict.fromkeys(figures, "float64") | {"seed": "int64", "diverged": "bool"}
    kinds |= dict.fromkeys([*split, *stopping], "int64")
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == kinds
    assert frame["seed"].tolist() == [0, 1, 2, 3] * splits
    assert frame["diverged"].tolist() == [False, True, False, False] * splits
    if split:
        assert frame["split"].tolist() == [0] * 4 + [1] * 4
    assert frame.loc[1, figures].isna().all()
    for number, training in enumerate(result.trainings):
        row = frame.loc[number]
        assert [row[name] for name in stopping] == [getattr(training, name) for name in stopping]
        if not training.diverged:
            assert row["train_loss"] == training.train["loss"]
            assert row["test_accuracy"] == training.test["accuracy"]


def test_a_frame_of_the_history_is_history_csv(result: Result) -> None:
    """Also of a seed that diverged, which has infinity there."""
    frame = result.history_frame()
    assert np.isinf(frame["train_loss"]).sum() == result.experiment.splits
    read = pd.read_csv(io.StringIO(history_csv(result)))
    pd.testing.assert_frame_equal(frame, read, rtol=1e-15, atol=0)


def test_without_a_history_there_is_no_frame_of_it(result: Result) -> None:
    bare = result.without_arrays()
    with pytest.raises(ValueError, match=r"has no history: its history\.csv is missing"):
        bare.history_frame()
    pd.testing.assert_frame_equal(bare.to_frame(), result.to_frame())


def test_a_result_is_shown_without_its_arrays(result: Result) -> None:
    text = repr(result)
    assert "seed=3" in text
    assert "array" not in text


def test_summaries_are_sent_along_and_not_made_again(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = pickle.dumps(result.without_arrays().with_summaries())
    monkeypatch.setattr("lossbench.results.result.summarize", lambda _: pytest.fail("made again"))
    received = pickle.loads(sent)
    found = {
        (part, name): received.summary(part, name)
        for part in PARTS
        for name in ("loss", *result.experiment.metrics)
    }
    monkeypatch.undo()
    assert found == {key: summarize(result.final(*key)) for key in found}


def test_the_summaries_of_fewer_seeds_are_their_own(result: Result) -> None:
    first = result.trainings[0].seed
    some = result.with_summaries().only(1, range(first, first + 1))
    assert some.summary("test", "loss").high == some.final("test", "loss")[0]
    assert some.summary("test", "loss") != result.summary("test", "loss")


def test_arrays_can_be_left_out(result: Result) -> None:
    bare, curves = result.without_arrays(), result.without_arrays(curves=True)
    for kept, without, with_curves in zip(
        result.trainings, bare.trainings, curves.trainings, strict=True
    ):
        assert (without.weights, without.history) == ((), {})
        assert with_curves == dataclasses.replace(kept, weights=())
