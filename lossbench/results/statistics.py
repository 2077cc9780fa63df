"""What many seeds say about one figure: medians, intervals, verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["inside", "outside", "not judged"]

FEWEST_TO_JUDGE = 20
MOST_DIGITS = 400
INTERVAL = (2.5, 97.5)
BAND = (10.0, 90.0)
MOST_EPOCHS = 2000  # in a picture: more than it has pixels across
AT_ONCE = 2**20  # figures of curves: it bounds the memory where one training is far longer


@dataclass(frozen=True)
class Summary:
    """The median over seeds and the 2.5 and 97.5 percentiles, linearly interpolated.

    All three are NaN where no training finished.
    """

    median: float
    low: float
    high: float


def summarize(values: NDArray[Any]) -> Summary:
    """Summary of one figure of several trainings; those that diverged are NaN and left out."""
    finished = values[np.isfinite(values)]
    if not finished.size:
        return Summary(np.nan, np.nan, np.nan)
    low, high = np.percentile(finished, INTERVAL)
    return Summary(float(np.median(finished)), float(low), float(high))


def judge(printed: Decimal, values: NDArray[Any]) -> Verdict:
    """Whether a printed figure lies in the interval of the values, rounded as it was printed.

    Fewer than 20 finished trainings judge nothing.
    """
    if np.isfinite(values).sum() < FEWEST_TO_JUDGE:
        return "not judged"
    summary = summarize(values)
    # A training that all but diverged has more digits than a decimal holds by default.
    with localcontext() as context:
        context.prec = MOST_DIGITS  # Python 3.10 takes it only here
        low, high = (Decimal(repr(end)).quantize(printed) for end in (summary.low, summary.high))
    return "inside" if low <= printed <= high else "outside"


def aligned(courses: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Curves over epochs, of any lengths, shape (curves, longest): NaN behind their ends."""
    rows = np.full((len(courses), max(map(len, courses))), np.nan, courses[0].dtype)
    for row, course in zip(rows, courses, strict=True):
        row[: len(course)] = course
    return rows


def band(courses: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Median, 10th and 90th percentile over seeds of a curve over epochs for each seed.

    A training counts up to the epoch in which it ended or diverged; an epoch without any is NaN.
    """
    step = max(1, AT_ONCE // len(courses))
    starts = range(0, max(map(len, courses)), step)
    parts = [
        _band(aligned([it[start : start + step] for it in courses if len(it) > start]))
        for start in starts
    ]
    middle, low, high = map(np.concatenate, zip(*parts, strict=True))
    return middle, low, high


def shown_band(
    courses: Sequence[NDArray[Any]],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The epochs, from 1, that a picture shows, and the ``band`` of the courses in these.

    Of more than MOST_EPOCHS it shows so many, evenly spaced, with the first and the last.
    """
    longest = max(map(len, courses))
    shown = np.rint(np.linspace(0, longest - 1, min(longest, MOST_EPOCHS))).astype(int)
    return shown + 1, *band([course[shown[shown < len(course)]] for course in courses])


def _band(curves: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    shown = np.where(np.isfinite(curves), curves, np.nan)
    empty = np.isnan(shown).all(axis=0)
    shown[:, empty] = 0.0
    # Of the same figures where nothing is missing, and twenty times as fast.
    percentile = np.nanpercentile if np.isnan(shown).any() else np.percentile
    with np.errstate(over="ignore", invalid="ignore"):  # between the ends of what 32 bits hold
        low, middle, high = percentile(shown, (BAND[0], 50.0, BAND[1]), axis=0)
    for line in (low, middle, high):
        line[empty] = np.nan
    return middle, low, high
