"""Pictures that set losses side by side: their curves on the same axes, and decision boundaries."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import Comparison
from lossbench.pictures.axes import set_limits
from lossbench.pictures.decision_boundaries import boundaries, data_of, has_boundaries
from lossbench.pictures.style import (
    LEFT,
    LINE,
    STYLE,
    WIDTH,
    literal,
    png,
    readable,
    shortened,
    top_below_heading,
    which_of_many,
    write_heading,
)
from lossbench.results.result import PARTS, Result, column
from lossbench.results.statistics import shown_band
from lossbench.tables.metrics import METRICS

# Okabe and Ito's colours, which colour-blind people can tell apart.
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", (0, (4, 3)), (0, (1, 2)))
MOST_LINES = 2 * len(LINES)  # in one picture, no two of which look the same
LONGEST = 62  # characters across a picture
LONGEST_TITLE = 36  # characters of the data's name in a title


def pictures(comparisons: Sequence[Comparison], allow_code: bool = False) -> dict[str, bytes]:
    """The pictures of all comparisons by the names of their files, which have their numbers.

    With ``allow_code`` the functions of configs are run where a picture needs them.
    """
    drawn: dict[str, Figure | None] = {}
    files = DataFiles()
    for number, comparison in enumerate(comparisons, start=1):
        drawn[f"curves_{number}.png"] = curves(comparison)
        if not has_boundaries(comparison, allow_code):
            continue
        if split := data_of(comparison, files):
            drawn[f"boundaries_{number}.png"] = boundaries(comparison, split, allow_code)
    return {name: png(picture) for name, picture in drawn.items() if picture}


def shown_in_curves(comparison: Comparison) -> tuple[Result, ...]:
    """The experiments that ``curves`` draws: of many the best ones, and only with a history."""
    name = column("test", comparison.metric)
    return tuple(it for it in comparison.best(MOST_LINES) if name in it.trainings[0].history)


@rc_context(STYLE)
def curves(comparison: Comparison) -> Figure | None:
    """Draw the metric over epochs, a line and a band for each experiment.

    A line is the median over the seeds; its band reaches from the 10th to the 90th percentile,
    both in the epochs of ``shown_band``. The parts have a panel each, on the same axes.
    Experiments without a history are left out; None where that leaves nothing. Of more than
    MOST_LINES experiments, the best are drawn.
    """
    shown = shown_in_curves(comparison)
    if not shown:
        return None
    columns = _legend_columns([result.experiment.name for result in shown])
    legend = LINE * -(-len(shown) // columns)
    lines = [
        "Median and 10th to 90th percentile of the seeds",
        *which_of_many(len(comparison.results), MOST_LINES),
    ]
    height = 4.3 + legend + LINE * len(lines)
    picture = Figure(figsize=(WIDTH, height))
    title = f"{readable(comparison.metric)} on {literal(comparison.data, LONGEST_TITLE)}"
    write_heading(picture, title, lines)
    top = top_below_heading(picture, lines)
    picture.subplots_adjust(LEFT, (0.5 + legend) / height, 0.98, top, hspace=0.2)
    panels = picture.subplots(len(PARTS), 1, sharex=True, sharey=True)
    drawn, anchors = [], []
    for panel, part in zip(panels, PARTS, strict=True):
        for number, result in enumerate(shown):
            epochs, middle, low, high = shown_band(result.histories(part, comparison.metric))
            look = _look(number)
            panel.fill_between(epochs, low, high, color=look["color"], alpha=0.15, lw=0)
            marker = "o" if len(epochs) == 1 else ""
            name = shortened(result.experiment.name, LONGEST // columns)
            panel.plot(epochs, middle, marker=marker, **look, label=name)
            drawn += [middle, low, high]
            anchors += [middle[0], middle[-1]]
        panel.set_title(part, loc="left", size=8)
    is_error = METRICS[comparison.metric].is_error
    set_limits(panels[0], "y", np.concatenate(drawn), np.array(anchors), is_error)
    panels[-1].set(xlabel="Epoch")
    panels[-1].locator_params(axis="x", integer=True, min_n_ticks=1)
    handles, labels = panels[0].get_legend_handles_labels()
    picture.legend(handles, labels, loc="lower center", ncols=columns)
    return picture


def _legend_columns(names: Sequence[str]) -> int:
    """Two columns, unless a name is too long for half of the width."""
    return 2 if max(map(len, names)) <= LONGEST // 2 else 1


def _look(number: int) -> dict[str, Any]:
    """The colour and the dashes of a line; dashes show lines that lie on each other.

    No two of the first MOST_LINES numbers look the same.
    """
    dashes = DASHES[(number + number // len(LINES)) % len(DASHES)]
    return {"color": LINES[number % len(LINES)], "linestyle": dashes}
