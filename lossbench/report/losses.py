"""The losses of the page's experiments: what each one is, and when to take it."""

from collections.abc import Mapping, Sequence
from typing import Any

from lossbench.config.grid import text
from lossbench.pictures.of_loss import small
from lossbench.pictures.style import readable
from lossbench.pictures.svg import inline
from lossbench.results.result import Result
from lossbench.tables.losses import Loss
from lossbench.tables.losses.formula import in_formula

LOSSES_SHOWN = 24  # a picture of each takes time
PICTURE = "{} of a row as a line, and its gradient as a dashed one."


def losses_of(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Each loss of the table with its parameters once, in the order of the results.

    A person's own loss and a sum have no advice, and are left out.
    """
    found = {
        (it.row.name, text(it.parameters)): it
        for it in (result.experiment.loss for result in results)
        if it.row.advice
    }
    return [
        {
            "title": readable(it.name),
            "parameters": ", ".join(_told(it.row, it.parameters)),
            "formula": it.row.formula,
            "advice": it.row.advice,
            "picture": _picture(it.row, it.parameters, number),
        }
        for number, it in enumerate([*found.values()][:LOSSES_SHOWN], start=1)
    ]


def _told(row: Loss, parameters: Mapping[str, Any]) -> list[str]:
    """The parameters that the formula has, and others that are not the default."""
    spoken_of = in_formula(row)
    return [
        f"{name} {text(value)}"
        for name, value in parameters.items()
        if name in spoken_of or value != row.parameters[name].default
    ]


def _picture(row: Loss, parameters: Mapping[str, Any], number: int) -> str:
    drawn = small(row, parameters)
    return inline(drawn, f"loss-{number}", PICTURE.format(readable(row.name))) if drawn else ""
