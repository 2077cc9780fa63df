"""How the losses of a comparison ended beside a constant: a dot and an interval for each."""

from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

from lossbench.evidence.comparison import Comparison
from lossbench.evidence.pair import Standing
from lossbench.pictures.axes import set_limits
from lossbench.pictures.style import (
    LINES,
    STYLE,
    literal,
    readable,
    shortened,
    which_of_many,
)
from lossbench.tables.metrics import METRICS

MOST_ROWS = 12
WIDTH = 3.7  # inches, for a third of a page
LONGEST, LONGEST_TITLE = 26, 40  # characters of a name on a line, and of the data's
SIZE, WIDEST = 8.0, 0.55 * WIDTH - 0.14  # points of a name, and inches
POINTS = 72  # to an inch
ROW, BELOW = 0.24, 0.42  # inches for a name, and below the axis


def shown_in_standings(comparison: Comparison) -> tuple[Standing, ...]:
    """How those that ``standings`` draws did on the test part, the best first."""
    test = [it for it in comparison.standings if it.part == "test"]
    return tuple(test[number] for number in comparison.ranking[:MOST_ROWS])


@rc_context(STYLE)
def standings(comparison: Comparison) -> Figure:
    """Draw the test median of each loss, a bar for the 95 % interval, and a line for the constant.

    The best loss is on top. Of more than MOST_ROWS losses the best are drawn. An error has a log
    axis if it spans a factor of more than five.
    """
    shown = shown_in_standings(comparison)
    lines = which_of_many(len(comparison.results), MOST_ROWS)
    above = 0.36 + 0.17 * len(lines)
    height = above + ROW * len(shown) + BELOW
    picture = Figure(figsize=(WIDTH, height))
    names = [_on_two_lines(literal(it.label, 200)) for it in shown]
    width, size = _fitted(names)
    left = (0.14 + width) / WIDTH
    panel = picture.add_axes((left, BELOW / height, 0.96 - left, ROW * len(shown) / height))
    rows = np.arange(len(shown))
    middle, low, high = np.array(
        [(it.summary.median, it.summary.low, it.summary.high) for it in shown]
    ).T
    panel.hlines(rows, low, high, color=LINES[0], alpha=0.35, lw=5)
    panel.plot(middle, rows, "o", color=LINES[0], markersize=5)
    constant = comparison.constant.get("test", np.nan)
    is_error = METRICS[comparison.metric].is_error
    anchors = np.array([*middle, constant])
    set_limits(panel, "x", np.concatenate([low, high]), anchors, is_error)
    panel.set(ylim=(len(shown) - 0.5, -0.5), xlabel=f"Test {readable(comparison.metric).lower()}")
    panel.set_yticks(rows, names, fontsize=size, linespacing=1.0)
    panel.tick_params(axis="y", length=0, labelcolor="black")
    panel.grid(False, axis="y")
    panel.spines["left"].set_visible(False)
    if np.isfinite(constant):
        _mark(panel, constant)
    _tell_lost(panel, shown)
    title = literal(comparison.data, LONGEST_TITLE)
    picture.text(0.02, 1 - 0.09 / height, title, va="top", weight="bold", size=9)
    picture.text(0.02, 1 - 0.27 / height, "\n".join(lines), va="top", color="0.3")
    return picture


def _on_two_lines(name: str) -> str:
    """A name that is long on two lines: the points of a sweep may differ in its middle alone."""
    name = shortened(name, 2 * LONGEST - 6)
    if len(name) <= LONGEST:
        return name
    places = range(len(name) - LONGEST, LONGEST)
    ends = [at for mark in "_-+" for at in places if name[at - 1] == mark]
    end = ends[-1] if ends else LONGEST
    return f"{name[:end]}\n{name[end:]}"


def _fitted(names: list[str]) -> tuple[float, float]:
    """The width of the widest name in inches, and the size at which all have room, in points."""
    size = SIZE - 1.5 if any("\n" in it for it in names) else SIZE
    lines = [line for it in names for line in it.splitlines()]
    # Letters that are drawn with pixels, or in the page's font, may be a little wider.
    widest = max(TextPath((0, 0), it, size=size).get_extents().x1 for it in lines)
    width = 1.08 * widest / POINTS
    return min(width, WIDEST), size * min(1, WIDEST / width)


def _mark(panel: Axes, constant: float) -> None:
    """Draw the constant as a line, with its name above it on the side where there is room."""
    panel.axvline(constant, color="0.3", lw=1, ls=(0, (4, 3)))
    place = panel.transAxes.inverted().transform(panel.transData.transform((constant, 0)))[0]
    side = "right" if place > 0.5 else "left"
    at = panel.get_xaxis_transform()
    look: dict[str, Any] = {"transform": at, "ha": side, "va": "bottom", "color": "0.3", "size": 7}
    panel.text(constant, 1.0, "constant", **look)


def _tell_lost(panel: Axes, shown: tuple[Standing, ...]) -> None:
    """Write beside a dot how many seeds diverged, which it is not about."""
    to_axes = panel.transData + panel.transAxes.inverted()
    for number, it in enumerate(shown):
        if not it.diverged:
            continue
        text = "all diverged" if it.all_diverged else f"{it.diverged} of {it.seeds} diverged"
        known = np.isfinite(it.summary.high)
        place = to_axes.transform((it.summary.high, 0))[0] if known else 0.0
        beside, side = (place + 0.02, "left") if place < 0.6 else (0.58, "right")
        look: dict[str, Any] = {"ha": side, "va": "center", "size": 7, "color": "0.3"}
        panel.text(beside, number, text, transform=panel.get_yaxis_transform(), **look)
