"""What ``lossbench explain`` tells of a loss: all of it from its row and the bundled configs."""

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from lossbench.config.about_bundled import about_bundled
from lossbench.tables.losses import LOSSES, Loss, TakenFor, Targets
from lossbench.tables.losses.outputs import UNITS
from lossbench.tables.parameters import Parameter
from lossbench.tables.problems import Labels
from lossbench.text import capital, listed

HEADING = 14  # letters, of what stands before a text
NARROW = 50  # columns, of a terminal where a heading has a line of its own
POSITIVE = "diabetes"  # data that come along, with a positive target
UNITS_IN_WORDS = {
    "1": "one unit",
    "2": "a unit for the mean and one for the variance",
    "N": "a unit for each class",
    "N-1": "a unit for each threshold between two classes",
}
LABELS_IN_WORDS: dict[Labels, str] = {
    "real": "real numbers",
    "0/1": "0 and 1",
    "-1/1": "-1 and 1",
    "one-hot": "one-hot vectors of the classes",
    "integer": "the numbers of the classes, from 0",
}
REFUSED_IN_WORDS: dict[Targets, str] = {
    "not negative": " of 0 or more",
    "positive": " above 0",
    "not zero": " other than 0",
}
TAKEN_IN_WORDS: dict[TakenFor, str] = {
    "numbers": "several real numbers",
    "labels": "several labels that a row has or has not",
    "shares": "shares of classes",
    "rates": "rates between 0 and 1",
}


class Shown(NamedTuple):
    """The bundled experiments that show a loss, and the command that runs it."""

    experiments: tuple[str, ...]
    command: str


def shown(names: Sequence[str]) -> dict[str, Shown]:
    """Which bundled experiments show each loss, and what to run."""
    about = about_bundled()
    found = {}
    for name in names:
        experiments = tuple(it.name for it in about if name in it.losses)
        if experiments:
            command = f"lossbench run {experiments[0]}"
        else:
            command = _tried(LOSSES[name], [(it.name, it.losses) for it in about])
        found[name] = Shown(experiments, command)
    return found


def _tried(loss: Loss, bundled: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """How to try a loss that no bundled experiment has: in one of a loss that it is compared to.

    Their real targets have both signs, so that a loss that does not take these needs other data.
    """
    beside = loss.explained.beside if loss.explained else ()
    if loss.targets != "any":
        return f"lossbench choose {POSITIVE} --losses {beside[0]},{loss.name}"
    alike = (it.name for it in LOSSES.values() if it.problem == loss.problem)
    found = (it for name in (*beside, *alike) for it, losses in bundled if name in losses)
    experiment = next(found)
    return f"lossbench run {experiment} --set loss={loss.name}"


def as_document(names: Sequence[str]) -> dict[str, Any]:
    """What there is to tell of losses, as values for JSON."""
    return {"losses": {name: _document(LOSSES[name], it) for name, it in shown(names).items()}}


def _document(loss: Loss, where: Shown) -> dict[str, Any]:
    assert loss.explained
    return {
        "title": loss.title,
        "problem": loss.problem,
        "aliases": list(loss.aliases),
        "formula": loss.formula,
        "aim": loss.explained.aim,
        "aims_at": loss.explained.aims_at,
        "advice": loss.advice,
        "not_for": loss.explained.not_for,
        "pull": loss.explained.pull,
        "units": UNITS[loss.outputs][1],
        "output_activations": list(loss.activations),
        "output_activations_on_classes": list(loss.on_classes),
        "labels": loss.labels,
        "targets": loss.targets,
        "parameters": {
            name: {"default": row.default, "about": row.about}
            for name, row in loss.parameters.items()
        },
        "source": _source(loss),
        "beside": list(loss.explained.beside),
        "experiments": list(where.experiments),
        "command": where.command,
    }


def page(loss: Loss, where: Shown) -> list[tuple[str, str]]:
    """What there is to tell of a loss: headings, and the text beside each."""
    assert loss.explained
    real = loss.problem == "regression"
    parameters = [
        f"{name}, by default {_default(row)}: {row.about}." for name, row in loss.parameters.items()
    ]
    return [
        ("Formula", loss.formula),
        ("", f"y is the {'target' if real else 'label'} of a row, and p the output."),
        ("Aims at", f"{loss.explained.aims_at}."),
        ("Take it", loss.advice),
        ("Not for", loss.explained.not_for),
        ("Outliers" if real else "Wrong labels", loss.explained.pull),
        ("Output", _output(loss)),
        ("Labels", _labels(loss)),
        *zip(("Parameters", *[""] * len(parameters)), parameters, strict=False),
        ("Source", _source(loss)),
        ("Compare", ", ".join(loss.explained.beside)),
        ("Shown by", ", ".join(where.experiments) or "no bundled experiment"),
    ]


def title(loss: Loss, width: int) -> list[str]:
    """The names of a loss, and its problem, in lines of this width."""
    aliases = f" ({', '.join(loss.aliases)})" if loss.aliases else ""
    return textwrap.wrap(f"{loss.name}{aliases}: {loss.problem}", width, break_on_hyphens=False)


def gallery() -> dict[str, list[tuple[str, str]]]:
    """The names of each loss and what it aims at, by problem."""
    found: dict[str, list[tuple[str, str]]] = {}
    for loss in LOSSES.values():
        assert loss.explained
        alias = min(loss.aliases, key=len, default="")
        name = f"{loss.name} ({alias})" if alias else loss.name
        found.setdefault(capital(loss.problem), []).append((name, loss.explained.aim))
    return found


def wrapped(heading: str, text: str, width: int) -> list[tuple[str, str]]:
    """A text in lines of this width, each with what stands before it: the heading, or a space.

    Where there is no room for the text beside it, the heading has a line of its own.
    """
    narrow = width < NARROW
    before = "  " if narrow else " " * HEADING
    found = [
        (before, line)
        for line in textwrap.wrap(
            text, max(width - len(before), 10), break_on_hyphens=False, break_long_words=False
        )
    ]
    if narrow:
        return [*([(heading, "")] if heading else []), *found]
    return [(heading.ljust(HEADING), found[0][1]), *found[1:]]


def _source(loss: Loss) -> str:
    """Keras's name of the loss, if Keras has it, and the paper that it is from."""
    keras = "" if loss.function else f"keras.losses.{loss.name}"
    return "; ".join(filter(None, (keras, loss.source)))


def _output(loss: Loss) -> str:
    units = UNITS_IN_WORDS[UNITS[loss.outputs][1]]
    others = f", or {listed(loss.activations[1:], 'or')}" if loss.activations[1:] else ""
    found = f"{units}, {loss.activation}{others}."
    if loss.on_classes:
        found += f" Of classes: a unit for each, {listed(loss.on_classes, 'or')}."
    return found


def _labels(loss: Loss) -> str:
    found = LABELS_IN_WORDS[loss.labels] + REFUSED_IN_WORDS.get(loss.targets, "")
    if loss.on_classes:
        found += ", or one-hot vectors of classes"
    taken = [TAKEN_IN_WORDS[it] for it in loss.takes_for]
    return f"{found}." + (f" It also takes {listed(taken)}." if taken else "")


def _default(row: Parameter) -> str:
    return str(row.default).lower() if isinstance(row.default, bool) else f"{row.default:g}"
