"""The figures of curves, for the charts that tell them on the screen."""

from typing import Any

import numpy as np

from lossbench.evidence.comparison import Comparison
from lossbench.pictures.small_multiples import Panel
from lossbench.results.result import Array
from lossbench.text import finite_or_none

DIGITS = 4  # significant ones, which is more than a chart can show


def chart(panel: Panel, comparison: Comparison) -> dict[str, Any]:
    """A panel as JSON: epochs, each part's median, low and high end, and how many seeds there are.

    "longest" is the last epoch of the comparison, where all its panels end. A seed counts in an
    epoch if it has a finite value on the test part there.
    """
    epochs = next(iter(panel.bands.values()))[0]
    counts = np.zeros(epochs[-1], int)
    for curve in panel.result.histories("test", comparison.metric):
        counts[: len(curve)] += np.isfinite(curve)
    return {
        "epochs": epochs.tolist(),
        "longest": max(it.epochs for it in comparison.results),
        "parts": {part: [_rounded(it) for it in band[1:]] for part, band in panel.bands.items()},
        "seeds": counts[epochs - 1].tolist(),
        "limits": _rounded(np.array(panel.limits)),
        "ticks": _rounded(np.array(panel.ticks)),
        "log": panel.log,
    }


def _rounded(values: Array) -> list[float | None]:
    return [finite_or_none(float(f"{it:.{DIGITS}g}")) for it in values]
