"""The curves of the losses of a comparison, a small panel for each, all on the same axes."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.evidence.comparison import Comparison
from lossbench.pictures.axes import set_limits
from lossbench.pictures.of_comparison import shown_in_curves
from lossbench.pictures.style import COLOURS, STYLE, literal, shortened
from lossbench.results.result import Array, Part, Result
from lossbench.results.statistics import Band, shown_band
from lossbench.tables.metrics import METRICS

MOST_EPOCHS = 200  # in a panel, which is some 300 pixels wide
WIDTH, HEIGHT = 3.4, 2.0  # inches
LONGEST_TITLE = 40  # characters


@dataclass(frozen=True)
class Panel:
    """The curves of a result, and the picture of them.

    ``bands`` has for each part the epochs, from 1, and the median, the 10th and the 90th percentile
    of the seeds after these epochs, shape (epochs,) each. All panels of a comparison share the axis
    of values: its ``limits``, its ``ticks``, and whether it is logarithmic, ``log``.
    """

    result: Result
    label: str
    bands: dict[Part, Band]
    limits: tuple[float, float]
    ticks: tuple[float, ...]
    log: bool
    picture: Figure


def panels(comparison: Comparison) -> list[Panel]:
    """A panel for each experiment that ``shown_in_curves`` names, with a line for each part."""
    shown, metric = shown_in_curves(comparison), comparison.metric
    of_all = [
        {part: shown_band(it.histories(part, metric), MOST_EPOCHS) for part in COLOURS}
        for it in shown
    ]
    lines = [line for bands in of_all for _, *lines in bands.values() for line in lines]
    middles = [middle for bands in of_all for _, middle, _, _ in bands.values()]
    labels = {
        id(it): standing.label
        for it, standing in zip(comparison.results, comparison.standings, strict=False)
    }
    if not shown:
        return []
    drawn, anchors = np.concatenate(lines), np.array([[it[0], it[-1]] for it in middles]).ravel()
    return [
        _panel(comparison, it, labels[id(it)], bands, (drawn, anchors))
        for it, bands in zip(shown, of_all, strict=True)
    ]


@rc_context(STYLE)
def _panel(
    comparison: Comparison,
    result: Result,
    label: str,
    bands: dict[Part, Band],
    values: tuple[Array, Array],
) -> Panel:
    """The panel of a result; ``values`` are those of all panels, and the ones that must be seen."""
    picture = Figure(figsize=(WIDTH, HEIGHT))
    axes = picture.add_axes((0.16, 0.2, 0.81, 0.66))
    for part, colour in COLOURS.items():
        epochs, middle, low, high = bands[part]
        single = len(epochs) == 1  # makes neither a line nor an area, so draw a point and a bar
        axes.fill_between(epochs, low, high, color=colour, alpha=0.2, lw=4 if single else 0)
        axes.plot(epochs, middle, "o" if single else "-", color=colour, label=part, markersize=4)
    set_limits(axes, "y", *values, METRICS[comparison.metric].is_error)
    longest = max(it.epochs for it in comparison.results)
    axes.set(xlabel="Epoch", xlim=(0.5, longest + 0.5))
    axes.locator_params(axis="x", integer=True, min_n_ticks=1, nbins=5)
    name = shortened(literal(label, 200), LONGEST_TITLE)
    picture.text(0.02, 0.98, name, va="top", weight="bold", size=8)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2, borderaxespad=0)
    bottom, top = axes.get_ylim()
    ticks = tuple(float(it) for it in axes.get_yticks() if bottom <= it <= top)
    return Panel(result, label, bands, (bottom, top), ticks, axes.get_yscale() == "log", picture)
