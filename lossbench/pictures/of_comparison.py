"""Pictures that set losses side by side: their curves on the same axes, and decision boundaries."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import Comparison
from lossbench.pictures import end_labels
from lossbench.pictures.axes import set_limits
from lossbench.pictures.decision_boundaries import boundaries, data_of, has_boundaries
from lossbench.pictures.end_labels import EndLabel, identical, last_value
from lossbench.pictures.names import of_data
from lossbench.pictures.short_names import short_names
from lossbench.pictures.style import (
    LEFT,
    LINE,
    LINE_DASHES,
    LINES,
    NORMAL,
    STYLE,
    Style,
    heading_height,
    legend_columns,
    literal,
    readable,
    shortened,
    which_of_many,
    write_heading,
)
from lossbench.results.result import PARTS, Result, column
from lossbench.results.statistics import Band, shown_band
from lossbench.tables.metrics import METRICS

MOST_LINES = 2 * len(LINES)  # in one picture, no two of which look the same
LONGEST_TITLE = 36  # characters of the data's name in a title
# Letters of a name at the end of a line and below the panels, for each inch of the width.
AT_END, BELOW = 4.3, 13
BETWEEN = 0.28  # inches from one panel to the next, with the title of the second


def pictures(
    comparisons: Sequence[Comparison], allow_code: bool = False, style: Style = NORMAL
) -> dict[str, Figure]:
    """The pictures of all comparisons by their names, which are those of the data.

    With ``allow_code`` the functions of configs are run where a picture needs them.
    """
    drawn: dict[str, Figure | None] = {}
    files = DataFiles()
    for name, comparison in zip(of_data(comparisons), comparisons, strict=True):
        drawn[f"curves_{name}"] = curves(comparison, style)
        if not has_boundaries(comparison, allow_code):
            continue
        if split := data_of(comparison, files):
            drawn[f"boundaries_{name}"] = boundaries(comparison, split, allow_code, style)
    return {name: picture for name, picture in drawn.items() if picture}


def shown_in_curves(comparison: Comparison) -> tuple[Result, ...]:
    """The experiments that ``curves`` draws: of many the best ones, and only with a history."""
    name = column("test", comparison.metric)
    return tuple(it for it in comparison.best(MOST_LINES) if name in it.trainings[0].history)


@rc_context(STYLE)
def curves(comparison: Comparison, style: Style = NORMAL) -> Figure | None:
    """Draw the metric over epochs, a line and a band for each experiment.

    A line is the median over the seeds; its band reaches from the 10th to the 90th percentile,
    both in the epochs of ``shown_band``. The parts have a panel each, on the same axes. A line has
    its name at its end, and lines that are the same to the last bit share a label that says so.
    Experiments without a history are left out; None where that leaves nothing. Of more than
    MOST_LINES experiments, the best are drawn.
    """
    shown = shown_in_curves(comparison)
    if not shown:
        return None
    names = [result.experiment.name for result in shown]
    bands = {
        part: [shown_band(it.histories(part, comparison.metric)) for it in shown] for part in PARTS
    }
    short = short_names(names, int(AT_END * style.width))
    labels = {part: _end_labels(short, bands[part]) for part in PARTS}
    # What is cut at its end stands below in full.
    keys = [] if short == names else _keys(names, int(BELOW * style.width))
    columns = legend_columns(keys, style) if keys else 1
    legend = LINE * -(-len(keys) // columns) + (0.08 if keys else 0.0)
    tall = max(1.55, *(style.line * sum(it.lines for it in labels[part]) for part in PARTS))
    lines = [
        "Median and 10th to 90th percentile of the seeds",
        *which_of_many(len(comparison.results), MOST_LINES),
    ]
    above = heading_height(len(lines), style) + 0.2
    height = above + 2 * tall + BETWEEN + 0.42 + legend
    picture = Figure(figsize=(style.width, height))
    title = f"{readable(comparison.metric)} on {literal(comparison.data, LONGEST_TITLE)}"
    write_heading(picture, title, lines, style)
    texts = [it.text for of_part in labels.values() for it in of_part]
    right = max(1 - end_labels.width(texts, style) / style.width, 0.5)
    edges = (LEFT / style.width, (0.42 + legend) / height, right, 1 - above / height)
    picture.subplots_adjust(*edges, hspace=BETWEEN / tall)
    panels = picture.subplots(len(PARTS), 1, sharex=True, sharey=True)
    _set_limits(panels[0], comparison.metric, [it for part in PARTS for it in bands[part]])
    for panel, part in zip(panels, PARTS, strict=True):
        _draw(panel, bands[part])
        panel.set_title(part, loc="left", size=8)
        panel.set_ylabel(readable(comparison.metric))
        end_labels.draw(panel, labels[part], style)
    panels[-1].set_xlabel("Epoch")
    if keys:
        picture.legend(panels[0].lines, keys, loc="lower center", ncols=columns)
    return picture


def _keys(names: Sequence[str], most: int) -> list[str]:
    """The names in at most ``most`` letters, as whole as they can be told apart."""
    keys = [shortened(it, most) for it in names]
    return keys if len({*keys}) == len(keys) else short_names(names, most)


def _end_labels(names: Sequence[str], bands: Sequence[Band]) -> list[EndLabel]:
    """A label for each line, or for those that lie upon each other all along."""
    alike: list[list[int]] = []
    for number, band in enumerate(bands):
        same = next((it for it in alike if _are_identical(bands[it[0]], band)), None)
        if same:
            same.append(number)
        else:
            alike.append([number])
    labels = []
    for numbers in alike:
        look = _look(numbers[0])
        text = identical([names[it] for it in numbers])
        end = last_value(bands[numbers[0]][1])
        labels.append(EndLabel(text, end, look["color"], look["linestyle"]))
    return labels


def _are_identical(one: Band, other: Band) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))


def _draw(panel: Axes, bands: Sequence[Band]) -> None:
    for number, (epochs, middle, low, high) in enumerate(bands):
        look = _look(number)
        panel.fill_between(epochs, low, high, color=look["color"], alpha=0.15, lw=0)
        marker = "o" if len(epochs) == 1 else ""
        panel.plot(epochs, middle, marker=marker, **look)


def _set_limits(panel: Axes, metric: str, bands: Sequence[Band]) -> None:
    drawn = np.concatenate([line for _, *lines in bands for line in lines])
    anchors = np.array([middle[end] for _, middle, *_ in bands for end in (0, -1)])
    set_limits(panel, "y", drawn, anchors, METRICS[metric].is_error)
    panel.set_xlim(0.5, max(epochs[-1] for epochs, *_ in bands) + 0.5)
    panel.locator_params(axis="x", integer=True, min_n_ticks=1)


def _look(number: int) -> dict[str, Any]:
    """The colour and the dashes of a line; dashes show lines that lie on each other.

    No two of the first MOST_LINES numbers look the same.
    """
    dashes = LINE_DASHES[(number + number // len(LINES)) % len(LINE_DASHES)]
    return {"color": LINES[number % len(LINES)], "linestyle": dashes}
