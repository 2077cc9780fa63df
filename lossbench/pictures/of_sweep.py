"""The picture of a sweep: a curve over numbers, dots over names, a heat map over two keys.

Drawn in the style of ``plots``, and encoded by ``plots.png``.
"""

from typing import Any, Literal

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from lossbench.config.grid import text
from lossbench.evidence.comparison import figure
from lossbench.evidence.sweep import Axis, Point, Sweep, pictured
from lossbench.pictures.of_result import COLOURS, LEFT, STYLE, WIDTH, cut, decades, limits, readable
from lossbench.results.result import PARTS, Array
from lossbench.results.statistics import Summary
from lossbench.tables.metrics import METRICS

DECADES = 20  # the largest over the smallest value from which an axis is logarithmic
MARKED = 40  # so many points of a curve are marked one by one
BESIDE = 0.15  # of a row, from its middle to the dots of train and test
STACKED = 7  # from so many columns on, the two heat maps stand one above the other
WRITTEN = 12  # columns of a heat map whose cells have room for their figures
TICKS = 12
SLOPE = 0.35  # of a long label
LONGEST = 32  # characters of a name on an axis
CHARACTER, BOLD = 0.062, 0.082  # inches, of a label and of a title
TIMES = "\N{MULTIPLICATION SIGN}"
SUBTITLE = "Median and 95 % interval of {}"


def picture(sweep: Sweep) -> Figure | None:
    """Draw the sweep's metric over its axes; None where there are more of them than two."""
    if not pictured(sweep):
        return None
    with rc_context(STYLE):
        if len(sweep.axes) == 2:
            return _heat_maps(sweep)
        return _curve(sweep) if sweep.axes[0].numeric else _dots(sweep)


def _curve(sweep: Sweep) -> Figure:
    """Both parts over a number, with a cross below where trainings diverged."""
    height = 3.2
    drawn = Figure(figsize=(WIDTH, height))
    panel = drawn.add_axes((LEFT, 0.45 / height, 0.96 - LEFT, 1 - 1.15 / height))
    points = sorted(sweep.points, key=lambda point: point.values[0])
    x = np.array([point.values[0] for point in points], float)
    figures = []
    for part, colour in COLOURS.items():
        middle, low, high = _arrays([sweep.summary(point, part) for point in points])
        panel.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
        # A point between others that diverged makes no area.
        alone = ~np.isfinite(np.concatenate([[np.nan], middle, [np.nan]]))
        alone = np.isfinite(middle) & alone[:-2] & alone[2:]
        panel.vlines(x[alone], low[alone], high[alone], color=colour, alpha=0.3, lw=4)
        marker = "o" if len(x) <= MARKED or alone.any() else ""
        panel.plot(x, middle, color=colour, marker=marker, markersize=3, label=part)
        figures += [middle, low, high]
    if _spansdecades(x):
        panel.set_xscale("log")
        panel.xaxis.set_major_locator(decades(x.min(), x.max()))
        panel.minorticks_off()
        panel.xaxis.set_major_formatter("{x:g}")
    elif all(isinstance(value, int) for value in sweep.axes[0].values):
        panel.locator_params(axis="x", integer=True)
    _measure(panel, "y", sweep, np.concatenate(figures))
    panel.set_xlabel(sweep.axes[0].key)
    panel.set_ylabel(readable(sweep.metric))
    panel.yaxis.set_label_coords((0.033 - LEFT) / (0.96 - LEFT), 0.5)
    diverged = np.array([it.result.diverged / len(it.result.trainings) for it in points])
    _crosses(panel, x[(diverged > 0) & (diverged < 1)], "0.6", "some diverged")
    _crosses(panel, x[diverged == 1], "black", "all diverged")
    _head(drawn, sweep, SUBTITLE.format(_seeds(sweep)))
    _legend(drawn, panel)
    return drawn


def _dots(sweep: Sweep) -> Figure:
    """A row for each name, with a dot and its interval for both parts."""
    names = [cut(text(point.values[0]), LONGEST) + _lost(point) for point in sweep.points]
    count = len(names)
    height = 1.2 + 0.36 * count
    left = (0.2 + CHARACTER * max(len(line) for name in names for line in name.split("\n"))) / WIDTH
    drawn = Figure(figsize=(WIDTH, height))
    panel = drawn.add_axes((left, 0.45 / height, 0.96 - left, 1 - 1.15 / height))
    rows = np.arange(count)
    figures = []
    for part, (name, colour) in zip(PARTS, COLOURS.items(), strict=True):
        middle, low, high = _arrays([sweep.summary(point, part) for point in sweep.points])
        beside = rows + BESIDE * (-1 if part == "train" else 1)
        panel.hlines(beside, low, high, color=colour, alpha=0.35, lw=4)
        panel.plot(middle, beside, "o", color=colour, markersize=4, label=name)
        figures += [middle, low, high]
    _measure(panel, "x", sweep, np.concatenate(figures))
    panel.set_yticks(rows, names)
    panel.set(ylim=(count - 0.5, -0.5), xlabel=readable(sweep.metric))
    panel.tick_params(axis="y", length=0)
    _head(drawn, sweep, SUBTITLE.format(_seeds(sweep)))
    _legend(drawn, panel)
    return drawn


def _heat_maps(sweep: Sweep) -> Figure:
    """The medians of both parts in one scale of colours; bright is good."""
    across, down = sweep.axes if sweep.axes[0].numeric else sweep.axes[::-1]
    columns, rows = _ordered(across), _ordered(down)
    cells = {part: np.full((len(rows), len(columns)), np.nan) for part in PARTS}
    lost = np.zeros((len(rows), len(columns)), int)
    there = np.zeros_like(lost, bool)
    leader, best = sweep.best, None
    for point in sweep.points:
        values = point.values if across is sweep.axes[0] else point.values[::-1]
        at = _place(rows, values[1]), _place(columns, values[0])
        best = at if point is leader else best
        lost[at], there[at] = point.result.diverged, True
        for part in PARTS:
            cells[part][at] = sweep.summary(point, part).median

    stacked = len(columns) >= STACKED
    names = [cut(text(value), LONGEST) for value in rows]
    width, bar = 1.5 * WIDTH, 0.75
    left = 0.45 + CHARACTER * max(map(len, names))
    # Of a panel, in inches; the name of the rows must find room beside it.
    high = max(min(0.3 * len(rows), 4.0), 0.6, CHARACTER * len(down.label))
    wide = (width - left - bar) if stacked else (width - left - bar - 0.15) / 2
    longest = max(len(cut(text(value), LONGEST)) for value in columns)
    slanted = longest * CHARACTER > wide / min(len(columns), TICKS)
    below = (0.4 + CHARACTER * longest * SLOPE) if slanted else 0.42
    height = 0.72 + below + (2 * high + 0.35 if stacked else high)
    drawn = Figure(figsize=(width, height))
    scale, colours = _colours(sweep, np.concatenate([*cells.values()]))
    panels = []
    for number, part in enumerate(PARTS):
        x = left if stacked else left + number * (wide + 0.15)
        y = below + ((1 - number) * (high + 0.35) if stacked else 0)
        panel = drawn.add_axes((x / width, y / height, wide / width, high / height))
        drawn_cells = panel.imshow(cells[part], cmap=colours, norm=scale, aspect="auto")
        panel.set_title(part, loc="left", size=8)
        panel.grid(False)
        panel.set_facecolor("white")
        panel.tick_params(axis="x", labelrotation=20 if slanted else 0)
        _ticks(panel, columns, names, labelled=(not stacked or number == 1, stacked or number == 0))
        if len(columns) <= WRITTEN:
            _write(panel, cells[part], lost, there, colours, scale)
        panels.append(panel)
    if best:
        box = Rectangle((best[1] - 0.5, best[0] - 0.5), 1, 1, fill=False, ec="tab:red", lw=1.8)
        panels[1].add_patch(box).set_clip_on(False)
    bottom, top = (it / height for it in (below, below + (2 * high + 0.35 if stacked else high)))
    beside = drawn.add_axes(((width - bar + 0.12) / width, bottom, 0.1 / width, top - bottom))
    drawn.colorbar(drawn_cells, cax=beside)
    beside.minorticks_off()
    beside.yaxis.set_major_formatter("{x:.3g}")
    drawn.text((left + (width - bar - left) / 2) / width, 0.1 / height, across.key, ha="center")
    fits = CHARACTER * len(down.key) <= (top - bottom) * height
    key = down.key if fits else down.label
    drawn.text(0.07 / width, (bottom + top) / 2, key, rotation=90, va="center")
    seeds = _seeds(sweep)
    _head(drawn, sweep, f"Median of {seeds}; red frame: the best test median{_key(lost)}")
    return drawn


def _lost(point: Point) -> str:
    """A second line of a name, where trainings diverged."""
    lost, seeds = point.result.diverged, len(point.result.trainings)
    return f"\n{'all' if lost == seeds else f'{lost} of {seeds}'} diverged" if lost else ""


def _key(lost: Array) -> str:
    return f"; {TIMES}: trainings that diverged" if lost.any() else ""


def _ticks(panel: Axes, columns: list[Any], names: list[str], labelled: tuple[bool, bool]) -> None:
    """Label columns and rows, or every so manieth where there are many."""
    for size, ruler, texts, shown in (
        (len(columns), panel.xaxis, [cut(text(value), LONGEST) for value in columns], labelled[0]),
        (len(names), panel.yaxis, names, labelled[1]),
    ):
        step = -(-size // TICKS)
        ruler.set_ticks(range(0, size, step), texts[::step] if shown else [""] * len(texts[::step]))
    panel.tick_params(length=0)


def _write(
    panel: Axes, values: Array, lost: Array, there: Array, colours: Any, scale: Normalize
) -> None:
    """Write each cell's figure into it, and how many trainings diverged."""
    size = 7 if values.shape[1] <= 6 else 6
    for (row, column), value in np.ndenumerate(values):
        if not there[row, column]:
            continue
        finite = np.isfinite(value)
        dark = finite and np.dot(colours(scale(value))[:3], (0.299, 0.587, 0.114)) < 0.55
        said = figure(value) if finite else ""
        if lost[row, column]:
            said = f"{said} {TIMES}{lost[row, column]}".strip()
        look: dict[str, Any] = {"ha": "center", "va": "center", "size": size}
        panel.text(column, row, said, color="white" if dark else "black", **look)


def _colours(sweep: Sweep, values: Array) -> tuple[Normalize, Any]:
    """The scale of colours: bright is good, and grey is no value."""
    smaller = METRICS[sweep.metric].smaller_is_better
    colours = colormaps["viridis_r" if smaller else "viridis"].with_extremes(bad="0.88")
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    if smaller and low > 0 and high > 5 * low:
        return LogNorm(low, high), colours
    return Normalize(low, high if high > low else low + 1e-3), colours


def _measure(panel: Axes, which: Literal["x", "y"], sweep: Sweep, values: Array) -> None:
    """Limits that hold the figures but for explosions; errors of many sizes on a log axis."""
    log = METRICS[sweep.metric].smaller_is_better
    low, high = limits(values, np.array([]), log)
    ruler = {"x": panel.xaxis, "y": panel.yaxis}[which]
    if log and high > 5 * low:
        panel.set(**{f"{which}scale": "log"})
        ruler.set_major_locator(decades(low, high))
        ruler.set_minor_locator(NullLocator())
    panel.set(**{f"{which}lim": (low, high)})
    ruler.set_major_formatter("{x:g}")


def _crosses(panel: Axes, x: Array, colour: str, label: str) -> None:
    if x.size:
        place = panel.get_xaxis_transform()
        at = np.full(len(x), 0.03)
        look: dict[str, Any] = {"linestyle": "", "markersize": 4, "color": colour}
        panel.plot(x, at, marker="x", transform=place, label=label, clip_on=False, **look)


def _head(drawn: Figure, sweep: Sweep, subtitle: str) -> None:
    width, height = drawn.get_size_inches()
    title = f"{sweep.base}: {readable(sweep.metric).lower()} over "
    title += " and ".join(axis.label for axis in sweep.axes)
    title = cut(title, int(width / BOLD))
    drawn.suptitle(title, x=0.09 / width, y=1 - 0.09 / height, ha="left", weight="bold", size=9)
    drawn.text(0.09 / width, 1 - 0.27 / height, subtitle, va="top", color="0.3")


def _legend(drawn: Figure, panel: Axes) -> None:
    """A row of its own below the subtitle."""
    width, height = drawn.get_size_inches()
    place = (0.02 / width, 1 - 0.42 / height)
    drawn.legend(
        *panel.get_legend_handles_labels(), loc="upper left", bbox_to_anchor=place, ncols=4
    )


def _seeds(sweep: Sweep) -> str:
    counts = {len(point.result.trainings) for point in sweep.points}
    few, many = min(counts), max(counts)
    if few == many:
        return f"{many} seed{'s' if many > 1 else ''}"
    return f"{few} to {many} seeds"


def _arrays(summaries: list[Summary]) -> tuple[Array, Array, Array]:
    """Medians and both ends of the intervals, shape (points,)."""
    middle, low, high = np.array([(it.median, it.low, it.high) for it in summaries]).T
    return middle, low, high


def _ordered(axis: Axis) -> list[Any]:
    """The values as they stand on an axis: numbers by size, names as they were given."""
    return sorted(axis.values) if axis.numeric else list(axis.values)


def _place(values: list[Any], value: Any) -> int:
    return next(number for number, it in enumerate(values) if it is value)


def _spansdecades(values: Array) -> bool:
    return bool(values.min() > 0 and values.max() >= DECADES * values.min())
