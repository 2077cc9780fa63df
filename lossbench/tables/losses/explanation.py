"""What a loss does to a network: what it aims at, and how hard rows pull that are far off."""

from dataclasses import dataclass
from typing import Literal

# The constant that a loss is least at, over rows that look alike; a test minimises each loss to see
# that it is so. Of real targets:
# - "median of 1/target" is the median in which a row counts as 1 / its target
# - "geometric mean" is that of 1 + the target, less 1
# - "exponential mean" is -log(mean(exp(-a * target))) / a
# - "between median and mean" and "where most targets lie" are said of targets with a long tail
# Of classes, "mean label" is the mean of the labels as numbers, and "odds by share" are the
# logarithms of the probabilities, each divided by the share of its class.
Aim = Literal[
    "mean",
    "median",
    "median of 1/target",
    "geometric mean",
    "exponential mean",
    "between median and mean",
    "where most targets lie",
    "quantile",
    "expectile",
    "probability",
    "log-odds",
    "mean label",
    "direction of the mean label",
    "likelier class",
    "majority class",
    "odds by share",
]
# What the loss of a row depends on, which is what a picture draws it over: the error of a real
# output, the output itself, by how much the units prefer the right class, or its probability.
Over = Literal["error", "output", "margin", "probability"]


@dataclass(frozen=True)
class Explanation:
    """What a row of the table of losses says beside its formula and when to take it.

    ``when`` says in a line for which data to take the loss, and ``not_for`` when not to take it.
    ``aim`` is the constant that the loss is least at, and ``aims_at`` says so in words, which
    follow "aims at". ``pull`` says how the gradient grows with the error, and so what an outlier or
    a wrong label costs. ``beside`` names the losses to which it is naturally compared, and ``over``
    is what all of them are drawn over.
    """

    when: str
    aim: Aim
    aims_at: str
    not_for: str
    pull: str
    over: Over
    beside: tuple[str, ...]
