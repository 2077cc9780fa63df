"""The pictures of a result, and of the data it was trained on.

A picture looks the same whatever the user's matplotlibrc says: it is drawn, and encoded, in
matplotlib's default style. matplotlib keeps its style in global variables, so draw in one
thread at a time.
"""

import io
import warnings
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from matplotlib import rc_context, rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from lossbench.config.experiment import Published
from lossbench.data.arrays import Array, Split
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import shown_band
from lossbench.tables.losses import LOSSES
from lossbench.tables.metrics import title
from lossbench.text import on_one_line

COLOURS: dict[Part, str] = {"train": "tab:blue", "test": "tab:orange"}
ARTICLE = "article: {}"
# Not by matplotlib.style, which reads the styles of the user too, and fails at a broken one.
STYLE: dict[Any, Any] = {
    **{key: value for key, value in rcParamsDefault.items() if key != "backend"},
    "axes.axisbelow": True,
    "axes.edgecolor": "0.6",
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 8.0,
    "grid.color": "0.92",
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "text.parse_math": False,  # a name with $ in it is a name
    "xtick.color": "0.3",
    "ytick.color": "0.3",
}
WIDTH = 4.5  # inches, for some 450 pixels in a README: 8 points are 11 pixels there
DPI = 180  # sharp on a dense screen, in less than 100 kB
LINE = 0.085  # of a panel's height, from one label's middle to the next
LETTER = 0.068  # inches that a letter is wide
LONGEST_TITLE = 60
LONGEST_NAME = 24  # letters of a class or a feature
FAR = 1e30
LEFT = 0.16  # of the width, for labels as long as 0.0001 or 1e+12


@rc_context(STYLE)
def learning_curves(result: Result) -> Figure:
    """Draw the loss over epochs and, below it, the printed metric, unless that is the loss.

    A line is the median over the seeds; its band reaches from the 10th to the 90th percentile,
    both in the epochs of ``shown_band``.
    What an article prints for the final weights is marked at the right end of the epochs.
    Errors of a regression that fall far have a logarithmic axis; its bottom stands for 0.000.
    """
    experiment = result.experiment
    metric = experiment.tracked[0]
    figures = experiment.published.get(metric, Published())
    published = {part: it for part in PARTS if (it := getattr(figures, part)) is not None}
    is_loss = (experiment.loss.name, metric) == ("mean_squared_error", "mse")
    names = [metric] if is_loss else ["loss", metric]

    height = 1.0 + 1.6 * len(names)
    figure = Figure(figsize=(WIDTH, height))
    longest = max((len(ARTICLE.format(it)) for it in published.values()), default=0)
    right = max(0.96 - 0.0125 * longest, 0.5)
    figure.subplots_adjust(LEFT, 0.42 / height, right, 1 - 0.5 / height, hspace=0.12)
    panels = figure.subplots(len(names), sharex=True, squeeze=False)[:, 0]
    for panel, name in zip(panels, names, strict=True):
        panel.set_ylabel(readable(name))
        panel.yaxis.set_label_coords((0.033 - LEFT) / (right - LEFT), 0.5)
        _draw(panel, result, "loss" if is_loss else name, published if name == metric else {})
    panels[-1].set(xlabel="Epoch", xlim=(0.5, result.epochs + 0.5))
    panels[-1].locator_params(axis="x", integer=True, min_n_ticks=1)

    seeds = len(result.trainings)
    subtitle = f"Median and 10th to 90th percentile of {seeds} seeds" if seeds > 1 else "1 seed"
    subtitle += f"; {result.diverged} diverged" if result.diverged else ""
    title = cut(on_one_line(readable(experiment.loss.name)), LONGEST_TITLE)
    figure.suptitle(title, x=0.02, y=1 - 0.09 / height, ha="left", weight="bold", size=9)
    figure.text(0.02, 1 - 0.27 / height, subtitle, va="top", color="0.3")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="upper right", ncols=2)
    return figure


@rc_context(STYLE)
def scatter(split: Split) -> Figure:
    """Draw all rows of a dataset of two features, coloured by class, or by a real target.

    Raises ValueError for any other number of features.
    """
    x, y = np.concatenate([split.x_train, split.x_test]).T
    target = np.concatenate([split.y_train, split.y_test])
    names = list(map(literal, split.classes))
    # Names of more than two letters make the picture wider, and not the panel narrower.
    wide = WIDTH + LETTER * max(0, max(map(len, names), default=0) - 2)
    figure = Figure(figsize=(wide, 3.6))
    panel = figure.add_axes((LEFT * WIDTH / wide, 0.12, 0.62 * WIDTH / wide, 0.85))
    panel.set(**dict(zip(("xlabel", "ylabel"), axis_labels(split), strict=True)))
    if split.classes:
        for number, name in enumerate(names):
            rows = target == number
            panel.plot(x[rows], y[rows], "o", color=f"C{number}", markersize=3, label=name)
        panel.legend(title="Class", loc="upper left", bbox_to_anchor=(1, 1))
    else:
        points = panel.scatter(x, y, c=target, s=9)
        figure.colorbar(points, cax=figure.add_axes((0.8, 0.12, 0.02, 0.85)), label="Target")
    across, up = np.ptp(x), np.ptp(y)
    if across < 3 * up and up < 3 * across:  # so that a circle is a circle
        panel.set_aspect("equal", adjustable="datalim")
    return figure


@rc_context(STYLE)
def png(figure: Figure) -> bytes:
    """Encode a picture as a PNG file: the same picture, the same bytes."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        # Names from a person's data may have letters that the font has not; boxes stand for them.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def axis_labels(split: Split) -> tuple[str, str]:
    """The names of two features."""
    first, second = map(literal, split.features or ("Feature 1", "Feature 2"))
    return first, second


def cut(name: str, most: int) -> str:
    """A name of so many letters at most."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def literal(name: str, most: int = LONGEST_NAME) -> str:
    """A name from a person's data, on one line, cut where it is long, and no mathematics.

    One that begins with an underscore would be left out of a legend, but for the space.
    """
    name = " ".join(name.split())
    name = cut(name, most)
    return (" " if name.startswith("_") else "") + name.replace("$", r"\$")


def _draw(panel: Axes, result: Result, name: str, published: Mapping[Part, Decimal]) -> None:
    """Draw one figure over epochs, train and test, and mark what is published of it."""
    single = result.epochs == 1  # makes neither a line nor an area, so draw a point and a bar
    curves, starts = [], []
    for part, colour in COLOURS.items():
        epochs, middle, low, high = shown_band(result.histories(part, name))
        panel.fill_between(epochs, low, high, color=colour, alpha=0.2, lw=4 if single else 0)
        panel.plot(epochs, middle, "o" if single else "-", color=colour, label=part, markersize=4)
        curves += [middle, low, high]
        starts.append(middle[0])
    log = result.experiment.loss.row.problem == "regression"
    anchors = np.array([*starts, *map(float, published.values())])
    bottom, top = limits(np.concatenate(curves), anchors, log)
    panel.set_ylim(bottom, top)
    if log:
        logarithmic(panel)
    panel.yaxis.set_major_formatter("{x:g}")
    _mark(panel, published)


def decades(low: float, high: float) -> LogLocator:
    """Where labels of a logarithmic axis stand: closer if it spans less than two decades."""
    return LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,))


def logarithmic(panel: Axes) -> None:
    """Make the upright axis logarithmic, unless it would then have a single label."""
    bottom, top = panel.get_ylim()
    if top > 5 * bottom:
        panel.set_yscale("log")
        panel.set_ylim(bottom, top)
        panel.yaxis.set_major_locator(decades(bottom, top))
        panel.minorticks_off()


def limits(curves: Array, anchors: Array, log: bool) -> tuple[float, float]:
    """Find limits that hold all anchors, and the curves but for what lies far from most.

    So a training that explodes leaves the picture and does not flatten the others. ``log`` is
    for an axis that may be made ``logarithmic``: both limits are positive.
    """
    if log:
        curves, anchors = (np.log10(it[it > 0]) for it in (curves, anchors))
    curves, anchors = (it[np.isfinite(it)] for it in (curves, anchors))
    if (np.abs(curves) > FAR).any():  # differences of which 32 bits do not hold
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


def _mark(panel: Axes, published: Mapping[Part, Decimal]) -> None:
    """Mark figures on the right margin, with labels apart even where the figures coincide."""
    to_axes = panel.transData + panel.transAxes.inverted()
    shown = {part: np.clip(float(figure), *panel.get_ylim()) for part, figure in published.items()}
    heights = {part: to_axes.transform((1, figure))[1] for part, figure in shown.items()}
    upper = max(heights, key=heights.__getitem__, default=None)
    missing = max(0.0, LINE - np.ptp([*heights.values()])) if len(heights) == 2 else 0.0
    for part, height in heights.items():
        beside = height + missing / 2 * (1 if part == upper else -1)
        look: dict[str, Any] = {"color": COLOURS[part], "transform": panel.transAxes}
        panel.plot([1, 1.025, 1.05], [height, height, beside], lw=1, clip_on=False, **look)
        text = ARTICLE.format(published[part])
        panel.text(1.06, beside, text, size=7, va="center_baseline", **look)


def readable(name: str) -> str:
    """Spell the name of a loss or of a metric for human readers."""
    text = LOSSES[name].title if name in LOSSES else title(name)
    return text[0].upper() + text[1:]
