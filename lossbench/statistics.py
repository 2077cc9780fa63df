"""What many seeds say about one figure: medians, intervals, verdicts."""

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


def band(curves: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Median, 10th and 90th percentile over seeds of curves shaped (seeds, epochs).

    A training counts up to the epoch in which it diverged; an epoch without any is NaN.
    """
    shown = np.where(np.isfinite(curves), curves, np.nan)
    empty = np.isnan(shown).all(axis=0)
    shown[:, empty] = 0.0
    # Of the same figures where nothing is missing, and twenty times as fast.
    percentile = np.nanpercentile if np.isnan(shown).any() else np.percentile
    low, middle, high = percentile(shown, (BAND[0], 50.0, BAND[1]), axis=0)
    for line in (low, middle, high):
        line[empty] = np.nan
    return middle, low, high
