"""Losses that are the same function under two names, or with certain parameters."""

from typing import Any, Protocol

from lossbench.tables.losses import NAMES, Loss

# Where each row has one class, these are one function.
CROSS_ENTROPIES = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "kl_divergence",
)


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


def equal_to(first: Chosen, second: Chosen) -> str:
    """How two losses are the same function; empty where they are not known to be."""
    if first.function or second.function:
        same = first.function == second.function and first.parameters == second.parameters
        return "the same function" if same else ""
    if first.sum or second.sum:
        return "the same function" if _terms(first) == _terms(second) else ""
    if first.row.name == second.row.name:
        return "the same function" if first.parameters == second.parameters else ""
    if all(it.row.name in CROSS_ENTROPIES and not _smoothed(it) for it in (first, second)):
        return "the same function where each row has one class"
    if {"quantile", "mean_absolute_error"} == {first.row.name, second.row.name}:
        median = next(it for it in (first, second) if it.row.name == "quantile")
        if median.parameters.get("quantile", 0.5) == 0.5:
            return "the same function but for a factor of two"
    return ""


def _terms(loss: Chosen) -> dict[str, dict[str, Any]]:
    """The terms of a sum by the name in the table; empty where it is none."""
    return {NAMES[name]: values for name, values in (loss.sum or {}).items()}


def _smoothed(loss: Chosen) -> bool:
    return bool(loss.parameters.get("label_smoothing"))
