"""The picture of a sweep over two keys: a heat map of the medians for each part."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from lossbench.config.grid import Axis, text
from lossbench.evidence.sweep import Sweep
from lossbench.pictures.axes import decades
from lossbench.pictures.style import LINE, NORMAL, Style, heading_height, shortened
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
from lossbench.text import figure

STACKED = 7  # columns from which on the two heat maps stand one above the other
WRITTEN = 12  # columns up to which cells have room for their figures
TICKS, APART = 12, 0.3  # labels along an axis, and inches between those of columns
SLOPE = 0.35  # of the height of a slanted label to its length
BAR = 0.75  # inches, for the bar of colours
BESIDE, BETWEEN, ABOVE = 0.15, 0.35, 0.22  # inches, between the maps and above them
# White with black round it is seen on every colour.
FRAME: dict[str, Any] = {
    "fill": False,
    "edgecolor": "white",
    "linewidth": 1.2,
    "clip_on": False,
    "path_effects": [withStroke(linewidth=3.2, foreground="black")],
}
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class _Cells:
    """The points of a sweep in rows and columns: the values of two axes.

    ``medians`` has the matrix of each part, shape (rows, columns), with NaN where every seed
    diverged. ``diverged`` counts the seeds that did, and ``present`` says which cells are points
    with a result. ``best`` has the row and the column of the best point, of each of those that are
    disturbed alike.
    """

    across: Axis
    down: Axis
    columns: list[Any]
    rows: list[Any]
    medians: dict[Part, Array]
    diverged: Array
    present: Array
    best: list[tuple[int, int]]


@dataclass(frozen=True)
class _Layout:
    """Where the two maps stand, in inches from the lower left corner of the picture."""

    style: Style
    left: float
    below: float
    map_width: float
    map_height: float
    stacked: bool
    slanted: bool  # the labels of the columns
    named: tuple[str, ...]  # lines above the maps that name the best point

    @cached_property
    def bottom_and_top(self) -> tuple[float, float]:
        """The ends of what the maps take up."""
        height = 2 * self.map_height + BETWEEN if self.stacked else self.map_height
        return self.below, self.below + height

    @cached_property
    def height(self) -> float:
        """The height of the picture."""
        above = ABOVE + heading_height(1, self.style) + LINE * len(self.named)
        return above + self.bottom_and_top[1]

    def place(self, number: int) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of a map, as shares of the picture."""
        x, y = self.left, self.below
        if self.stacked:
            y += (1 - number) * (self.map_height + BETWEEN)
        else:
            x += number * (self.map_width + BESIDE)
        wide = self.style.wide
        return x / wide, y / self.height, self.map_width / wide, self.map_height / self.height


def heat_maps(sweep: Sweep, style: Style = NORMAL) -> Figure:
    """Draw the medians of both parts in one scale of colours; bright is good."""
    cells = _cells(sweep)
    layout = _layout(sweep, cells, style)
    picture = Figure(figsize=(style.wide, layout.height))
    scale, colours = _colours(sweep.metric, np.concatenate([*cells.medians.values()]))
    panels = [picture.add_axes(layout.place(number)) for number in range(len(PARTS))]
    for part, panel in zip(PARTS, panels, strict=True):
        panel.imshow(cells.medians[part], cmap=colours, norm=scale, aspect="auto")
        panel.set_title(part, loc="left", size=8)
        panel.grid(False)
        panel.set_facecolor("white")
        if _has_room_for_figures(cells, layout):
            _write_figures(panel, cells, part, ScalarMappable(scale, colours), style)
    _label(panels, cells, layout)
    for row, column in cells.best:
        panels[-1].add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, **FRAME))
    for number, line in enumerate(layout.named):
        y = 1 - (0.06 + LINE * number) / layout.height
        picture.text(0.09 / style.wide, y, line, va="top")
    _draw_bar(picture, layout, ScalarMappable(scale, colours))
    _name_axes(picture, cells, layout)
    marked = f"; {TIMES}: seeds that diverged" if cells.diverged.any() else ""
    framed = _framed(sweep, cells)
    subtitle = f"Median of {seeds(sweep)}{'; ' if framed else ''}{framed}{marked}"
    write_sweep_heading(picture, sweep, subtitle, style)
    return picture


def _framed(sweep: Sweep, cells: _Cells) -> str:
    """What is framed, in words; empty where nothing is."""
    if len(cells.best) > 1:
        of = "column" if cells.across in sweep.given else "row"
        return f"framed: the best test median of each {of}"
    best = best_point(sweep)
    return f"framed: {name_of_best(sweep, best)}" if best else ""


def _has_room_for_figures(cells: _Cells, layout: _Layout) -> bool:
    if layout.style.headed:
        return len(cells.columns) <= WRITTEN
    longest = max(len(it) for part in PARTS for *_, it in _figures(cells, part))
    wide, tall = layout.map_width / len(cells.columns), layout.map_height / len(cells.rows)
    return wide > CHARACTER * (longest + 1) and tall > layout.style.line


def _cells(sweep: Sweep) -> _Cells:
    """Numbers go across where one axis has numbers."""
    turned = not sweep.axes[0].numeric
    across, down = sweep.axes[::-1] if turned else sweep.axes
    columns, rows = _in_order(across), _in_order(down)
    medians = {part: np.full((len(rows), len(columns)), np.nan) for part in PARTS}
    diverged = np.zeros((len(rows), len(columns)), int)
    present = np.zeros_like(diverged, bool)
    # Where all that varies is which data they are, no point is to be picked.
    groups = () if sweep.given == sweep.axes else sweep.of_same_data
    best_points, best = [it.best for it in groups], []
    for point in sweep.points:
        of_column, of_row = point.values[::-1] if turned else point.values
        cell = _place(rows, of_row), _place(columns, of_column)
        if any(point is it for it in best_points):
            best.append(cell)
        diverged[cell], present[cell] = point.result.diverged, True
        for part in PARTS:
            medians[part][cell] = sweep.summary(point, part).median
    return _Cells(across, down, columns, rows, medians, diverged, present, best)


def _layout(sweep: Sweep, cells: _Cells, style: Style) -> _Layout:
    stacked = not style.headed or len(cells.columns) >= STACKED
    left = 0.45 + CHARACTER * max(map(len, _names(cells.rows, style)))
    # The name of the rows must find room beside a map.
    map_height = max(min(0.3 * len(cells.rows), 4.0), 0.6, CHARACTER * len(cells.down.label))
    free = style.wide - left - BAR
    map_width = free if stacked else (free - BESIDE) / 2
    longest = max(map(len, _names(cells.columns, style)))
    slanted = longest * CHARACTER > map_width / min(len(cells.columns), TICKS)
    below = (0.4 + CHARACTER * longest * SLOPE) if slanted else 0.42
    # Without a heading the best point is named all the same.
    named = [] if style.headed else wrap(_framed(sweep, cells), int(style.wide / CHARACTER) - 2)
    return _Layout(style, left, below, map_width, map_height, stacked, slanted, tuple(named))


def _label(panels: list[Axes], cells: _Cells, layout: _Layout) -> None:
    """Label the rows of the maps at the left, and the columns of those at the bottom."""
    first, last = panels
    for panel in panels:
        panel.tick_params(axis="x", labelrotation=20 if layout.slanted else 0)
        below, beside = not layout.stacked or panel is last, layout.stacked or panel is first
        for ruler, values, labelled in (
            (panel.xaxis, cells.columns, below),
            (panel.yaxis, cells.rows, beside),
        ):
            most = min(TICKS, int(layout.map_width / APART)) if ruler is panel.xaxis else TICKS
            step = -(-len(values) // most)
            names = _names(values, layout.style)[::step]
            ruler.set_ticks(range(0, len(values), step), names if labelled else [""] * len(names))
        panel.tick_params(length=0)


def _name_axes(picture: Figure, cells: _Cells, layout: _Layout) -> None:
    """Write the key of each axis beside the maps, or its label where the key is too long."""
    wide = layout.style.wide
    middle = layout.left + (wide - BAR - layout.left) / 2
    picture.text(middle / wide, 0.1 / layout.height, cells.across.dotted, ha="center")
    bottom, top = layout.bottom_and_top
    fits = CHARACTER * len(cells.down.dotted) <= top - bottom
    key = cells.down.dotted if fits else cells.down.label
    y = (bottom + top) / 2 / layout.height
    picture.text(0.07 / wide, y, key, rotation=90, va="center")


def _draw_bar(picture: Figure, layout: _Layout, colours: ScalarMappable) -> None:
    bottom, top = (it / layout.height for it in layout.bottom_and_top)
    wide = layout.style.wide
    beside = picture.add_axes(((wide - BAR + 0.12) / wide, bottom, 0.1 / wide, top - bottom))
    picture.colorbar(colours, cax=beside)
    beside.minorticks_off()
    if isinstance(colours.norm, LogNorm):
        beside.yaxis.set_major_locator(decades(*beside.get_ylim()))
    beside.yaxis.set_major_formatter("{x:.3g}")


def _write_figures(
    panel: Axes, cells: _Cells, part: Part, colours: ScalarMappable, style: Style
) -> None:
    """Write the median into each cell, and how many seeds diverged."""
    look: dict[str, Any] = {"ha": "center", "va": "center"}
    look["size"] = 6 if style.headed and len(cells.columns) > 6 else style.small
    for row, column, words in _figures(cells, part):
        value = cells.medians[part][row, column]
        # The brightness of a colour to the eye, by ITU-R BT.601.
        bright = np.dot(colours.to_rgba(value)[:3], (0.299, 0.587, 0.114))
        dark = np.isfinite(value) and bright < 0.55
        panel.text(column, row, words, color="white" if dark else "black", **look)


def _figures(cells: _Cells, part: Part) -> Iterator[tuple[int, int, str]]:
    """Row, column and text of each cell that is a point with a result."""
    for (row, column), value in np.ndenumerate(cells.medians[part]):
        if cells.present[row, column]:
            words = [figure(value)] if np.isfinite(value) else []
            if lost := cells.diverged[row, column]:
                words.append(f"{TIMES}{lost}")
            yield row, column, " ".join(words)


def _colours(metric: str, medians: Array) -> tuple[Normalize, Colormap]:
    """The scale of colours: bright is good, and grey stands for no value."""
    row = METRICS[metric]
    name = "viridis_r" if row.smaller_is_better else "viridis"
    colours = colormaps[name].with_extremes(bad="0.88")
    finite = medians[np.isfinite(medians)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    if row.is_error and low > 0 and high > 5 * low:
        return LogNorm(low, high), colours
    return Normalize(low, high if high > low else low + 1e-3), colours


def _names(values: list[Any], style: Style) -> list[str]:
    longest = LONGEST if style.headed else LONGEST // 2
    return [shortened(text(value), longest) for value in values]


def _in_order(axis: Axis) -> list[Any]:
    """The values as they stand on an axis: numbers by size, names as they were given."""
    return sorted(axis.values) if axis.numeric else list(axis.values)


def _place(values: list[Any], value: Any) -> int:
    """The place of a value, which may equal another one: 1 is True."""
    return next(number for number, it in enumerate(values) if it is value)
