"""What a run says of stored results before it trains anything."""

from collections.abc import Callable, Iterator, Sequence

from lossbench.suite.plan import Plan
from lossbench.text import listed

MOST_NAMED = 2


def of_unused(plans: Sequence[Plan]) -> Iterator[str]:
    """A line for each reason why stored results are not used, and so will be replaced."""
    for why, names in _by(lambda plan: plan.unused, plans):
        done = "not used, but trained anew and replaced"
        if len(names) == 1:
            yield f"{names[0]}: the stored result is {done}: {why}"
        else:
            named = listed(names, most=MOST_NAMED)
            yield f"{len(names)} stored results are {done}: {why} ({named})"


def of_used(plans: Sequence[Plan]) -> Iterator[str]:
    """How many trainings are stored, and a line for what of them was not asked for."""
    if stored := sum(plan.stored for plan in plans):
        asked = sum(len(plan.case.experiment.trainings) for plan in plans)
        several = any(plan.case.experiment.splits > 1 for plan in plans)
        yield f"{stored} of {asked} {'trainings' if several else 'seeds'} are stored"
    for remark, names in _by(lambda plan: plan.remark, plans):
        yield f"{listed(names, most=MOST_NAMED)}: {remark}"


def _by(words: Callable[[Plan], str], plans: Sequence[Plan]) -> Iterator[tuple[str, list[str]]]:
    """The names of the experiments for each of the words that are said of some."""
    names: dict[str, list[str]] = {}
    for plan in plans:
        names.setdefault(words(plan), []).append(plan.case.experiment.name)
    yield from ((said, of) for said, of in names.items() if said)
