"""The picture of a sweep: a curve over numbers, dots over names, a heat map over two keys."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lossbench.config.grid import text
from lossbench.evidence.sweep import Point, Sweep, pictured
from lossbench.pictures.axes import decades, set_limits
from lossbench.pictures.heat_map import heat_maps
from lossbench.pictures.style import COLOURS, LEFT, STYLE, WIDTH, cut, readable
from lossbench.pictures.sweep_heading import CHARACTER, LONGEST, seeds, write_sweep_heading
from lossbench.results.result import Array, Part
from lossbench.tables.metrics import METRICS

DECADES = 20  # an axis is logarithmic if its largest value is this many times its smallest
MARKED = 40  # points up to which each point of a curve is marked
# Of a row of dots, from its middle to the dot of a part.
OFFSETS: dict[Part, float] = {"train": -0.15, "test": 0.15}
SUBTITLE = "Median and 95 % interval of {}"


def picture(sweep: Sweep) -> Figure | None:
    """Draw the sweep's metric over its axes; None where it has more than two."""
    if not pictured(sweep):
        return None
    with rc_context(STYLE):
        if len(sweep.axes) == 2:
            return heat_maps(sweep)
        return _curve(sweep) if sweep.axes[0].numeric else _dots(sweep)


def _curve(sweep: Sweep) -> Figure:
    """Draw both parts over a number, with a cross below where seeds diverged."""
    height = 3.2
    drawn = Figure(figsize=(WIDTH, height))
    panel = drawn.add_axes((LEFT, 0.45 / height, 0.96 - LEFT, 1 - 1.15 / height))
    points = sorted(sweep.points, key=lambda point: point.values[0])
    x = np.array([point.values[0] for point in points], float)
    figures = []
    for part, colour in COLOURS.items():
        middle, low, high = _summaries(sweep, points, part)
        panel.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
        # A point between others that diverged makes no area.
        alone = ~np.isfinite(np.concatenate([[np.nan], middle, [np.nan]]))
        alone = np.isfinite(middle) & alone[:-2] & alone[2:]
        panel.vlines(x[alone], low[alone], high[alone], color=colour, alpha=0.3, lw=4)
        marker = "o" if len(x) <= MARKED or alone.any() else ""
        panel.plot(x, middle, color=colour, marker=marker, markersize=3, label=part)
        figures += [middle, low, high]
    if _spans_decades(x):
        panel.set_xscale("log")
        panel.xaxis.set_major_locator(decades(x.min(), x.max()))
        panel.minorticks_off()
        panel.xaxis.set_major_formatter("{x:g}")
    elif all(isinstance(value, int) for value in sweep.axes[0].values):
        panel.locator_params(axis="x", integer=True)
    _set_limits(panel, "y", sweep.metric, figures)
    panel.set_xlabel(sweep.axes[0].dotted)
    panel.set_ylabel(readable(sweep.metric))
    panel.yaxis.set_label_coords((0.033 - LEFT) / (0.96 - LEFT), 0.5)
    diverged = np.array([it.result.diverged / len(it.result.trainings) for it in points])
    _draw_crosses(panel, x[(diverged > 0) & (diverged < 1)], "0.6", "some diverged")
    _draw_crosses(panel, x[diverged == 1], "black", "all diverged")
    write_sweep_heading(drawn, sweep, SUBTITLE.format(seeds(sweep)))
    _draw_legend(drawn, panel)
    return drawn


def _dots(sweep: Sweep) -> Figure:
    """Draw a row for each name, with a dot and its interval for both parts."""
    names = [cut(text(point.values[0]), LONGEST) + _lost(point) for point in sweep.points]
    count = len(names)
    height = 1.2 + 0.36 * count
    left = (0.2 + CHARACTER * max(len(line) for name in names for line in name.split("\n"))) / WIDTH
    drawn = Figure(figsize=(WIDTH, height))
    panel = drawn.add_axes((left, 0.45 / height, 0.96 - left, 1 - 1.15 / height))
    figures = []
    for part, colour in COLOURS.items():
        middle, low, high = _summaries(sweep, sweep.points, part)
        rows = np.arange(count) + OFFSETS[part]
        panel.hlines(rows, low, high, color=colour, alpha=0.35, lw=4)
        panel.plot(middle, rows, "o", color=colour, markersize=4, label=part)
        figures += [middle, low, high]
    _set_limits(panel, "x", sweep.metric, figures)
    panel.set_yticks(np.arange(count), names)
    panel.set(ylim=(count - 0.5, -0.5), xlabel=readable(sweep.metric))
    panel.tick_params(axis="y", length=0)
    write_sweep_heading(drawn, sweep, SUBTITLE.format(seeds(sweep)))
    _draw_legend(drawn, panel)
    return drawn


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


def _draw_legend(drawn: Figure, panel: Axes) -> None:
    """Draw the legend in a row of its own below the subtitle."""
    width, height = drawn.get_size_inches()
    place = (0.02 / width, 1 - 0.42 / height)
    drawn.legend(
        *panel.get_legend_handles_labels(), loc="upper left", bbox_to_anchor=place, ncols=4
    )


def _summaries(sweep: Sweep, points: Sequence[Point], part: Part) -> tuple[Array, Array, Array]:
    """Medians and both ends of the intervals, shape (points,)."""
    summaries = [sweep.summary(point, part) for point in points]
    middle, low, high = np.array([(it.median, it.low, it.high) for it in summaries]).T
    return middle, low, high


def _spans_decades(values: Array) -> bool:
    return bool(values.min() > 0 and values.max() >= DECADES * values.min())
