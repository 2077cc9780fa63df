"""Experiments whose losses are one function under several names."""

from collections.abc import Iterator, Sequence

from lossbench.config.experiment import Experiment
from lossbench.tables.losses.equal import equal_to


def equal_losses(experiments: Sequence[Experiment]) -> Iterator[tuple[list[int], str]]:
    """The numbers of experiments that differ in nothing else, and how their losses are the same.

    Those that are the same as a first one in several ways come once for each way.
    """
    left = list(range(len(experiments)))
    while left:
        first, *others = left
        how_of = {it: _same(experiments[first], experiments[it]) for it in others}
        same = {it: how for it, how in how_of.items() if how}
        for way in dict.fromkeys(same.values()):
            yield [first, *(it for it, how in same.items() if how == way)], way
        left = [it for it in others if it not in same]


def _same(first: Experiment, second: Experiment) -> str:
    """How two losses are the same function of the same target, with equal weights; else empty."""
    how = equal_to(first.loss, second.loss)
    if not how:
        return ""
    alike = first.model_copy(update={"loss": second.loss}).config_hash == second.config_hash
    return how if alike else ""
