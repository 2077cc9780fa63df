"""What many seeds say about one figure: medians, intervals, verdicts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, localcontext
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lossbench.text import figure, finite_or_none

Array = NDArray[Any]
Band = tuple[Array, Array, Array, Array]  # epochs, medians, and both ends of the band
Verdict = Literal["inside", "outside", "not judged"]

FEWEST_TO_JUDGE = 20  # seeds; only comparisons of pairs count those that diverged, too
MOST_DIGITS = 400
INTERVAL = (2.5, 97.5)  # percentiles
BAND = (10.0, 90.0)
MOST_EPOCHS = 2000  # in a picture: more than it has pixels across
AT_ONCE = 2**20  # figures of curves: bounds the memory where one seed has far more epochs


@dataclass(frozen=True)
class Summary:
    """The median over seeds and the 2.5 and 97.5 percentiles, linearly interpolated.

    All three are NaN where every seed diverged.
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """The median and, in brackets, the interval: "0.793 [0.702, 0.828]"."""
        if np.isnan(self.median):
            return "diverged"
        return f"{figure(self.median)} [{figure(self.low)}, {figure(self.high)}]"

    def as_json(self) -> dict[str, float | None]:
        """The three by name, with None for NaN."""
        return {name: finite_or_none(value) for name, value in asdict(self).items()}


def summarize(values: Array) -> Summary:
    """The summary of one figure, (seeds,); seeds that diverged are NaN and left out."""
    finished = values[np.isfinite(values)]
    if not finished.size:
        return Summary(np.nan, np.nan, np.nan)
    low, high = np.percentile(finished, INTERVAL)
    return Summary(float(np.median(finished)), float(low), float(high))


def judge(published: Decimal, values: Array) -> Verdict:
    """Whether a published figure lies in the interval of the values, (seeds,).

    The ends of the interval are rounded to the decimals of the published figure. With fewer than
    20 seeds that did not diverge, nothing is judged.
    """
    if np.isfinite(values).sum() < FEWEST_TO_JUDGE:
        return "not judged"
    summary = summarize(values)
    # Values just short of infinity have more digits than a decimal holds by default.
    with localcontext() as context:
        context.prec = MOST_DIGITS  # Python 3.10 takes it only here
        low, high = (Decimal(repr(end)).quantize(published) for end in (summary.low, summary.high))
    return "inside" if low <= published <= high else "outside"


def aligned(curves: Sequence[Array]) -> Array:
    """Curves of any lengths in one array, shape (curves, longest): NaN behind their ends."""
    rows = np.full((len(curves), max(map(len, curves))), np.nan, curves[0].dtype)
    for row, curve in zip(rows, curves, strict=True):
        row[: len(curve)] = curve
    return rows


def band(curves: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Median, 10th and 90th percentile over seeds, (longest,) each, of a curve for each seed.

    A seed counts up to the epoch in which it stopped or diverged. An epoch without any seed has
    NaN.
    """
    step = max(1, AT_ONCE // len(curves))
    starts = range(0, max(map(len, curves)), step)
    bands = [
        _band(aligned([it[start : start + step] for it in curves if len(it) > start]))
        for start in starts
    ]
    middle, low, high = map(np.concatenate, zip(*bands, strict=True))
    return middle, low, high


def shown_band(curves: Sequence[Array], most: int = MOST_EPOCHS) -> Band:
    """The epochs, from 1, that a picture shows, and the ``band`` of the curves in these epochs.

    Of more than ``most`` epochs it shows so many, evenly spaced, with the first and the last.
    """
    longest = max(map(len, curves))
    shown = np.rint(np.linspace(0, longest - 1, min(longest, most))).astype(int)
    return shown + 1, *band([curve[shown[shown < len(curve)]] for curve in curves])


def _band(curves: Array) -> tuple[Array, Array, Array]:
    shown = np.where(np.isfinite(curves), curves, np.nan)
    empty = np.isnan(shown).all(axis=0)
    shown[:, empty] = 0.0
    # Where nothing is missing, the plain percentile gives the same, and twenty times as fast.
    percentile = np.nanpercentile if np.isnan(shown).any() else np.percentile
    # Differences between the largest float32 numbers overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        low, middle, high = percentile(shown, (BAND[0], 50.0, BAND[1]), axis=0)
    for line in (low, middle, high):
        line[empty] = np.nan
    return middle, low, high
