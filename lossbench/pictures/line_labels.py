"""Names at the ends of lines, apart even where the lines end at one place."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from matplotlib.axes import Axes

LINE = 0.125  # inches, from one line of such a name to the next
SIZE = 7  # points


class LineLabel(NamedTuple):
    """A name, the height at which its line ends, in data, and its colour."""

    text: str
    end: float
    colour: str


def write_line_labels(
    panel: Axes, labels: Sequence[LineLabel], side: Literal["left", "right"] = "right"
) -> None:
    """Write names beside a panel, whose limits are set, each joined to the end of its line."""
    picture = panel.get_figure(root=True)
    assert picture
    height = panel.get_position().height * picture.get_figheight()
    width = panel.get_position().width * picture.get_figwidth()
    to_axes = panel.transData + panel.transAxes.inverted()
    low, high = panel.get_ylim()
    ends = [to_axes.transform((0, min(max(it.end, low), high)))[1] for it in labels]
    tall = [LINE * (it.text.count("\n") + 1) / height for it in labels]
    look: dict[str, Any] = {"transform": panel.transAxes, "clip_on": False}
    near, far, start = (
        1 + inches / width if side == "right" else -inches / width for inches in (0.03, 0.13, 0.17)
    )
    towards = "left" if side == "right" else "right"
    for it, end, beside in zip(labels, ends, apart(ends, tall), strict=True):
        panel.plot([near, far], [end, beside], color=it.colour, lw=0.6, **look)
        panel.text(
            start, beside, it.text, color=it.colour, size=SIZE, ha=towards, va="center", **look
        )


def apart(wanted: Sequence[float], tall: Sequence[float]) -> list[float]:
    """Places as near to those wanted as names of these heights can stand without touching.

    The panel reaches from 0 to 1; names stand within it if there is room for them.
    """
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    found = [*wanted]
    edge = -float("inf")
    for number in order:  # push up
        found[number] = max(wanted[number], edge + tall[number] / 2)
        edge = found[number] + tall[number] / 2
    edge = max(1.0, sum(tall))
    for number in reversed(order):  # and down again, what was pushed out above
        found[number] = min(found[number], edge - tall[number] / 2)
        edge = found[number] - tall[number] / 2
    return found
