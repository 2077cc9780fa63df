"""Pictures that set losses side by side: curves on shared axes, and decision boundaries.

Drawn in the style of ``plots``, and encoded by ``plots.png``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lossbench.comparison import Group
from lossbench.datasets import Array, Split
from lossbench.forward import decisions
from lossbench.plots import STYLE, WIDTH, png, readable
from lossbench.results import HALVES, Result
from lossbench.statistics import band

# Okabe and Ito's colours, which people tell apart who do not see all of them.
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", (0, (4, 3)), (0, (1, 2)))
GRID = 100  # points along an axis on which boundaries are looked for
ACROSS = 3  # panels in a row


def pictures(groups: Sequence[Group]) -> dict[str, bytes]:
    """The pictures of all groups, by the names of their files, numbered by group."""
    drawn: dict[str, Figure | None] = {}
    for number, group in enumerate(groups, start=1):
        drawn[f"curves_{number}.png"] = curves(group)
        split = group.results[0].experiment.dataset.load()
        # Other versions of the libraries may generate other data than were trained on.
        if split.sha256 == group.data_sha256:
            drawn[f"boundaries_{number}.png"] = boundaries(group, split)
    return {name: png(figure) for name, figure in drawn.items() if figure}


@style.context(STYLE)
def curves(group: Group) -> Figure | None:
    """Draw the group's metric over epochs, a line and a band for each experiment.

    A line is the median over the seeds; its band reaches from the 10th to the 90th percentile.
    The halves have a panel each, on the same axes. Experiments without a history of the metric
    are left out; None where that leaves nothing.
    """
    shown = [it for it in group.results if f"test_{group.metric}" in it.trainings[0].history]
    if not shown:
        return None
    rows = -(-len(shown) // 3)
    height = 3.13 + 0.17 * rows
    figure = Figure(figsize=(1.5 * WIDTH, height))
    bottom = (0.5 + 0.17 * rows) / height
    figure.subplots_adjust(0.09, bottom, 0.985, 1 - 0.68 / height, wspace=0.06)
    panels = figure.subplots(1, len(HALVES), sharex=True, sharey=True)
    for panel, half in zip(panels, HALVES, strict=True):
        for number, result in enumerate(shown):
            middle, low, high = band(result.curves(half, group.metric))
            epochs = np.arange(1, len(middle) + 1)
            look = _look(number)
            panel.fill_between(epochs, low, high, color=look["color"], alpha=0.15, lw=0)
            marker = "o" if len(epochs) == 1 else ""
            panel.plot(epochs, middle, marker=marker, **look, label=result.experiment.name)
        panel.set_title(half, loc="left", size=8)
        panel.set(xlabel="Epoch")
    panels[0].set_ylabel(readable(group.metric))
    if group.problem == "regression":
        panels[0].set_yscale("log")
        panels[0].yaxis.set_major_formatter("{x:g}")
    figure.suptitle(_title(group), x=0.02, y=1 - 0.09 / height, ha="left", weight="bold", size=9)
    subtitle = "Median and 10th to 90th percentile of the seeds"
    figure.text(0.02, 1 - 0.27 / height, subtitle, va="top", color="0.3")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=min(3, len(shown)))
    return figure


@style.context(STYLE)
def boundaries(group: Group, split: Split) -> Figure | None:
    """Draw where each experiment's networks decide for another class, over the test rows.

    The bold line is of the training whose test accuracy is the median one (or the first next to
    it), the thin ones of the others; a training that diverged has none. None where the data are
    not classes of two features.
    """
    if split.x_test.shape[1] != 2 or not split.classes:
        return None
    count = len(group.results)
    across, down = min(ACROSS, count), -(-count // ACROSS)
    height = 1.0 + 2.3 * down
    figure = Figure(figsize=(1.5 * WIDTH, height))
    figure.subplots_adjust(0.065, 0.75 / height, 0.985, 1 - 0.62 / height, wspace=0.06, hspace=0.25)
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
    axes = _axes(np.concatenate([split.x_train, split.x_test]))
    for panel, result in zip(panels[:count], group.results, strict=True):
        _scatter(panel, split)
        _boundaries(panel, result, axes)
        panel.set_title(result.experiment.name, loc="left", size=8)
        panel.set(xlim=axes[0][[0, -1]], ylim=axes[1][[0, -1]])
        panel.set_aspect("equal" if _alike(axes) else "auto", adjustable="box")
        panel.grid(False)
    for panel in panels[count:]:
        panel.set_visible(False)
    figure.supxlabel("Feature 1", y=0.31 / height, size=8)
    figure.supylabel("Feature 2", x=0.008, size=8)
    title = f"Decision boundaries on {group.data}"
    figure.suptitle(title, x=0.02, y=1 - 0.09 / height, ha="left", weight="bold", size=9)
    subtitle = "Bold: the training with the median test accuracy; thin: the others. Dots: test rows"
    figure.text(0.02, 1 - 0.27 / height, subtitle, va="top", color="0.3")
    figure.legend(handles=_legend(split), loc="lower center", ncols=len(split.classes) + 2)
    return figure


def _look(number: int) -> dict[str, Any]:
    """Colour and dashes of a line; dashes show lines that lie on each other."""
    dashes = DASHES[number % len(DASHES)]
    return {"color": LINES[number % len(LINES)], "linestyle": dashes}


def _title(group: Group) -> str:
    return f"{readable(group.metric)} on {group.data}"


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
    for number in range(len(split.classes)):
        x, y = split.x_test[split.y_test == number].T
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
    for number in finished:
        margins = decisions(result.experiment, result.trainings[number].weights, points)
        for margin in np.moveaxis(margins, -1, 0):
            lines: Any = contour_generator(*axes, margin).lines(0.0)
            (bold if number == typical else thin).extend(lines)
    panel.add_collection(LineCollection(thin, colors="0.25", linewidths=0.5, alpha=0.35, zorder=2))
    panel.add_collection(LineCollection(bold, colors="black", linewidths=1.8, zorder=3))


def _legend(split: Split) -> list[Line2D]:
    dots: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 4}
    return [
        *(
            Line2D([], [], color=f"C{number}", label=f"class {name}", **dots)
            for number, name in enumerate(split.classes)
        ),
        Line2D([], [], color="black", linewidth=1.8, label="median training"),
        Line2D([], [], color="0.25", linewidth=0.5, alpha=0.6, label="other trainings"),
    ]
