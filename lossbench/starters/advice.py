"""Which losses suit data, and when each is good: what the configs of ``lossbench new`` say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lossbench.data.arrays import DatasetError
from lossbench.starters.description import Description
from lossbench.tables.losses import LOSSES, NAMES, Loss, TargetShape
from lossbench.tables.losses.loss import Suits
from lossbench.text import nearest

# Why a loss for such data is not offered for others.
REASONS: dict[Suits, str] = {
    "rare classes": "is for classes of which some are far rarer than others",
    "counts and long tails": "is for counts, and for targets from 0 with a long tail to the right",
    "long tails": "is for targets from 0 with a long tail to the right",
    "positive targets": "divides by the target, so it is for measures far above 0 that differ much",
}
# They learn the target in multiples of its mean: it keeps its sign there.
OF_POSITIVE = ("counts and long tails", "long tails", "positive targets")
OF_LOGARITHM = (
    "Squares the errors of the logarithm: errors count in proportion to the target, so that few "
    "large ones do not decide the result. Predictions aim at the geometric mean."
)
OF_ONE_HOT = (
    "Compares a linear output for each class, or its probability, with 1 for the right class and 0 "
    "for others, as if they were numbers to be met."
)
BALANCED = (
    "Counts every class the same, however few rows it has: rare classes are found more often, and "
    "more rows of the others are taken for them."
)


@dataclass(frozen=True)
class Advice:
    """A loss that suits, and when it is good.

    ``name`` is the config's name if it is not the loss's, as for a variant with ``parameters``.
    ``transform`` is what the network learns of a real target, ``activation`` that of the output
    layer if it is not the loss's first, and ``keys`` has further keys of the config.
    """

    loss: str
    good: str
    name: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    transform: str = "standardize"
    activation: str = ""
    keys: Mapping[str, Any] = field(default_factory=dict)


def suiting(description: Description) -> tuple[list[Advice], dict[str, str]]:
    """The losses that suit, and why others of the same problem do not."""
    rows = [row for row in LOSSES.values() if row.problem == description.problem]
    against = {row.name: reason for row in rows if (reason := _against(row, description))}
    chosen: list[Advice] = []
    for row in rows:
        if row.name not in against:
            chosen.append(_advice(row))
            chosen += [Advice(row.name, it.advice, it.name, it.parameters) for it in row.variants]
    return [*chosen, *_variants(chosen[0].loss, description)], against


def named(name: str, description: Description) -> Advice:
    """The loss of a name, if it fits the target; raises DatasetError where there is none.

    It may be the name of a variant that suits, and of a loss that does not suit.
    """
    suit = {it.name or it.loss: it for it in suiting(description)[0]}
    others = {
        row.name: _advice(row)
        for row in LOSSES.values()
        if row.fits(TargetShape(len(description.balance))) and row.problem == description.problem
    }
    if len(description.balance) > 2:
        others |= {
            row.name: Advice(row.name, OF_ONE_HOT, parameters={"labels": "one-hot"})
            for row in LOSSES.values()
            if row.on_classes
        }
    known = others | suit
    found = known.get(NAMES.get(name, name)) or known.get(name)
    if found is None:
        message = f"has {name!r}, which does not fit the data; {nearest(name, known)}"
        raise DatasetError("--losses", message)
    return found


def _advice(row: Loss) -> Advice:
    if row.suits not in OF_POSITIVE:
        return Advice(row.name, row.advice)
    # A linear output may fall below 0, where such a loss has no gradient or a wrong one.
    activation = "softplus" if row.activation == "linear" else ""
    return Advice(row.name, row.advice, transform="mean", activation=activation)


def _against(row: Loss, description: Description) -> str:
    """Why a loss does not suit the data; nothing where it does."""
    if row.not_offered:
        return row.not_offered
    target = description.target
    suits = {
        "any": True,
        "rare classes": description.unbalanced,
        "counts and long tails": target and (target.is_count or target.has_long_tail),
        "long tails": target and target.has_long_tail,
        "positive targets": target and target.matters_in_per_cent,
    }
    return "" if suits[row.suits] else REASONS[row.suits]


def _variants(loss: str, description: Description) -> Iterator[Advice]:
    """The usual loss in ways that suit the data: of a logarithm, and with balanced classes."""
    target = description.target
    if target and target.has_long_tail:
        transform = "log" if target.low > 0 else "log1p"
        yield Advice(loss, OF_LOGARITHM, f"{loss}_of_{transform}", transform=transform)
    if description.unbalanced:
        yield Advice(loss, BALANCED, f"{loss}_balanced", keys={"class_weight": "balanced"})
