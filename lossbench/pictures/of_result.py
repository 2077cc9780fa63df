"""The learning curves of a result."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lossbench.config.trainings import trainings_of
from lossbench.pictures.axes import set_limits
from lossbench.pictures.style import COLOURS, LEFT, STYLE, WIDTH, cut, readable, write_heading
from lossbench.results.result import Part, Result
from lossbench.results.statistics import shown_band
from lossbench.tables.metrics import METRICS
from lossbench.text import on_one_line

PUBLISHED = "published: {}"
LABEL = 0.085  # of a panel's height, from the middle of one label to that of the next
LONGEST_TITLE = 60


@rc_context(STYLE)
def learning_curves(result: Result) -> Figure:
    """Draw the loss over epochs and, below it, the first metric, unless that is the loss.

    With a ``target_transform`` it never is: the metric is in the units of the target.

    A line is the median over the seeds; its band reaches from the 10th to the 90th percentile,
    both in the epochs of ``shown_band``. Published figures, which are of the final weights, are
    marked at the right end of the epochs. Errors, and the losses of a regression, have a
    logarithmic axis if they fall far; its bottom stands for 0.000.
    """
    experiment = result.experiment
    metric = experiment.tracked[0]
    published = result.published(metric)
    same_units = experiment.dataset.target_transform is None
    is_loss = same_units and readable(metric) == readable(experiment.loss.name)
    names = [metric] if is_loss else ["loss", metric]

    height = 1.0 + 1.6 * len(names)
    picture = Figure(figsize=(WIDTH, height))
    longest = max((len(PUBLISHED.format(it)) for it in published.values()), default=0)
    right = max(0.96 - 0.0125 * longest, 0.5)
    picture.subplots_adjust(LEFT, 0.42 / height, right, 1 - 0.5 / height, hspace=0.12)
    panels = picture.subplots(len(names), sharex=True, squeeze=False)[:, 0]
    for panel, name in zip(panels, names, strict=True):
        panel.set_ylabel(readable(name))
        panel.yaxis.set_label_coords((0.033 - LEFT) / (right - LEFT), 0.5)
        _draw(panel, result, "loss" if is_loss else name, published if name == metric else {})
    panels[-1].set(xlabel="Epoch", xlim=(0.5, result.epochs + 0.5))
    panels[-1].locator_params(axis="x", integer=True, min_n_ticks=1)

    trainings = trainings_of(result.experiment)
    several = len(result.trainings) > 1
    subtitle = f"Median and 10th to 90th percentile of {trainings}" if several else trainings
    subtitle += f"; {result.diverged} diverged" if result.diverged else ""
    title = cut(on_one_line(readable(experiment.loss.name)), LONGEST_TITLE)
    write_heading(picture, title, [subtitle])
    picture.legend(*panels[0].get_legend_handles_labels(), loc="upper right", ncols=2)
    return picture


def _draw(panel: Axes, result: Result, name: str, published: Mapping[Part, Decimal]) -> None:
    """Draw the loss or a metric over epochs, train and test, and mark its published figures."""
    single = result.epochs == 1  # makes neither a line nor an area, so draw a point and a bar
    curves, starts = [], []
    for part, colour in COLOURS.items():
        epochs, middle, low, high = shown_band(result.histories(part, name))
        panel.fill_between(epochs, low, high, color=colour, alpha=0.2, lw=4 if single else 0)
        panel.plot(epochs, middle, "o" if single else "-", color=colour, label=part, markersize=4)
        curves += [middle, low, high]
        starts.append(middle[0])
    drawn = np.concatenate(curves)
    if name == "loss":
        # The loss of some, such as gaussian_nll, goes below 0.
        is_error = result.experiment.loss.row.problem == "regression"
        log = is_error and not (drawn < 0).any()
    else:
        log = METRICS[name].is_error
    anchors = np.array([*starts, *map(float, published.values())])
    set_limits(panel, "y", drawn, anchors, log)
    _mark(panel, published)


def _mark(panel: Axes, published: Mapping[Part, Decimal]) -> None:
    """Mark figures on the right margin, with labels apart even where the figures coincide."""
    to_axes = panel.transData + panel.transAxes.inverted()
    shown = {part: np.clip(float(figure), *panel.get_ylim()) for part, figure in published.items()}
    heights = {part: to_axes.transform((1, figure))[1] for part, figure in shown.items()}
    upper = max(heights, key=heights.__getitem__, default=None)
    missing = max(0.0, LABEL - np.ptp([*heights.values()])) if len(heights) == 2 else 0.0
    for part, height in heights.items():
        beside = height + missing / 2 * (1 if part == upper else -1)
        look: dict[str, Any] = {"color": COLOURS[part], "transform": panel.transAxes}
        panel.plot([1, 1.025, 1.05], [height, height, beside], lw=1, clip_on=False, **look)
        text = PUBLISHED.format(published[part])
        panel.text(1.06, beside, text, size=7, va="center_baseline", **look)
