"""The picture of many losses: a small panel for each, by problem."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.pictures.loss_courses import defaults, over_of
from lossbench.pictures.of_loss import draw_small, line_name
from lossbench.pictures.style import LINE, STYLE, WIDTH, write_heading
from lossbench.tables.losses import Loss
from lossbench.tables.losses.explanation import Over
from lossbench.text import capital

COLUMNS = 3
LEFT, ACROSS, UP = 0.36, 1.06, 0.8  # inches: beside a panel, and the panel itself
NAME, BELOW = 0.12, 0.4  # inches, for a line of a name, and for the axis and some space
HEADING = 0.34  # inches, for the name of a problem
AXES: dict[Over, str] = {
    "error": "error",
    "output": "output, target 1",
    "margin": "margin",
    "probability": "probability",
}


class _Row(NamedTuple):
    """Losses that stand beside each other, and how many lines their longest name has."""

    losses: Sequence[Loss]
    lines: int

    @property
    def height(self) -> float:
        """In inches."""
        return NAME * self.lines + UP + BELOW


@rc_context(STYLE)
def gallery(losses: Sequence[Loss]) -> Figure:
    """Draw losses of the table with their default parameters, by problem.

    In each panel the line is the loss, and the dashed one its gradient.
    """
    problems: dict[str, list[Loss]] = {}
    for loss in losses:
        problems.setdefault(capital(loss.problem), []).append(loss)
    rows = {problem: [*_rows(its)] for problem, its in problems.items()}
    one = len(rows) == 1
    top = 0.4 + LINE
    height = top + sum(row.height for its in rows.values() for row in its)
    height += 0 if one else HEADING * len(rows)
    drawn = Figure(figsize=(WIDTH, height))
    write_heading(drawn, next(iter(rows)) if one else "Losses", ["Dashed: the gradient"])
    here = height - top
    for problem, its in rows.items():
        if not one:
            drawn.text(0.02, (here - 0.12) / height, problem, weight="bold", va="center")
            here -= HEADING
        for row in its:
            _draw(drawn, row, here - NAME * row.lines)
            here -= row.height
    return drawn


def _rows(losses: Sequence[Loss]) -> Iterator[_Row]:
    for start in range(0, len(losses), COLUMNS):
        here = losses[start : start + COLUMNS]
        yield _Row(here, max(line_name(it).count("\n") + 1 for it in here))


def _draw(drawn: Figure, row: _Row, top: float) -> None:
    """Draw the panels of a row, whose upper ends are ``top`` inches above the lower edge."""
    wide, high = drawn.get_size_inches()
    for number, loss in enumerate(row.losses):
        left = LEFT + number * wide / COLUMNS
        panel = drawn.add_axes((left / wide, (top - UP) / high, ACROSS / wide, UP / high))
        draw_small(panel, loss, defaults(loss))
        if over := over_of(loss):
            panel.set_xlabel(AXES[over], size=6.5, labelpad=1)
        panel.set_title(line_name(loss), loc="left", size=7, pad=3)
