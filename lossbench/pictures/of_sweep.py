"""The picture of a sweep: a curve over numbers, dots over names, a heat map over two keys."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lossbench.config.grid import text
from lossbench.evidence.sweep import Point, Sweep, pictured
from lossbench.pictures import end_labels
from lossbench.pictures.axes import decades, set_limits
from lossbench.pictures.end_labels import EndLabel, last_value
from lossbench.pictures.heat_map import heat_maps
from lossbench.pictures.style import (
    COLOURS,
    DASHES,
    LEFT,
    LINE,
    MARKS,
    NORMAL,
    STYLE,
    Style,
    cut,
    heading_height,
    legend_columns,
    readable,
    shortened,
)
from lossbench.pictures.sweep_heading import (
    CHARACTER,
    LONGEST,
    best_point,
    name_of_best,
    seeds,
    write_sweep_heading,
)
from lossbench.results.result import PARTS, Array, Part
from lossbench.tables.metrics import METRICS

DECADES = 20  # an axis is logarithmic if its largest value is this many times its smallest
MARKED = 40  # points up to which each point of a curve is marked
# Of a row of dots, from its middle to the dot of a part.
OFFSETS: dict[Part, float] = {"train": -0.15, "test": 0.15}
SUBTITLE = "Median and 95 % interval of {}"
BELOW, RIGHT = 0.45, 0.18  # inches around a panel
# A ring round a dot, which hides no other.
RING: dict[str, Any] = {
    "linestyle": "",
    "marker": "o",
    "markersize": 9,
    "zorder": 4,
    "clip_on": False,
    "markerfacecolor": "none",
    "markeredgecolor": "black",
    "markeredgewidth": 1.2,
}


def picture(sweep: Sweep, style: Style = NORMAL) -> Figure | None:
    """Draw the sweep's metric over its axes; None where it has more than two.

    The best point is marked and named, unless all that varies is which data they are.
    """
    if not pictured(sweep):
        return None
    with rc_context(STYLE):
        if len(sweep.axes) == 2:
            return heat_maps(sweep, style)
        return _curve(sweep, style) if sweep.axes[0].numeric else _dots(sweep, style)


def _curve(sweep: Sweep, style: Style) -> Figure:
    """Draw both parts over a number, with a cross below where seeds diverged."""
    points = sorted(sweep.points, key=lambda point: point.values[0])
    entries = _entries(sweep, points, style)
    right = end_labels.width(PARTS, style)
    drawn, panel = _panel(2.1, LEFT, right, entries, style)
    x = np.array([point.values[0] for point in points], float)
    figures, labels = [], []
    for part, colour in COLOURS.items():
        middle, low, high = _summaries(sweep, points, part)
        panel.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
        # A point between others that diverged makes no area.
        alone = ~np.isfinite(np.concatenate([[np.nan], middle, [np.nan]]))
        alone = np.isfinite(middle) & alone[:-2] & alone[2:]
        panel.vlines(x[alone], low[alone], high[alone], color=colour, alpha=0.3, lw=4)
        marks = MARKS[part] if len(x) <= MARKED or alone.any() else {}
        panel.plot(
            *(x, middle), color=colour, linestyle=DASHES[part], markersize=3.5, label=part, **marks
        )
        figures += [middle, low, high]
        labels.append(EndLabel(part, last_value(middle), colour, DASHES[part]))
    if _spans_decades(x):
        panel.set_xscale("log")
        panel.xaxis.set_major_locator(decades(x.min(), x.max(), 100 if style.headed else 15))
        panel.minorticks_off()
        panel.xaxis.set_major_formatter("{x:g}")
    elif all(isinstance(value, int) for value in sweep.axes[0].values):
        panel.locator_params(axis="x", integer=True)
    _set_limits(panel, "y", sweep.metric, figures)
    panel.set_xlabel(sweep.axes[0].dotted)
    panel.set_ylabel(readable(sweep.metric))
    wide = style.width - LEFT - right
    panel.yaxis.set_label_coords((0.15 - LEFT) / wide, 0.5)
    if best := best_point(sweep):
        panel.plot(best.values[0], sweep.summary(best, "test").median, label=entries[0], **RING)
    diverged = np.array([it.result.diverged / len(it.result.trainings) for it in points])
    _draw_crosses(panel, x[(diverged > 0) & (diverged < 1)], "0.6", "some diverged")
    _draw_crosses(panel, x[diverged == 1], "black", "all diverged")
    end_labels.draw(panel, labels, style)
    _finish(drawn, panel, sweep, entries, style)
    return drawn


def _dots(sweep: Sweep, style: Style) -> Figure:
    """Draw a row for each name, with a dot and its interval for both parts."""
    longest = LONGEST if style.headed else LONGEST // 2
    names = [shortened(text(point.values[0]), longest) + _lost(point) for point in sweep.points]
    count = len(names)
    left = 0.2 + CHARACTER * max(len(line) for name in names for line in name.split("\n"))
    entries = [*PARTS, *_entries(sweep, (), style)]
    drawn, panel = _panel(0.36 * count, left, RIGHT, entries, style)
    figures = []
    for part, colour in COLOURS.items():
        middle, low, high = _summaries(sweep, sweep.points, part)
        rows = np.arange(count) + OFFSETS[part]
        panel.hlines(rows, low, high, color=colour, alpha=0.35, lw=4)
        look: dict[str, Any] = {"linestyle": "", "color": colour, **MARKS[part]}
        panel.plot(middle, rows, markersize=4, label=part, **look)
        figures += [middle, low, high]
    if best := best_point(sweep):
        row = next(number for number, it in enumerate(sweep.points) if it is best)
        median = sweep.summary(best, "test").median
        panel.plot(median, row + OFFSETS["test"], label=entries[-1], **RING)
    _set_limits(panel, "x", sweep.metric, figures)
    panel.set_yticks(np.arange(count), names)
    panel.set(ylim=(count - 0.5, -0.5), xlabel=readable(sweep.metric))
    panel.tick_params(axis="y", length=0)
    _finish(drawn, panel, sweep, entries, style)
    return drawn


def _panel(
    tall: float, left: float, right: float, entries: Sequence[str], style: Style
) -> tuple[Figure, Axes]:
    """A picture with one panel, of a height and with margins in inches, below its legend."""
    above = heading_height(1, style) + LINE * len(_rows(entries, style)) + 0.05
    height = BELOW + tall + above
    drawn = Figure(figsize=(style.width, height))
    wide = style.width - left - right
    place = (left / style.width, BELOW / height, wide / style.width, tall / height)
    return drawn, drawn.add_axes(place)


def _finish(drawn: Figure, panel: Axes, sweep: Sweep, entries: Sequence[str], style: Style) -> None:
    """Write the heading, and the legend below it."""
    write_sweep_heading(drawn, sweep, SUBTITLE.format(seeds(sweep)), style)
    by_label = dict(zip(*panel.get_legend_handles_labels()[::-1], strict=True))
    width, height = drawn.get_size_inches()
    for number, row in enumerate(_rows(entries, style)):
        y = 1 - (heading_height(1, style) - 0.08 + LINE * number) / height
        drawn.legend(
            [by_label[it] for it in row],
            row,
            loc="upper left",
            bbox_to_anchor=(0.02 / width, y),
            ncols=len(row),
        )


def _entries(sweep: Sweep, points: Sequence[Point], style: Style) -> list[str]:
    """What the legend names beside the parts: the best point, and crosses of some of the points."""
    best = best_point(sweep)
    most = int((style.width - 0.6) / CHARACTER)
    entries = [cut(name_of_best(sweep, best), most)] if best else []
    lost = [(it.result.diverged, len(it.result.trainings)) for it in points]
    entries += ["some diverged"] if any(0 < few < all_ for few, all_ in lost) else []
    return [*entries, *(["all diverged"] if any(few == all_ for few, all_ in lost) else [])]


def _rows(entries: Sequence[str], style: Style) -> list[list[str]]:
    """The entries of the legend, line by line."""
    rows: list[list[str]] = []
    for entry in entries:
        if not rows or legend_columns([*rows[-1], entry], style) <= len(rows[-1]):
            rows.append([])
        rows[-1].append(entry)
    return rows


def _lost(point: Point) -> str:
    """A second line of a name, where seeds diverged."""
    lost, count = point.result.diverged, len(point.result.trainings)
    return f"\n{'all' if lost == count else f'{lost} of {count}'} diverged" if lost else ""


def _set_limits(panel: Axes, which: Literal["x", "y"], metric: str, figures: list[Array]) -> None:
    set_limits(panel, which, np.concatenate(figures), np.array([]), METRICS[metric].is_error)


def _draw_crosses(panel: Axes, x: Array, colour: str, label: str) -> None:
    if x.size:
        place = panel.get_xaxis_transform()
        at = np.full(len(x), 0.03)
        look: dict[str, Any] = {"linestyle": "", "markersize": 4, "color": colour}
        panel.plot(x, at, marker="x", transform=place, label=label, clip_on=False, **look)


def _summaries(sweep: Sweep, points: Sequence[Point], part: Part) -> tuple[Array, Array, Array]:
    """Medians and both ends of the intervals, shape (points,)."""
    summaries = [sweep.summary(point, part) for point in points]
    middle, low, high = np.array([(it.median, it.low, it.high) for it in summaries]).T
    return middle, low, high


def _spans_decades(values: Array) -> bool:
    return bool(values.min() > 0 and values.max() >= DECADES * values.min())
