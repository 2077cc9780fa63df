"""How a claim is judged, in words: its criteria in one sentence."""

from lossbench.config.sections import criteria as of
from lossbench.config.sections.claims import Claim, Claims
from lossbench.config.sections.criteria import RISE, Criterion, amount
from lossbench.tables.metrics import METRICS
from lossbench.text import capital


def in_words(claims: Claims, claim: Claim) -> str:
    """The criteria of a claim, and over which data sets they are judged."""
    criteria = [it.criterion for it in claim.criteria]
    text = "; ".join(_words(it, claims.whose) for it in criteria)
    names = {name for it in criteria for name in it.experiments}
    # The name of an experiment stays as it is.
    sentence = text if text.partition(" ")[0] in names else capital(text)
    if not claim.over_datasets:
        return f"{sentence}."
    number, least = len(claims.datasets), claim.in_at_least
    which = f"at least {least} of {number}" if least else f"all {number}"
    return f"{sentence}. In {which} data sets: {', '.join(claims.datasets)}."


def _words(it: Criterion, whose: str) -> str:
    match it:
        case of.EndsBelow():
            alike = "; the train part is not better than the test part" if it.alike else " parts"
            return f"most seeds end below {it.bound:g} on both{alike}"
        case of.EndsNear():
            return f"most seeds end within {amount(it.metric, it.within)} of both"
        case of.EndsUnder():
            better = f"; {it.reference} is better on both" if it.worse_than else ""
            first, second = (METRICS[name].title for name in (it.metric, it.then))
            under = f"most seeds end under {it.bound:g} on both{better}"
            return f"{under}. By {whose} {first}, then by the {second}"
        case of.RisesAgain():
            low, high = it.epochs
            lowest = f"the test {it.metric} is lowest between epochs {low:g} and {high:g}"
            rise = f"ends at least {100 * (RISE - 1):.0f} % above that"
            return f"for most seeds {lowest} and {rise}"
        case of.Bumpier():
            travels = f"the log of the test {it.metric} travels further"
            return f"{travels}, in multiples of its range, than with {it.than}"
        case of.BumpierThanLoss():
            travels = f"the test {it.metric} travels at least twice as far as the test loss"
            return f"for most {travels}, in multiples of its range"
        case _:
            return _of_comparison(it)


def _of_comparison(it: Criterion) -> str:
    match it:
        case of.Ahead():
            ahead, behind = it.experiments
            if it.part == "both":
                return f"{ahead} beats {behind} on both parts"
            return f"the {it.part} {it.metric} of {ahead} is better than that of {behind}"
        case of.NotWorse():
            what = f"the {_named(it.part)} {it.metric} of {it.experiment} is better"
            worse = f"worse by less than {amount(it.metric, it.within)}"
            return f"{what} than that of {it.than}, or {worse}"
        case of.Comparable():
            where = "both parts" if it.part == "both" else f"the {it.part} part"
            size = amount(it.metric, it.within)
            return f"the difference of the medians is within {size} on {where}"
        case of.Steadier():
            what = f"the {_named(it.part)} {it.metric} of {it.experiment}"
            return f"{what} varies less over seeds than that of {it.than}"
        case of.FallsLess():
            own, others = f"from {it.from_} to {it.to}", f"from {it.than_from} to {it.than_to}"
            return f"the {_named(it.part)} {it.metric} worsens less {own} than {others}"
    raise TypeError(f"{type(it).__name__} has no words")


def _named(part: str) -> str:
    return "train and test" if part == "both" else part
