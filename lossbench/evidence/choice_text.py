"""What a choice says: an answer of a few lines, and a document for JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from textwrap import wrap
from typing import Any

import numpy as np

from lossbench.evidence.baselines import BOOSTING, CONSTANT, LINEAR
from lossbench.evidence.choice import Candidate, Choice, Ranked
from lossbench.evidence.difference_words import MEANINGS, amount, in_units, region_in_words, size
from lossbench.tables.metrics import METRICS
from lossbench.text import counted, figure, finite_or_none, listed, percent

DOCUMENT = "choice.json"  # the file of the document
WIDTH = 80
LEAST_NAME = 16  # characters of a name in the table
_listed = partial(listed, most=3)
SURE = 0.95  # the probability from which a loss is called probably worse
# The other metrics of which the answer says what the choice costs there.
OTHER_METRICS = (
    *("mse", "mae", "bias"),
    *("accuracy", "balanced_accuracy", "log_loss", "brier", "expected_calibration_error"),
)
MOST_LINES = 20  # of the answer
# Of its table: the header, a loss, how many others there are, and an empty line above and below.
LEAST_BESIDE = 5
ALWAYS = 2  # remarks that are never left out, the last ones
COLUMNS = ("to best", "const", "boost", "best?", "rate", "time")


def sentences(choice: Choice) -> Iterator[str]:
    """What to do, then what else is to be known, in sentences."""
    yield from _advice(choice)
    for name in (LINEAR, BOOSTING):
        other = choice.other(name)
        if other.behind.mean < 0 and other.word in ("clear", "unsure"):
            by = _by(choice, other, choice.best)
            sure = "" if other.word == "clear" else ", which may be chance"
            what = "A linear model" if name == LINEAR else "Gradient boosting"
            yield f"{what} of scikit-learn is better than every loss here: by {by}{sure}."
    for names, how in choice.equal():
        yield f"{_listed(names, 'and')} are {how}."


def _advice(choice: Choice) -> Iterator[str]:
    best = choice.best
    if not choice.beats_constant:
        yield _none_is_better(choice)
        return
    alike = [it.name for it in choice.called("none", "small")]
    if alike:
        yield f"Take {best.name}, or {_listed(alike, 'or')}: no difference between them matters."
    elif len(choice.candidates) == 1:
        yield f"{best.name} is better than a constant prediction; there is no other loss here."
    else:
        yield f"Take {best.name}."
    if worse := choice.called("clear"):
        yield f"Not {_with_sizes(choice, worse, 'or')} on new data."
    unsure = choice.called("unsure")
    if maybe := [it for it in unsure if it.chance_of_worse < SURE]:
        verb = "looks" if len(maybe) == 1 else "look"
        names = _listed([f"{it.name} ({_gap(choice, it)})" for it in maybe], "and")
        yield f"{names} {verb} worse, but {choice.splits} splits do not tell them apart."
    if probably := [it for it in unsure if it.chance_of_worse >= SURE]:
        verb = "is" if len(probably) == 1 else "are"
        names = _listed([f"{it.name} ({_gap(choice, it)})" for it in probably], "and")
        yield f"{names} {verb} probably worse."
    if useless := [it.name for it in choice.candidates if not it.beats_constant]:
        verb = "is" if len(useless) == 1 else "are"
        yield f"{_listed(useless, 'and')} {verb} not better than a constant beyond chance."


def _none_is_better(choice: Choice) -> str:
    """That no loss is surely better than the constant, and whether one may be all the same."""
    best, constant = choice.best, choice.other(CONSTANT)
    none = f"no loss is better than a constant prediction ({choice.metric} "
    none += f"{figure(constant.mean.mean)}) beyond chance"
    if constant.behind.mean <= choice.region:
        return f"Take none of them: {none}. Look for other features, or for more rows."
    by = _by(choice, best, constant)
    return f"Not settled: {none}, but {best.name} is ahead by {by}. Ask for more --splits."


def _gap(choice: Choice, it: Ranked) -> str:
    return amount(choice.metric, it.mean.mean, choice.best.mean.mean)


def _with_sizes(choice: Choice, candidates: Sequence[Candidate], word: str) -> str:
    """Names, and by how much they are worse: from the least to the most."""
    sizes = [_by(choice, it, choice.best) for it in candidates]
    both = sizes[0] if sizes[0] == sizes[-1] else f"{_start(sizes)} to {sizes[-1]}"
    return f"{_listed([it.name for it in candidates], word)}: worse by {both}"


def _start(sizes: Sequence[str]) -> str:
    """The first size without its unit, where the last one has the same."""
    number, _, unit = sizes[0].partition(" ")
    return number if unit == sizes[-1].partition(" ")[2] else sizes[0]


def _by(choice: Choice, one: Ranked, other: Ranked) -> str:
    return size(choice.metric, one.mean.mean, other.mean.mean)


def lines(title: str, choice: Choice, last: Sequence[str]) -> list[str]:
    """The answer, at most MOST_LINES lines of 80 columns; ``last`` are the last ones.

    Of many losses, the worst are left out of the table.
    """
    told, further = list(sentences(choice)), list(remarks(choice))
    beside = len(last) + len(choice.others) + LEAST_BESIDE

    def room() -> int:
        return MOST_LINES - beside - len(_above(title, told)) - len(_below(further))

    # The advice and the rule by which it is judged stay; what is left out is in choice.json.
    while room() < 0 and len(further) > ALWAYS:
        further.pop(0)
    while room() < 0 and len(told) > 1:
        told.pop()
    above, below = _above(title, told), _below(further)
    shown = MOST_LINES - len(above) - len(below) - len(last) - len(choice.others) - 3
    hidden = len(choice.candidates) - shown
    if hidden > 0:
        shown -= 1
    rows = _table(choice, max(1, shown))
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    widths[0] = max(LEAST_NAME, min(widths[0], WIDTH - sum(widths[1:]) - len(widths) + 1))
    rows = [[_shortened(row[0], widths[0]), *row[1:]] for row in rows]
    aligned = [
        " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    if hidden > 0:
        aligned.append(f"{hidden + 1} worse losses are in {DOCUMENT}")
    return [*above, "", *aligned, "", *below, *last]


def _above(title: str, told: Sequence[str]) -> list[str]:
    return wrapped(f"{title}: {' '.join(told)}")


def _below(further: Sequence[str]) -> list[str]:
    return [line for remark in further for line in wrapped(remark, "  ")]


def _shortened(name: str, most: int) -> str:
    """A name without its middle where it is long: mean_absol...age_error."""
    if len(name) <= most:
        return name
    end = (most - 3) // 2
    return f"{name[: most - 3 - end]}...{name[-end:]}"


def _table(choice: Choice, most: int) -> list[list[str]]:
    """The columns, then a row for each of the best losses and each other model, the best first."""
    models: list[Ranked] = [*choice.candidates[:most], *choice.others]
    smaller = METRICS[choice.metric].smaller_is_better
    models.sort(key=lambda it: it.mean.mean if smaller else -it.mean.mean)
    constant, boosting = (choice.other(it).mean.mean for it in (CONSTANT, BOOSTING))
    rows = [["", choice.metric, *COLUMNS]]
    for it in models:
        mean, reach = it.mean.mean, (it.mean.high - it.mean.low) / 2
        row = [
            it.name,
            f"{figure(mean)}±{_rounded(reach)}",
            _to_best(choice, it),
            "" if it.name == CONSTANT else amount(choice.metric, mean, constant),
            "" if it.name == BOOSTING else amount(choice.metric, mean, boosting),
        ]
        if isinstance(it, Candidate):
            rate = "" if np.isnan(it.rate) else f"{it.rate:g}"
            time = f"{it.seconds:.0f} s" if it.seconds else ""
            row += [percent(it.probability), rate, time]
        rows.append(row + [""] * (len(rows[0]) - len(row)))
    kept = [number for number, cells in enumerate(zip(*rows[1:], strict=True)) if any(cells)]
    return [[row[number] for number in kept] for row in rows]


def _rounded(reach: float) -> str:
    """Half of an interval, with two digits."""
    two = float(f"{reach:.2g}")
    return f"{two:.0f}" if two >= 10 else f"{two:g}"


def _to_best(choice: Choice, it: Ranked) -> str:
    if it is choice.best:
        return "best"
    ahead = it.behind.mean < 0 and it.word != "none"
    word = f"ahead{'?' if it.word == 'unsure' else ''}" if ahead else it.word
    return f"{word} {in_units(choice.metric, it.mean.mean - choice.best.mean.mean)}"


def remarks(choice: Choice) -> Iterator[str]:
    """What the choice costs on other metrics, what the words mean, and what is not covered."""
    if costs := list(_costs(choice)):
        yield f"On other metrics: {'; '.join(costs)}."
    diverged = sum(it.result.diverged for it in choice.candidates)
    if diverged:
        yield f"{counted(diverged, 'training')} diverged and count as a constant."
    if edge := [it.name for it in choice.candidates if it.splits_at_edge > choice.splits / 4]:
        yield f"The best learning rate lies at the end of what is tried for {_listed(edge, 'and')}."
    words = {it.word for it in (*choice.candidates[1:], *choice.others)}
    region = region_in_words(choice.metric, choice.region)
    unsure = "; unsure: may be chance" if "unsure" in words else ""
    trainings = f"{choice.splits} splits x {counted(choice.seeds, 'seed')}"
    rule = f"{trainings}; up to {region} does not matter (--rope)"
    yield f"{rule}{unsure if len(rule + unsure) < WIDTH else ''}."
    yield "It holds for such rows and this network, not for later data or other models."


def _costs(choice: Choice) -> Iterator[str]:
    """The best loss on each other metric, beside the loss that is best there."""
    best = choice.best.result
    for name in best.experiment.metrics:
        if name == choice.metric or name not in OTHER_METRICS:
            continue
        own = _mean(choice.best, name)
        if not METRICS[name].ordered:
            yield f"{METRICS[name].name} {figure_with_sign(own)}"
            continue
        others = [it for it in choice.candidates if name in it.result.experiment.metrics]
        sign = 1 if METRICS[name].smaller_is_better else -1
        first = min(others, key=lambda it: sign * _mean(it, name))
        ahead = ""
        if first is not choice.best:
            ahead = f" ({first.name} {figure(_mean(first, name))})"
        yield f"{name} {figure(own)}{ahead}"


def figure_with_sign(value: float) -> str:
    """A figure with its sign."""
    return f"{'-' if value < 0 else '+'}{figure(abs(value))}"


def _mean(candidate: Candidate, metric: str) -> float:
    return float(np.nanmean(candidate.result.final("test", metric)))


def wrapped(text: str, indent: str = "") -> list[str]:
    """A sentence in lines of at most 80 columns."""
    return wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False) or [""]


def as_document(choice: Choice) -> dict[str, Any]:
    """The content of choice.json; None stands for NaN."""
    return {
        "answer": list(sentences(choice)),
        "remarks": list(remarks(choice)),
        "table": _table(choice, len(choice.candidates)),
        "words": MEANINGS,
        "metric": choice.metric,
        "splits": choice.splits,
        "seeds": choice.seeds,
        "region_of_practical_equivalence": choice.region,
        "losses": [
            {
                **_ranked(it),
                "loss": it.result.experiment.loss.name,
                "probability_of_best": it.probability,
                "beats_constant": it.beats_constant,
                "learning_rates": it.rates,
                "learning_rate": finite_or_none(it.rate),
                "splits_at_edge": it.splits_at_edge,
                "epochs": it.epochs,
                "diverged": it.result.diverged,
                "seconds": it.seconds or None,
                "metrics": {
                    name: finite_or_none(_mean(it, name)) for name in it.result.experiment.metrics
                },
            }
            for it in choice.candidates
        ],
        "other_models": [
            {
                **_ranked(it),
                "metrics": {
                    name: finite_or_none(float(values.mean())) for name, values in of.values.items()
                },
            }
            for it, of in zip(choice.others, choice.values_of_others, strict=True)
        ],
    }


def _ranked(it: Ranked) -> dict[str, Any]:
    return {
        "name": it.name,
        "values": [finite_or_none(value) for value in it.values],
        "mean": asdict(it.mean),
        "behind_the_best": {**asdict(it.behind), "p": it.p},
        "word": it.word,
    }
