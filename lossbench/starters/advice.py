"""Which losses suit data, and when each is good: what the configs of ``lossbench new`` say.

For a new row of the table of losses, add a row here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lossbench.starters.description import Description
from lossbench.tables.losses import LOSSES

POSITIVE = "wants a target of 0 or more in its own units; a standardised one has both signs"
SAME = "is the same function as categorical_crossentropy where each row has one class"


def _always(_: Description) -> str:
    return ""


def _never(reason: str) -> Callable[[Description], str]:
    return lambda _: reason


def _if_unbalanced(description: Description) -> str:
    return (
        "" if description.unbalanced else "is for classes of which some are far rarer than others"
    )


@dataclass(frozen=True)
class Advice:
    """When a loss is good; ``against`` says why it does not suit data, or nothing.

    ``name`` is the config's, where it is not the loss's: of a loss with ``parameters``.
    """

    loss: str
    good: str = ""
    against: Callable[[Description], str] = _always
    name: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


ADVICE = (
    Advice(
        "mean_squared_error",
        "The usual choice for a real target. It aims at the mean, and squares the errors: right "
        "where large ones are as bad as that and few rows are outliers, which would rule it.",
    ),
    Advice(
        "mean_absolute_error",
        "Takes every error as it is. It aims at the median, so that outliers and a long tail have "
        "little pull; its gradient does not shrink near 0, so that the course is bumpier.",
    ),
    Advice(
        "huber",
        "Squares small errors and takes large ones as they are: calm at outliers as the absolute "
        "error is, smooth near 0 as the squared one is.",
    ),
    Advice(
        "log_cosh",
        "Much like the Huber loss, smooth everywhere: small errors are squared, large ones count "
        "as they are, so that outliers have little pull.",
    ),
    Advice("mean_squared_logarithmic_error", against=_never(POSITIVE)),
    Advice("mean_absolute_percentage_error", against=_never(POSITIVE)),
    Advice("poisson", against=_never(POSITIVE)),
    Advice(
        "quantile", against=_never("aims at a quantile, not at the middle; at 0.5 it is the mae")
    ),
    Advice(
        "binary_crossentropy",
        "The usual choice for two classes: the output is a probability, and what is wrong and "
        "certain costs most. Take it where you need probabilities.",
    ),
    Advice(
        "hinge",
        "The loss of support vector machines: what is right by a margin costs nothing, so that "
        "the rows near the boundary decide. It gives no probabilities.",
    ),
    Advice(
        "squared_hinge",
        "The hinge loss squared: smoother, and harder on what is far on the wrong side, such as a "
        "wrong label. It gives no probabilities.",
    ),
    Advice(
        "binary_focal_crossentropy",
        "Cross-entropy that weighs easy rows little: for a class that is rare.",
        _if_unbalanced,
    ),
    Advice(
        "categorical_crossentropy",
        "The usual choice for several classes: the outputs are probabilities, and what is wrong "
        "and certain costs most.",
    ),
    Advice(
        "categorical_crossentropy",
        "Cross-entropy that does not ask for certainty: it keeps the outputs from growing, which "
        "helps where some labels are wrong or the network overfits.",
        name="label_smoothing",
        parameters={"label_smoothing": 0.1},
    ),
    Advice(
        "categorical_hinge",
        "The hinge loss for several classes: what is right by a margin costs nothing. It gives no "
        "probabilities.",
    ),
    Advice(
        "categorical_generalized_cross_entropy",
        "Between cross-entropy and the mean absolute error of the probabilities: for data in which "
        "some labels are wrong.",
    ),
    Advice(
        "categorical_focal_crossentropy",
        "Cross-entropy that weighs easy rows little: for classes that are rare.",
        _if_unbalanced,
    ),
    Advice("sparse_categorical_crossentropy", against=_never(SAME)),
    Advice("kl_divergence", against=_never(SAME)),
    Advice("cosine_similarity", against=_never("compares directions, as of embeddings")),
)


def suiting(description: Description) -> tuple[list[Advice], dict[str, str]]:
    """The losses that suit, and why others of the same problem do not."""
    rows = [it for it in ADVICE if LOSSES[it.loss].problem == description.problem]
    against = {it.loss: reason for it in rows if (reason := it.against(description))}
    return [it for it in rows if it.loss not in against], against
