"""Medians, intervals and verdicts."""

from decimal import Decimal

import numpy as np
import pytest

from lossbench.results import statistics
from lossbench.results.statistics import aligned, band, judge, shown_band, summarize


def test_the_interval_is_numpys_percentiles_of_what_finished() -> None:
    values = np.array([3.0, np.nan, 1.0, 2.0, np.inf, 10.0])
    summary = summarize(values)
    low, high = np.percentile([1.0, 2.0, 3.0, 10.0], [2.5, 97.5])
    assert (summary.median, summary.low, summary.high) == (2.5, low, high)


def test_a_summary_of_nothing_is_nan() -> None:
    assert np.isnan(summarize(np.array([np.nan])).median)


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("0.740", "inside"), ("0.739", "outside"), ("0.74", "inside"), ("0.761", "outside")],
)
def test_a_figure_is_judged_after_rounding_to_its_decimals(printed: str, verdict: str) -> None:
    # The interval is [0.7404, 0.7596], in three decimals [0.740, 0.760].
    values = np.full(40, 0.75)
    values[:2], values[-2:] = 0.7404, 0.7596
    assert judge(Decimal(printed), values) == verdict


def test_fewer_than_twenty_finished_trainings_judge_nothing() -> None:
    values = np.full(20, 0.5)
    assert judge(Decimal("0.5"), values) == "inside"
    values[0] = np.nan
    assert judge(Decimal("0.5"), values) == "not judged"


def test_the_band_leaves_out_a_curve_from_where_it_diverged() -> None:
    curves = np.array([[1.0, 2.0, np.nan], [3.0, np.inf, np.nan]])
    middle, low, high = band(curves)
    np.testing.assert_array_equal(middle, [2.0, 2.0, np.nan])
    np.testing.assert_allclose([low[0], high[0]], [1.2, 2.8])
    assert np.isnan([low[2], high[2]]).all()


def test_the_band_of_trainings_of_any_length_is_found_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    courses = [rng.random(length, np.float32) for length in (3, 40, 1, 17)]
    whole = band(courses)
    np.testing.assert_array_equal(whole, band(aligned(courses)))
    monkeypatch.setattr(statistics, "AT_ONCE", 8)  # two epochs of four trainings
    np.testing.assert_array_equal(band(courses), whole)


def test_a_picture_shows_some_of_very_many_epochs_and_every_one_of_2000() -> None:
    rng = np.random.default_rng(0)
    courses = [rng.random(length, np.float32) for length in (2000, 1, 777)]
    epochs, *lines = shown_band(courses)
    np.testing.assert_array_equal(epochs, np.arange(1, 2001))
    np.testing.assert_array_equal(lines, band(courses))
    courses.append(rng.random(10_001, np.float32))
    epochs, *lines = shown_band(courses)
    assert (len(epochs), epochs[0], epochs[-1]) == (2000, 1, 10_001)
    assert set(np.diff(epochs)) == {5, 6}
    np.testing.assert_array_equal(lines, np.array(band(courses))[:, epochs - 1])


def test_an_interval_that_reaches_the_largest_floats_is_judged() -> None:
    values = np.append(np.full(25, 0.001), np.full(5, 1e300))
    assert judge(Decimal("0.001"), values) == "inside"
