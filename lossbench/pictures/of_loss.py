"""The picture of a loss: it and its gradient beside other losses, and with other parameters."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lossbench.pictures import end_labels
from lossbench.pictures.loss_courses import (
    RARE,
    REACH,
    Array,
    Course,
    Setting,
    can_be_drawn,
    course,
    defaults,
    over_of,
)
from lossbench.pictures.style import (
    LINE,
    LINE_DASHES,
    LINES,
    NORMAL,
    STYLE,
    readable,
    write_heading,
)
from lossbench.tables.losses import LOSSES, Loss
from lossbench.tables.losses.explanation import Over
from lossbench.tables.parameters import Parameter

AT_1 = ", where the target is 1"
X_LABELS: dict[Over, str] = {
    "error": "Error: output - target",
    "output": f"Output{AT_1}",
    "margin": "Margin: label x output",
    "probability": "Probability of the right class",
}
OF_SEVERAL = "Output of the right class, where the others are 0"
OF_A_RARE_CLASS = f"Output of the right class, of share {RARE:g}; the others are 0"
TARGETS = (1.0, 2.0, 3.0)
VARIANCES = (0.25, 1.0, 4.0)
NUMBERS, NAMES = 0.62, 1.25  # inches beside the panels, for numbers and for the names of lines
PANEL, GAP = 1.35, 0.1  # inches that a panel is high, and between two that share an axis
BELOW = 0.42  # inches, for the numbers and the name of an axis
HEADING = 0.2  # inches above the panels with other parameters
SMALL = (2.2, 1.5)  # inches
FLAT = 3.5  # a curve is flat if the panel is so many times as high
NAME = 18  # letters of a line of a name


class Line(NamedTuple):
    """A line in a panel: its name, and its course."""

    name: str
    course: Course


@rc_context(STYLE)
def picture(loss: Loss) -> Figure | None:
    """Draw a loss of the table and its gradient beside others, and below with other parameters.

    The loss itself, and its default parameter, is the thick line. None where there is no picture,
    as of a person's own loss and of a sum.
    """
    over = over_of(loss)
    if over is None or loss.explained is None:
        return None
    reach = _reach(_drawn(loss)[1])
    beside = [loss, *(LOSSES[name] for name in loss.explained.beside)]
    lines = [Line(line_name(it), course(it, over, Setting(defaults(it)), reach)) for it in beside]
    what, family = _family(loss, over, reach)
    heading = textwrap.wrap(loss.formula, 68, subsequent_indent="    ")
    tops = 0.36 + LINE * len(heading)
    height = tops + (2 * PANEL + GAP + BELOW) * (2 if family else 1) + HEADING * bool(family)
    drawn = Figure(figsize=(NORMAL.width, height))
    write_heading(drawn, readable(loss.name), heading, NORMAL)
    x_label = _x_label(loss, over)
    _pair(drawn, height - tops, lines, over, x_label)
    if family:
        top = height - tops - 2 * PANEL - GAP - BELOW - HEADING
        drawn.text(0.02, (top + 0.07) / height, what, color="0.3")
        _pair(drawn, top, family, over, x_label.removesuffix(AT_1), all_whole=True)
    return drawn


@rc_context(STYLE)
def small(loss: Loss, parameters: Mapping[str, Any]) -> Figure | None:
    """Draw a loss with these parameters, all of them, in a panel to set beside words.

    The line is the loss, the dashed one its gradient. None where there is no picture, or where the
    parameters make another function of it than its formula says.
    """
    if not can_be_drawn(loss, parameters):
        return None
    drawn = Figure(figsize=SMALL)
    wide, high = SMALL
    panel = drawn.add_axes((0.36 / wide, 0.36 / high, (wide - 0.42) / wide, (high - 0.42) / high))
    draw_small(panel, loss, parameters)
    panel.set_xlabel(_x_label(loss, over_of(loss) or "error").split(", ")[0], size=7)
    return drawn


def draw_small(panel: Axes, loss: Loss, parameters: Mapping[str, Any]) -> None:
    """Draw a loss that can be drawn into a small panel: a line, and a dashed one for its gradient.

    The gradient is cut off where the loss would else be flat.
    """
    over = over_of(loss)
    assert over
    name, _ = _drawn(loss)
    reach = max(REACH, 1.5 * abs(float(parameters[name]))) if name and over == "error" else REACH
    it = course(loss, over, Setting(parameters), reach)
    panel.axhline(0, color="0.6", lw=0.6)
    panel.plot(it.x, it.gradient, color=LINES[1], linestyle=LINE_DASHES[1], lw=1.2)
    panel.plot(it.x, it.loss, color=LINES[0], lw=1.8)
    _set_limits(panel, it.x, [it.loss, it.gradient])
    panel.tick_params(labelsize=6.5)
    panel.locator_params(nbins=4)


def _reach(row: Parameter | None) -> float:
    """How far errors go, so that what happens beyond the largest parameter is seen."""
    return max(REACH, 1.25 * max(map(abs, row.drawn))) if row else REACH


def _drawn(loss: Loss) -> tuple[str, Parameter | None]:
    """The parameter that is drawn, and its name; empty and None where there is none."""
    return next(((it, row) for it, row in loss.parameters.items() if row.drawn), ("", None))


def _family(loss: Loss, over: Over, reach: float) -> tuple[str, list[Line]]:
    """The loss with several values of a parameter, or for several targets, and what that is.

    The first line is that of the default.
    """
    name, row = _drawn(loss)
    base = defaults(loss)
    if row:
        values = sorted(row.drawn, key=lambda it: it != row.default)
        settings = [Setting(base | {name: it}) for it in values]
        title = f"With other values of {name}, by default {row.default:g}"
    elif over == "output":
        name, values = "target", [*TARGETS]
        settings = [Setting(base, target=it) for it in values]
        title = "With other targets"
    elif loss.outputs == "mean and variance":
        name, values = "variance", sorted(VARIANCES, key=lambda it: it != 1)
        settings = [Setting(base, variance=it) for it in values]
        title = "With other variances"
    else:
        return "", []
    courses = [course(loss, over, it, reach) for it in settings]
    names = [f"{name} {it:g}" for it in values]
    return title, [Line(*it) for it in zip(names, courses, strict=True)]


def _pair(
    drawn: Figure,
    top: float,
    lines: Sequence[Line],
    over: Over,
    x_label: str,
    all_whole: bool = False,
) -> None:
    """Draw the losses in one panel, and their gradients below it; ``top`` is in inches."""
    wide, high = drawn.get_size_inches()
    across = (wide - NUMBERS - NAMES) / wide
    # What costs most is where lines are apart: at the right of errors, and at the left of margins.
    side: Literal["left", "right"] = "right" if over in ("error", "output") else "left"
    left = NUMBERS if side == "right" else NAMES
    for number, what in enumerate(("loss", "gradient")):
        bottom = top - (number + 1) * PANEL - number * GAP
        panel = drawn.add_axes((left / wide, bottom / high, across, PANEL / high))
        if side == "left":
            panel.yaxis.tick_right()
            panel.yaxis.set_label_position("right")
            panel.spines["left"].set_visible(False)
        curves = [getattr(it.course, what) for it in lines]
        for place in reversed(range(len(lines))):  # the first lies on top
            look: dict[str, Any] = {"color": LINES[place], "linestyle": LINE_DASHES[place % 3]}
            wider = 2.2 if place == 0 else 1.2
            panel.plot(lines[place].course.x, curves[place], lw=wider, **look)
        _set_limits(panel, lines[0].course.x, curves, all_whole)
        panel.set_ylabel(what.capitalize())
        beside = 0.5 / (wide - NUMBERS - NAMES)
        panel.yaxis.set_label_coords(-beside if side == "right" else 1 + beside, 0.5)
        panel.yaxis.label.set_verticalalignment("center")
        panel.locator_params(axis="y", nbins=5)
        if number == 0:
            panel.tick_params(labelbottom=False)
        else:
            panel.set_xlabel(x_label)
        end = -1 if side == "right" else 0
        labels = [
            end_labels.EndLabel(it.name, float(curve[end]), LINES[place], LINE_DASHES[place % 3])
            for place, (it, curve) in enumerate(zip(lines, curves, strict=True))
        ]
        end_labels.draw(panel, labels, NORMAL, side)


def _set_limits(panel: Axes, x: Array, curves: Sequence[Array], all_whole: bool = False) -> None:
    """Hold all curves; or cut off where they leave the first one, if that would else be flat."""
    low, high = min(it.min() for it in curves), max(it.max() for it in curves)
    size = np.ptp(curves[0])
    if not all_whole and high - low > FLAT * size:
        low, high = max(low, curves[0].min() - size / 2), min(high, curves[0].max() + size / 2)
    margin = 0.06 * (high - low) or 0.5
    panel.set(xlim=(x[0], x[-1]), ylim=(low - margin, high + margin))
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter("{x:g}")


def _x_label(loss: Loss, over: Over) -> str:
    if over == "margin" and loss.outputs == "of each class":
        return OF_A_RARE_CLASS if loss.class_shares else OF_SEVERAL
    return X_LABELS[over]


def line_name(loss: Loss) -> str:
    """The short name of a loss, on lines that end at an underscore."""
    words = textwrap.wrap(loss.short_name.replace("_", "_ "), NAME)
    return "\n".join(it.replace(" ", "") for it in words)
