"""Which losses suit data, and when each is good: what the configs of ``lossbench new`` say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lossbench.starters.description import Description
from lossbench.tables.losses import LOSSES, Loss


@dataclass(frozen=True)
class Advice:
    """A loss that suits, and when it is good.

    ``name`` is the config's name if it is not the loss's, as for a variant with ``parameters``.
    """

    loss: str
    good: str
    name: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)


def suiting(description: Description) -> tuple[list[Advice], dict[str, str]]:
    """The losses that suit, and why others of the same problem do not."""
    rows = [row for row in LOSSES.values() if row.problem == description.problem]
    against = {row.name: reason for row in rows if (reason := _against(row, description))}
    chosen: list[Advice] = []
    for row in rows:
        if row.name not in against:
            chosen.append(Advice(row.name, row.advice))
            chosen += [Advice(row.name, it.advice, it.name, it.parameters) for it in row.variants]
    return chosen, against


def _against(row: Loss, description: Description) -> str:
    """Why a loss does not suit the data; nothing where it does."""
    if row.rare_classes and not description.unbalanced:
        return "is for classes of which some are far rarer than others"
    return row.not_offered
