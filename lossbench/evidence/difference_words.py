"""How much a difference is, in words and in the units of a metric.

Two limits decide the word. Beyond chance is what Holm's correction leaves significant. Too small to
matter is what lies within the region of practical equivalence (Kruschke 2018, Rejecting or
Accepting Parameter Values in Bayesian Estimation). Where nobody gives the region, it is one point
of a share such as an accuracy. Of an error it is a hundredth of the error of the best constant, or
a tenth of the smaller of the two errors, whichever is less.
"""

from typing import Literal

import numpy as np

from lossbench.evidence.over_splits import LEVEL
from lossbench.tables.metric import Metric
from lossbench.tables.metrics import METRICS
from lossbench.text import figure

Word = Literal["none", "small", "clear", "unsure"]
OF_SHARES, OF_CONSTANT, OF_BEST = 0.01, 0.01, 0.1
ROUNDING = 1e-6
MEANINGS = {
    "none": "no difference is seen, and what was measured is too small to matter",
    "small": "there is a difference, too small to matter",
    "clear": "there is a difference, and it is large enough to matter",
    "unsure": "what was measured would matter, but may be chance",
}


def region_of(metric: str, best: float, constant: float) -> float:
    """The differences of a metric that are too small to matter, for its value of the best model.

    ``constant`` is the value of the best constant, NaN where it is not known.
    """
    if not METRICS[metric].is_error:
        return OF_SHARES
    known = [it for it in (OF_BEST * best, OF_CONSTANT * constant) if np.isfinite(it)]
    return float(min(known, default=0))


def matters(difference: float, region: float) -> bool:
    """Whether a difference is more than what does not matter."""
    # 0.848 - 0.838 is a little more than 0.01, but only by rounding.
    return abs(difference) > region * (1 + ROUNDING)


def beats(metric: str, value: float, other: float, region: float) -> bool:
    """Whether a value is better than another one by more than what does not matter."""
    gain = other - value if METRICS[metric].smaller_is_better else value - other
    return gain > 0 and matters(gain, region)


def word_of(difference: float, p: float, region: float) -> Word:
    """The word for a difference with a corrected p-value."""
    if p < LEVEL:
        return "clear" if matters(difference, region) else "small"
    return "unsure" if matters(difference, region) else "none"


def amount(metric: str, value: float, reference: float) -> str:
    """How far a value is from a reference: errors in per cent of it, shares in points."""
    row = METRICS[metric]
    if row.is_error and reference:
        return f"{100 * (value - reference) / reference:+.0f}%"
    if row.is_error or _is_share(row):
        return in_units(metric, value - reference)
    return f"{value - reference:+.3f}"


def in_units(metric: str, difference: float) -> str:
    """A difference with its sign, of an error in the units of its metric, of a share in points."""
    if _is_share(METRICS[metric]):
        return f"{100 * difference:+.1f}"
    return f"{'-' if difference < 0 else '+'}{figure(abs(difference))}"


def size(metric: str, value: float, reference: float) -> str:
    """The same in a sentence, without its sign: "24 %", "2.3 points"."""
    number = amount(metric, value, reference).lstrip("+-").replace("%", " %")
    return f"{number} points" if _is_share(METRICS[metric]) else number


def region_in_words(metric: str, region: float) -> str:
    """A region as it is told: "1.0 points", "650"."""
    return f"{100 * region:.1f} points" if _is_share(METRICS[metric]) else figure(region)


def _is_share(row: Metric) -> bool:
    return not row.is_error and row.low > -1
