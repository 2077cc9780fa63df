"""The learning curves of a result."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lossbench.config.trainings import trainings_of
from lossbench.pictures import end_labels
from lossbench.pictures.axes import set_limits
from lossbench.pictures.end_labels import EndLabel, last_value
from lossbench.pictures.style import (
    COLOURS,
    DASHES,
    LEFT,
    MARKS,
    NORMAL,
    STYLE,
    Style,
    cut,
    heading_height,
    readable,
    write_heading,
)
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import shown_band
from lossbench.tables.metrics import METRICS
from lossbench.text import on_one_line

PUBLISHED = "published\n{}: {}"
LONGEST_TITLE = 60


@rc_context(STYLE)
def learning_curves(result: Result, style: Style = NORMAL, former: Sequence[Figure] = ()) -> Figure:
    """Draw the loss over epochs and, below it, the first metric, unless that is the loss.

    With a ``target_transform`` it never is: the metric is in the units of the target.

    A line is the median over the seeds; its band reaches from the 10th to the 90th percentile,
    both in the epochs of ``shown_band``. Published figures, which are of the final weights, are
    marked at the right end of the epochs. Errors, and the losses of a regression, have a
    logarithmic axis if they fall far; its bottom stands for 0.000.

    One of the ``former`` pictures of learning curves, which are not needed any more, becomes this
    one if it has as many panels: most of the time would go into new axes and their ticks.
    """
    experiment = result.experiment
    metric = experiment.tracked[0]
    published = result.published(metric)
    same_units = experiment.dataset.target_transform is None
    is_loss = same_units and readable(metric) == readable(experiment.loss.name)
    names = [metric] if is_loss else ["loss", metric]

    above = heading_height(1, style)
    height = 0.5 + above + 1.6 * len(names)
    picture, panels = _panels(len(names), former)
    picture.set_size_inches(style.width, height)
    beside = end_labels.width([*PARTS, *(_published(*it) for it in published.items())], style)
    left, right = LEFT / style.width, max(1 - beside / style.width, 0.5)
    picture.subplots_adjust(left, 0.42 / height, right, 1 - above / height, hspace=0.12)
    for panel, name in zip(panels, names, strict=True):
        panel.set_ylabel(readable(name))
        panel.yaxis.set_label_coords((0.15 / style.width - left) / (right - left), 0.5)
        marked = published if name == metric else {}
        labels = _draw(panel, result, "loss" if is_loss else name, marked)
        end_labels.draw(panel, labels, style)
    panels[-1].set(xlabel="Epoch", xlim=(0.5, result.epochs + 0.5))
    panels[-1].locator_params(axis="x", integer=True, min_n_ticks=1)

    trainings = trainings_of(result.experiment)
    several = len(result.trainings) > 1
    subtitle = f"Median and 10th to 90th percentile of {trainings}" if several else trainings
    subtitle += f"; {result.diverged} diverged" if result.diverged else ""
    title = cut(on_one_line(readable(experiment.loss.name)), LONGEST_TITLE)
    write_heading(picture, title, [subtitle], style)
    return picture


def _panels(count: int, former: Sequence[Figure]) -> tuple[Figure, list[Axes]]:
    """A picture with so many empty panels, one below the other; a former one that has as many."""
    picture = next((it for it in former if len(it.axes) == count), None)
    if picture is None:
        picture = Figure()
        return picture, [*picture.subplots(count, sharex=True, squeeze=False)[:, 0]]
    for panel in picture.axes:
        for drawn in (*panel.lines, *panel.collections, *panel.texts):
            drawn.remove()
        panel.set_yscale("linear")
    for line in picture.texts[1:]:  # the first one is the title, which is written anew
        line.remove()
    return picture, picture.axes


def _draw(
    panel: Axes, result: Result, name: str, published: Mapping[Part, Decimal]
) -> list[EndLabel]:
    """Draw the loss or a metric over epochs, train and test; gives what to label at the right."""
    single = result.epochs == 1  # makes neither a line nor an area, so draw a point and a bar
    curves, starts, labels = [], [], []
    for part, colour in COLOURS.items():
        epochs, middle, low, high = shown_band(result.histories(part, name))
        panel.fill_between(epochs, low, high, color=colour, alpha=0.2, lw=4 if single else 0)
        look: dict[str, Any] = {"linestyle": DASHES[part], **(MARKS[part] if single else {})}
        panel.plot(epochs, middle, color=colour, label=part, markersize=4, **look)
        curves += [middle, low, high]
        starts.append(middle[0])
        labels.append(EndLabel(part, last_value(middle), colour, DASHES[part]))
    drawn = np.concatenate(curves)
    if name == "loss":
        # The loss of some, such as gaussian_nll, goes below 0.
        is_error = result.experiment.loss.row.problem == "regression"
        log = is_error and not (drawn < 0).any()
    else:
        log = METRICS[name].is_error
    anchors = np.array([*starts, *map(float, published.values())])
    set_limits(panel, "y", drawn, anchors, log)
    for part, value in published.items():
        label = _published(part, value)
        labels.append(EndLabel(label, float(value), COLOURS[part], DASHES[part]))
    return labels


def _published(part: Part, value: Decimal) -> str:
    return PUBLISHED.format(part, value)
