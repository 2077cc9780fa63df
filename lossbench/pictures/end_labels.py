"""Labels at the ends of lines, beside a panel, none of which overlaps another."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from lossbench.pictures.style import Style
from lossbench.results.result import Array

LEADER, SPACE = (0.04, 0.12), 0.03  # inches, of the line that leads to a label, and behind it


class EndLabel(NamedTuple):
    """A text of one or more lines, the value where its line ends, and the line's look."""

    text: str
    value: float
    colour: str
    dashes: Any = "-"

    @property
    def lines(self) -> int:
        """How many lines of text it has."""
        return self.text.count("\n") + 1


def identical(names: Sequence[str]) -> str:
    """The text of a label: a name, or several with a line each that says that they are the same."""
    if len(names) == 1:
        return names[0]
    return "\n".join([*(f"{it}," for it in names[:-1]), f"{names[-1]}:", "identical"])


def last_value(middle: Array) -> float:
    """Where a line ends; NaN where it has no point."""
    finite = middle[np.isfinite(middle)]
    return float(finite[-1]) if finite.size else float("nan")


def width(texts: Sequence[str], style: Style) -> float:
    """How many inches labels take up beside a panel."""
    # An ellipsis is wider than a letter.
    longest = max(
        (len(line) + line.count("…") for text in texts for line in text.split("\n")), default=0
    )
    return LEADER[1] + SPACE + style.letter * longest + 0.05


def draw(
    panel: Axes,
    labels: Sequence[EndLabel],
    style: Style,
    side: Literal["left", "right"] = "right",
) -> None:
    """Draw labels beside a panel whose limits are set.

    Each stands as near to the end of its line as the others allow, and a thin line leads there.
    What ends outside of the panel is labelled at its edge.
    """
    labels = [it for it in labels if np.isfinite(it.value)]
    picture = panel.get_figure(root=True)
    assert picture is not None
    across, up = picture.get_size_inches() * panel.get_position().size
    low, high = panel.get_ylim()
    to_axes = panel.transData + panel.transAxes.inverted()
    ends = [to_axes.transform((1, np.clip(it.value, low, high)))[1] for it in labels]
    heights = [style.line * it.lines / up for it in labels]
    edge, away = (1, 1) if side == "right" else (0, -1)
    start, turn, text = (edge + away * it / across for it in (*LEADER, LEADER[1] + SPACE))
    leaders = []
    for label, end, place in zip(labels, ends, spread(ends, heights), strict=True):
        leaders.append([(edge, end), (start, end), (turn, place)])
        panel.text(
            text,
            place,
            label.text,
            size=style.small,
            ha="left" if side == "right" else "right",
            va="center",
            linespacing=1.2,
            transform=panel.transAxes,
        )
    look: dict[str, Any] = {
        "colors": [it.colour for it in labels],
        "linestyles": [it.dashes for it in labels],
    }
    panel.add_collection(
        LineCollection(leaders, linewidths=0.8, transform=panel.transAxes, clip_on=False, **look),
        autolim=False,
    )


def spread(ends: Sequence[float], heights: Sequence[float]) -> list[float]:
    """The middles of labels, as near as can be to the ends of their lines, in the same order.

    All are shares of the height of a panel. Labels do not overlap, and stay within 0 and 1 unless
    there are too many.
    """
    if not ends:
        return []
    # Of those that end at one place the first is the highest.
    order = np.array(sorted(range(len(ends)), key=lambda it: (ends[it], -it)))
    tall = np.array(heights)[order]
    # How far each is above the first one if they touch. Beyond that, places must not decrease.
    touching = np.concatenate([[0.0], np.cumsum((tall[:-1] + tall[1:]) / 2)])
    blocks: list[list[float]] = []
    for wanted in np.array(ends)[order] - touching:
        blocks.append([float(wanted)])
        while len(blocks) > 1 and np.mean(blocks[-2]) >= np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    places = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])
    lowest, highest = tall[0] / 2, 1 - tall[-1] / 2 - touching[-1]
    middle = (lowest + highest) / 2
    places = np.clip(places, min(lowest, middle), max(highest, middle)) + touching
    found = np.empty(len(ends))
    found[order] = places
    return found.tolist()
