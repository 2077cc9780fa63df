"""Pictures that set losses side by side: curves on shared axes, and decision boundaries.

Drawn in the style of ``plots``, and encoded by ``plots.png``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lossbench.data import generators
from lossbench.data.arrays import Array, DatasetError, Split
from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import Group
from lossbench.pictures.of_result import (
    LEFT,
    LETTER,
    STYLE,
    WIDTH,
    axis_labels,
    limits,
    literal,
    logarithmic,
    png,
    readable,
)
from lossbench.results.predict import decisions_in_chunks, work
from lossbench.results.result import PARTS, Result
from lossbench.results.statistics import shown_band

# Okabe and Ito's colours, which people tell apart who do not see all of them.
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", (0, (4, 3)), (0, (1, 2)))
LOOKS = 2 * len(LINES)  # lines in one picture, all of another look
GRID = 100  # points along an axis on which boundaries are looked for
ACROSS = 2  # panels in a row
PANELS = 12
OTHERS = 29  # thin lines in a panel, of as many trainings
DOTS = 500  # in a panel
CLASSES = 100
# What is drawn need not be had at any price: data of more numbers, or in larger files, are not.
MOST_NUMBERS, MOST_BYTES = 2_000_000, 2**24
# Multiplications at a point of the grid: of a network, and of a panel's thin lines together.
MOST_WORK, WORK_OF_OTHERS = 500_000, 600_000
LONGEST = 62  # characters across a picture
LONGEST_TITLE = 36  # characters of the data's name in a title
LINE = 0.17  # inches, from one line of text to the next


def pictures(groups: Sequence[Group]) -> dict[str, bytes]:
    """The pictures of all groups, by the names of their files, numbered by group."""
    drawn: dict[str, Figure | None] = {}
    files = DataFiles()
    for number, group in enumerate(groups, start=1):
        drawn[f"curves_{number}.png"] = curves(group)
        if on_a_plane(group) and (split := data_of(group, files)):
            drawn[f"boundaries_{number}.png"] = boundaries(group, split)
    return {name: png(figure) for name, figure in drawn.items() if figure}


def data_of(group: Group, files: DataFiles) -> Split | None:
    """The data that the group was trained on; None where they cannot be had again, or are large.

    Other versions of the libraries, for one, may generate other data.
    """
    dataset = group.results[0].experiment.dataset
    try:
        if dataset.file is None:
            large = generators.most_values(dataset.parameters)[0] > MOST_NUMBERS
        else:
            path = Path(dataset.file)
            large = path.stat().st_size > MOST_BYTES
            large = large or files.read(path).most_values() > MOST_NUMBERS
        split = None if large else dataset.load(files)
    except (DatasetError, OSError):
        return None
    return split if split and split.sha256 == group.data_sha256 else None


def on_a_plane(group: Group) -> bool:
    """Whether the group's networks tell classes apart by two features, so that it can be drawn."""
    return group.problem != "regression" and bool(shown_in_boundaries(group))


def shown_in_curves(group: Group) -> tuple[Result, ...]:
    """The experiments that ``curves`` draws: of many the foremost, and those with a history."""
    name = f"test_{group.metric}"
    return tuple(it for it in group.foremost(LOOKS) if name in it.trainings[0].history)


def shown_in_boundaries(group: Group) -> tuple[Result, ...]:
    """The experiments that ``boundaries`` draws: of many the foremost, of two features each.

    Networks that would take long to ask for every point of a panel are left out.
    """
    return tuple(it for it in group.foremost(PANELS) if _drawable(it.trainings[0].weights))


@rc_context(STYLE)
def curves(group: Group) -> Figure | None:
    """Draw the group's metric over epochs, a line and a band for each experiment.

    A line is the median over the seeds; its band reaches from the 10th to the 90th percentile,
    both in the epochs of ``shown_band``.
    The parts have a panel each, on the same axes. Experiments without a history are left out;
    None where that leaves nothing. Of more than LOOKS experiments the foremost are drawn.
    """
    shown = shown_in_curves(group)
    if not shown:
        return None
    columns = _legend_columns([result.experiment.name for result in shown])
    legend = LINE * -(-len(shown) // columns)
    lines = ["Median and 10th to 90th percentile of the seeds", *_of_many(group, LOOKS)]
    height = 4.3 + legend + LINE * len(lines)
    figure = Figure(figsize=(WIDTH, height))
    top = _head(figure, f"{readable(group.metric)} on {literal(group.data, LONGEST_TITLE)}", lines)
    figure.subplots_adjust(LEFT, (0.5 + legend) / height, 0.98, top, hspace=0.2)
    panels = figure.subplots(len(PARTS), 1, sharex=True, sharey=True)
    drawn, anchors = [], []
    for panel, part in zip(panels, PARTS, strict=True):
        for number, result in enumerate(shown):
            epochs, middle, low, high = shown_band(result.histories(part, group.metric))
            look = _look(number)
            panel.fill_between(epochs, low, high, color=look["color"], alpha=0.15, lw=0)
            marker = "o" if len(epochs) == 1 else ""
            name = _short(result.experiment.name, LONGEST // columns)
            panel.plot(epochs, middle, marker=marker, **look, label=name)
            drawn += [middle, low, high]
            anchors += [middle[0], middle[-1]]
        panel.set_title(part, loc="left", size=8)
    log = group.problem == "regression"
    panels[0].set_ylim(*limits(np.concatenate(drawn), np.array(anchors), log))
    if log:
        logarithmic(panels[0])
    panels[0].yaxis.set_major_formatter("{x:g}")
    panels[-1].set(xlabel="Epoch")
    panels[-1].locator_params(axis="x", integer=True, min_n_ticks=1)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=columns)
    return figure


@rc_context(STYLE)
def boundaries(group: Group, split: Split) -> Figure | None:
    """Draw where each experiment's networks decide for another class, over the test rows.

    The bold line is of the training whose test accuracy is the median one (or the first next to
    it), the thin ones of others, at most OTHERS, and fewer of large networks; a training that
    diverged has none. None where the data are not classes of two features, at most CLASSES. Of
    more than PANELS experiments the foremost are drawn, and of many test rows DOTS.
    """
    shown = [it for it in shown_in_boundaries(group) if _has_units_for(split, it)]
    if split.x_test.shape[1] != 2 or not 0 < len(split.classes) <= CLASSES or not shown:
        return None
    down = -(-len(shown) // ACROSS)
    entries = _legend(split)
    columns = _columns([str(it.get_label()) for it in entries])
    legend = LINE * -(-len(entries) // columns)
    rows = len(split.y_test)
    lines = [
        "Bold: the training with the median test accuracy; thin: others",
        "Dots: test rows" if rows <= DOTS else f"Dots: {DOTS} of {rows} test rows",
        *_of_many(group, PANELS),
    ]
    height = 1.05 + legend + LINE * len(lines) + 2.1 * down
    figure = Figure(figsize=(WIDTH, height))
    top = _head(figure, f"Decision boundaries on {literal(group.data, LONGEST_TITLE)}", lines)
    figure.subplots_adjust(0.1, (0.6 + legend) / height, 0.985, top, wspace=0.06, hspace=0.22)
    panels = figure.subplots(down, ACROSS, sharex=True, sharey=True, squeeze=False).ravel()
    axes = _axes(np.concatenate([split.x_train, split.x_test]))
    for panel, result in zip(panels, shown, strict=False):
        _scatter(panel, split)
        _boundaries(panel, result, axes)
        panel.set_title(_short(result.experiment.name, LONGEST // 2), loc="left", size=7)
        panel.set(xlim=axes[0][[0, -1]], ylim=axes[1][[0, -1]])
        panel.set_aspect("equal" if _alike(axes) else "auto", adjustable="box")
        panel.grid(False)
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
        panels[len(shown) - ACROSS].xaxis.set_tick_params(labelbottom=True)
    first, second = axis_labels(split)
    figure.supxlabel(first, y=(0.12 + legend) / height, size=8)
    figure.supylabel(second, x=0.008, size=8)
    figure.legend(handles=entries, loc="lower center", ncols=columns)
    return figure


def _head(figure: Figure, title: str, lines: Sequence[str]) -> float:
    """Write a title and lines below it; says how high in the figure the panels may reach."""
    height = figure.get_figheight()
    figure.suptitle(title, x=0.02, y=1 - 0.09 / height, ha="left", weight="bold", size=9)
    for number, line in enumerate(lines):
        figure.text(0.02, 1 - (0.27 + LINE * number) / height, line, va="top", color="0.3")
    return float(1 - (0.53 + LINE * len(lines)) / height)


def _of_many(group: Group, most: int) -> list[str]:
    """Which experiments a picture shows, where these are not all."""
    count = len(group.results)
    return [f"The {most} of {count} experiments with the best test medians"] if count > most else []


def _legend_columns(names: Sequence[str]) -> int:
    """Two columns, unless a name is too long for the half of the width."""
    return 2 if max(map(len, names)) <= LONGEST // 2 else 1


def _short(name: str, most: int) -> str:
    """A name without its middle where it is too long: names often differ in their ends."""
    half = (most - 1) // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-half:]}"


def _look(number: int) -> dict[str, Any]:
    """Colour and dashes of a line; dashes show lines that lie on each other.

    No two of the first LOOKS numbers look the same.
    """
    dashes = DASHES[(number + number // len(LINES)) % len(DASHES)]
    return {"color": LINES[number % len(LINES)], "linestyle": dashes}


def _axes(points: Array) -> tuple[Array, Array]:
    """Where boundaries are looked for: as far as the data reach, and 5 % more."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.05 * (high - low)
    x, y = np.linspace(low - margin, high + margin, GRID).T
    return x, y


def _alike(axes: tuple[Array, Array]) -> bool:
    """Whether the axes are long enough to be drawn to one scale: a circle is a circle then."""
    wide, high = (np.ptp(axis) for axis in axes)
    return bool(wide < 3 * high and high < 3 * wide)


def _scatter(panel: Axes, split: Split) -> None:
    chosen = np.linspace(0, len(split.y_test) - 1, min(DOTS, len(split.y_test))).astype(int)
    points, labels = split.x_test[chosen], split.y_test[chosen]
    for number in range(len(split.classes)):
        x, y = points[labels == number].T
        panel.plot(x, y, "o", color=f"C{number}", markersize=2, alpha=0.45, mew=0, zorder=1)


def _boundaries(panel: Axes, result: Result, axes: tuple[Array, Array]) -> None:
    points = np.stack(np.meshgrid(*axes), axis=-1).astype(np.float32)
    accuracy = result.final("test", "accuracy")
    finished = np.flatnonzero(np.isfinite(accuracy))
    if not finished.size:
        panel.text(0.5, 0.5, "all diverged", transform=panel.transAxes, ha="center")
        return
    distance = np.abs(accuracy[finished] - np.median(accuracy[finished]))
    typical = finished[np.argmin(distance)]
    thin: list[Array] = []
    bold: list[Array] = []
    most = min(OTHERS, WORK_OF_OTHERS // work(result.trainings[0].weights))
    others = [number for number in finished if number != typical][:most]
    for number in (typical, *others):
        margins = decisions_in_chunks(result.experiment, result.trainings[number].weights, points)
        for margin in np.moveaxis(margins, -1, 0):
            lines: Any = contour_generator(*axes, margin).lines(0.0)
            (bold if number == typical else thin).extend(lines)
    panel.add_collection(LineCollection(thin, colors="0.25", linewidths=0.5, alpha=0.35, zorder=2))
    panel.add_collection(LineCollection(bold, colors="black", linewidths=1.8, zorder=3))


def _drawable(weights: Sequence[Array]) -> bool:
    return len(weights[0]) == 2 and work(weights) <= MOST_WORK


def _has_units_for(split: Split, result: Result) -> bool:
    units = result.experiment.loss.row.units(len(split.classes))
    return len(result.trainings[0].weights[-1]) == units


def _columns(labels: Sequence[str]) -> int:
    """How many columns of a legend the picture is wide enough for."""
    letters = int(WIDTH / LETTER)
    widths = [len(label) + 8 for label in labels]  # with the symbol and the space between
    return len(labels) if sum(widths) <= letters else max(1, letters // max(widths))


def _legend(split: Split) -> list[Line2D]:
    dots: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 4}
    return [
        *(
            Line2D([], [], color=f"C{number}", label=f"class {literal(name)}", **dots)
            for number, name in enumerate(split.classes)
        ),
        Line2D([], [], color="black", linewidth=1.8, label="median training"),
        Line2D([], [], color="0.25", linewidth=0.5, alpha=0.6, label="other trainings"),
    ]
