"""The pictures of a result, and of the data it was trained on.

A picture looks the same whatever the user's matplotlibrc says: it is drawn, and encoded, in
matplotlib's default style. matplotlib keeps its style in global variables, so draw in one
thread at a time.
"""

import io
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import NDArray

from lossbench.datasets import Split
from lossbench.experiment import Published
from lossbench.results import HALVES, Half, Result
from lossbench.statistics import band

COLOURS: dict[Half, str] = {"train": "tab:blue", "test": "tab:orange"}
NAMES = {"mse": "mean squared error", "mae": "mean absolute error", "kl_divergence": "KL divergence"}
NOTHING = Published()
STYLE: list[Any] = [
    "default",
    {
        "axes.axisbelow": True,
        "axes.edgecolor": "0.6",
        "axes.grid": True,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.size": 8.0,
        "grid.color": "0.92",
        "legend.frameon": False,
        "lines.linewidth": 1.2,
        "xtick.color": "0.3",
        "ytick.color": "0.3",
    },
]
WIDTH = 4.5  # inches, for some 450 pixels in a README: 8 points are 11 pixels there
DPI = 180  # sharp on a dense screen, and below 100 kB
LEFT = 0.155


@style.context(STYLE)
def learning_curves(result: Result) -> Figure:
    """The loss over epochs and, below it, the printed metric, unless that is the loss itself.

    A line is the median over the seeds; its band reaches from the 10th to the 90th percentile.
    What an article prints for the final weights is marked at the right end of the epochs.
    Errors of a regression have a logarithmic axis, with an article's 0.000 at its bottom.
    """
    experiment = result.experiment
    metric = experiment.metrics[0]
    published = experiment.published.get(metric, NOTHING)
    is_loss = (experiment.loss.name, metric) == ("mean_squared_error", "mse")
    names = [metric] if is_loss else ["loss", metric]

    height = 1.0 + 1.6 * len(names)
    figure = Figure(figsize=(WIDTH, height))
    right = 0.97 if published == NOTHING else 0.81
    figure.subplots_adjust(LEFT, 0.42 / height, right, 1 - 0.5 / height, hspace=0.12)
    panels = figure.subplots(len(names), sharex=True, squeeze=False)[:, 0]
    for panel, name in zip(panels, names, strict=True):
        panel.set_ylabel(_readable(name))
        panel.yaxis.set_label_coords((0.035 - LEFT) / (right - LEFT), 0.5)
        shown = published if name == metric else NOTHING
        _draw(panel, result, "loss" if is_loss else name, shown)
    panels[-1].set_xlabel("Epoch")
    panels[-1].set_xlim(0.5, experiment.epochs + 0.5)
    panels[-1].xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))

    seeds = len(result.trainings)
    subtitle = f"Median and 10th to 90th percentile of {seeds} seeds" if seeds > 1 else "1 seed"
    subtitle += f"; {result.diverged} diverged" if result.diverged else ""
    title = _readable(experiment.loss.name)
    figure.suptitle(title, x=0.02, y=1 - 0.09 / height, ha="left", weight="bold", size=9)
    figure.text(0.02, 1 - 0.27 / height, subtitle, va="top", color="0.3")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="upper right", ncols=2)
    return figure


@style.context(STYLE)
def scatter(split: Split) -> Figure:
    """All rows of a dataset of two features, coloured by class, or by a real target.

    Raises ValueError for any other number of features.
    """
    x, y = np.concatenate([split.x_train, split.x_test]).T
    target = np.concatenate([split.y_train, split.y_test])
    figure = Figure(figsize=(WIDTH, 3.6))
    panel = figure.add_axes((LEFT, 0.12, 0.67, 0.85))
    panel.set(xlabel="Feature 1", ylabel="Feature 2")
    if split.classes:
        for number, name in enumerate(split.classes):
            rows = target == number
            panel.plot(x[rows], y[rows], "o", color=f"C{number}", markersize=3, label=name)
        panel.legend(title="Class", loc="upper left", bbox_to_anchor=(1, 1))
    else:
        points = panel.scatter(x, y, c=target, s=9)
        figure.colorbar(points, cax=figure.add_axes((0.85, 0.12, 0.025, 0.85)), label="Target")
    wide, high = np.ptp(x), np.ptp(y)
    if wide < 3 * high and high < 3 * wide:  # a circle is a circle
        panel.set_aspect("equal", adjustable="datalim")
    return figure


@style.context(STYLE)
def png(figure: Figure) -> bytes:
    """The picture as a PNG file: the same bytes for the same picture."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def _draw(panel: Axes, result: Result, name: str, published: Published) -> None:
    """One figure over epochs, train and test, with what is published of it."""
    epochs = np.arange(1, result.experiment.epochs + 1)
    single = len(epochs) == 1  # neither a line nor an area, but a point and a bar
    lines = []
    for half, colour in COLOURS.items():
        middle, low, high = band(result.curves(half, name))
        panel.fill_between(epochs, low, high, color=colour, alpha=0.2, lw=4 if single else 0)
        panel.plot(epochs, middle, "o" if single else "-", color=colour, label=half, markersize=4)
        lines += [middle, low, high]
    figures = {half: getattr(published, half) for half in HALVES}
    figures = {half: figure for half, figure in figures.items() if figure is not None}
    log = result.experiment.loss.row.problem == "regression"
    bottom, top = _limits(np.concatenate([*lines, [float(it) for it in figures.values()]]), log)
    if log:
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if top < 100 * bottom else (1,)))
        panel.minorticks_off()
    panel.set_ylim(bottom, top)
    panel.yaxis.set_major_formatter("{x:g}")

    to_axes = panel.transData + panel.transAxes.inverted()
    heights = {
        half: float(to_axes.transform((1, np.clip(float(figure), bottom, top)))[1])
        for half, figure in figures.items()
    }
    ...


def _limits(values: NDArray[Any], log: bool) -> tuple[float, float]:
    """Ends of an axis for the values; those far from most, as of an explosion, are left outside."""
    shown = values[np.isfinite(values)]
    shown = np.log10(shown[shown > 0]) if log else shown
    if not shown.size:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = np.percentile(shown, (10, 90))
    room = 10 * (high - low)
    low, high = max(low - room, shown.min()), min(high + room, shown.max())
    margin = max(0.05 * (high - low), 0.002 * abs(high)) or 0.05
    low, high = low - margin, high + margin
    return (10**low, 10**high) if log else (low, high)


def _readable(name: str) -> str:
    """The name of a loss or of a metric, for human readers."""
    text = NAMES.get(name, name.replace("_", " "))
    return text[0].upper() + text[1:]
