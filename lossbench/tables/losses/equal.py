"""Losses that are the same function under two names, or with certain parameters."""

from typing import Any, NamedTuple, Protocol

from lossbench.tables.losses import NAMES, Loss
from lossbench.tables.problems import SOFT_LABEL
from lossbench.text import figure

CROSS_ENTROPY = "categorical_crossentropy"
BINARY, SQUARES, ABSOLUTE = "binary_crossentropy", "mean_squared_error", "mean_absolute_error"
SAME = "the same function"
CHANCE = ": what differs between them is chance"


class Chosen(Protocol):
    """A loss as a config chooses it."""

    @property
    def sum(self) -> dict[str, dict[str, Any]] | None:
        """The weight and the parameters of each term by its name, if it is a sum."""

    @property
    def function(self) -> str | None:
        """The name of a person's own function, if it is one."""

    @property
    def parameters(self) -> dict[str, Any]:
        """Its parameters by name."""

    @property
    def row(self) -> Loss:
        """Its row in the table."""


class Multiple(NamedTuple):
    """A loss as a multiple of another one, which has the default parameters.

    Whether a row is compared with one number or with one-hot labels decides between losses of one
    name.
    """

    factor: float
    of: str
    of_classes: bool = False


def equal_to(first: Chosen, second: Chosen) -> str:
    """How two losses are the same function, and what that means; empty if not known to be.

    That is said of the outputs before their activation, each loss with that of its default.
    """
    if first.function or second.function:
        same = first.function == second.function and first.parameters == second.parameters
        return f"{SAME}{CHANCE}" if same else ""
    if first.sum or second.sum:
        return f"{SAME}{CHANCE}" if _terms(first) == _terms(second) else ""
    if (first.row, first.parameters) == (second.row, second.parameters):
        return f"{SAME}{CHANCE}"
    one, other = _multiple(first), _multiple(second)
    if one is None or other is None or one[1:] != other[1:]:
        return ""
    if one.factor == other.factor:
        soft = first.row.problem == SOFT_LABEL
        where = " but for a constant" if soft else " where each row has one class"
        return f"{SAME}{where * (one.of == CROSS_ENTROPY)}{CHANCE}"
    low, high = sorted([one.factor, other.factor])
    factor = "two" if high == 2 * low else figure(high / low)
    return f"{SAME} but for a factor of {factor}{CHANCE}, or as if their learning rates differed"


def _multiple(loss: Chosen) -> Multiple | None:
    """The loss as a multiple of one that is known under several names, where it is one."""
    it, of_classes = loss.parameters, loss.row.labels == "one-hot"
    if it.get("label_smoothing"):
        return None
    match loss.row.name:
        case "categorical_crossentropy" | "sparse_categorical_crossentropy" | "kl_divergence":
            return Multiple(1, CROSS_ENTROPY)
        case "poly_1" if it["epsilon"] == 0:
            return Multiple(1, CROSS_ENTROPY)
        case "bootstrapped" if it["beta"] == 1:
            return Multiple(1, CROSS_ENTROPY)
        case "logit_adjusted" if it["tau"] == 0:
            return Multiple(1, CROSS_ENTROPY)
        case "symmetric_cross_entropy" if it["beta"] == 0:
            return Multiple(it["alpha"], CROSS_ENTROPY)
        case "categorical_focal_crossentropy" if it["gamma"] == 0 and _is_above_0(it["alpha"]):
            return Multiple(it["alpha"], CROSS_ENTROPY)
        case "binary_focal_crossentropy" if it["gamma"] == 0 and not it["apply_class_balancing"]:
            return Multiple(1, BINARY)
        case "binary_crossentropy" | "logistic":
            return Multiple(1, BINARY)
        case "mean_squared_error":
            return Multiple(1, SQUARES, of_classes)
        case "expectile" if it["expectile"] == 0.5:
            return Multiple(0.5, SQUARES)
        case "square_loss" if it["M"] == it["k"] == 1:
            return Multiple(1, SQUARES, of_classes)
        case "mean_absolute_error":
            return Multiple(1, ABSOLUTE, of_classes)
        case "quantile" if it["quantile"] == 0.5:
            return Multiple(0.5, ABSOLUTE)
    return None


def _is_above_0(alpha: Any) -> bool:
    """Whether it is one number for all classes, and no 0, of which nothing is a multiple."""
    return isinstance(alpha, float) and alpha > 0


def _terms(loss: Chosen) -> dict[str, dict[str, Any]]:
    """The terms of a sum by the name in the table; empty where it is none."""
    return {NAMES[name]: values for name, values in (loss.sum or {}).items()}
