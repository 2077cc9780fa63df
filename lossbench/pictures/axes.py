"""Limits and scales of axes: what is far from the rest is cut off, and errors get a log axis."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from lossbench.data.arrays import Array

FAR = 1e30  # numbers whose differences float32 may not hold
FEW = 5  # an axis that spans a factor of less than this would have a single label if it were log


def limits(curves: Array, anchors: Array, log: bool) -> tuple[float, float]:
    """Limits that hold all anchors, and the curves except for what is far from most of them.

    So a seed that explodes leaves the picture and does not flatten the others. With ``log``, both
    limits are positive.
    """
    if log:
        curves, anchors = (np.log10(it[it > 0]) for it in (curves, anchors))
    curves, anchors = (it[np.isfinite(it)] for it in (curves, anchors))
    if (np.abs(curves) > FAR).any():
        curves, anchors = curves.astype(np.float64), anchors.astype(np.float64)
    if curves.size:
        low, high = np.percentile(curves, (10, 90))
        near = np.abs(curves - (low + high) / 2) <= 3.5 * (high - low)
        anchors = np.concatenate([anchors, curves[near]])
    if not anchors.size:
        return 0.1, 1.0
    low, high = anchors.min(), anchors.max()
    margin = max(0.05 * (high - low), 0.02 * abs(high)) or 0.05
    low, high = low - margin, high + margin
    return (10**low, 10**high) if log else (low, high)


def set_limits(
    panel: Axes, which: Literal["x", "y"], curves: Array, anchors: Array, log: bool
) -> None:
    """Set the limits of an axis, see ``limits``, and make it logarithmic if that suits.

    With ``log`` it is logarithmic, unless it would then have a single label.
    """
    low, high = limits(curves, anchors, log)
    ruler = {"x": panel.xaxis, "y": panel.yaxis}[which]
    panel.set(**{f"{which}lim": (low, high)})
    if log and high > FEW * low:
        panel.set(**{f"{which}scale": "log"})
        ruler.set_major_locator(decades(low, high))
        ruler.set_minor_locator(NullLocator())
    ruler.set_major_formatter("{x:g}")


def limits_of_points(points: Array, shape: float) -> tuple[tuple[float, float], ...]:
    """Limits of both axes that hold points, (rows, 2), and some more.

    Both axes have one scale, so that a circle is a circle, unless one spans three times what the
    other does. ``shape`` is the width of the panel to its height.
    """
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    spans = 1.1 * (high - low)
    if spans[0] < 3 * spans[1] and spans[1] < 3 * spans[0]:
        up = max(spans[1], spans[0] / shape)
        spans = np.array([up * shape, up])
    spans[spans == 0] = 1.0
    middle = (low + high) / 2
    return tuple(zip(middle - spans / 2, middle + spans / 2, strict=True))


def decades(low: float, high: float, dense: float = 100) -> LogLocator:
    """Where the labels of a log axis are: closer together if it spans less than two decades.

    ``dense`` is the factor of these; where there is less room, it is less.
    """
    return LogLocator(subs=(1, 2, 5) if high < dense * low else (1,))
