"""What there is to choose from: experiments, losses, optimizers, metrics, generators."""

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lossbench.config.bundled import bundled_folders, bundled_names, claims_in_folder
from lossbench.data.generators import ABOUT, GENERATORS, Target
from lossbench.tables.losses import LOSSES
from lossbench.tables.metric import Metric
from lossbench.tables.metrics import METRICS, of_final_weights
from lossbench.tables.optimizers import ADVICE, COMMON, COURSES, OPTIMIZERS, SCHEDULES
from lossbench.tables.parameters import Parameters
from lossbench.tables.problems import PROBLEMS
from lossbench.text import capital

Table = tuple[str, list[str], list[list[str]]]
MOST_NAMES = 51  # characters, of the names in the overview, so that it fits eighty columns
# What ``list`` takes, by its key in the document.
KINDS = {
    "experiments": "experiments",
    "losses": "losses",
    "optimizers": "optimizers",
    "schedules": "schedules",
    "metrics": "metrics",
    "datasets": "generators",
}
TARGETS: dict[Target, str] = {
    "real": "Real targets",
    "classes": "Classes",
    "several": "Several targets",
}
# What to do next with one of each kind.
NEXT = {
    "experiments": "Run one: lossbench run hinge\nRun a folder: lossbench run-all 5000-samples",
    "losses": "Explain one: lossbench explain hinge",
    "optimizers": "Take one: lossbench run hinge --set optimizer=Adam",
    "schedules": "In a config: optimizer: {learning_rate: {schedule: CosineDecay, ...}}",
    "metrics": "Take some: lossbench run hinge --set metrics=[f1,roc_auc]",
    "datasets": "Choose a loss for one: lossbench choose diabetes",
}


def as_document() -> dict[str, Any]:
    """What there is, as values for JSON."""
    losses = {
        loss.name: {
            "problem": loss.problem,
            "output_activations": list(loss.activations),
            "labels": loss.labels,
            "output_activations_on_classes": list(loss.on_classes),
            "takes": {what: list(allowed) for what, allowed in loss.takes_for.items()},
            "metrics": list(loss.metrics),
            "parameters": _defaults(loss.parameters),
            "aliases": list(loss.aliases),
        }
        for loss in LOSSES.values()
    }
    return {
        "experiments": bundled_names(),
        "folders": [path.name for path in bundled_folders()],
        "losses": losses,
        "optimizers": {name: _defaults(rows) for name, rows in OPTIMIZERS.items()},
        "schedules": {name: _defaults(rows) for name, rows in SCHEDULES.items()},
        "metrics": {problem: of_final_weights(problem) for problem in PROBLEMS},
        "generators": GENERATORS,
    }


def tables(kind: str | None) -> list[Table]:
    """What there is of a kind, or of each in short: the title, columns and rows of each table."""
    makers: dict[str, Callable[[], list[Table]]] = {
        "experiments": _experiments,
        "losses": _losses,
        "optimizers": _optimizers,
        "schedules": _schedules,
        "metrics": _metrics,
        "datasets": _datasets,
    }
    return makers[kind]() if kind else [_overview()]


def next_steps(kind: str | None) -> list[str]:
    """What to do next."""
    if kind:
        return NEXT[kind].splitlines()
    return [
        "List one kind, with when to take each: lossbench list losses",
        "Explain a loss: lossbench explain hinge",
    ]


def _overview() -> Table:
    names = {
        "experiments": bundled_names(),
        "folders of them": [path.name for path in bundled_folders()],
        "losses": [it.short_name for it in LOSSES.values()],
        "optimizers": [*OPTIMIZERS],
        "schedules": [*SCHEDULES],
        "metrics": [*METRICS],
        "datasets": [*GENERATORS],
    }
    rows = [[kind, str(len(its)), _first(its)] for kind, its in names.items()]
    return ("What there is to choose from", ["kind", "number", "such as"], rows)


def _first(names: Sequence[str]) -> str:
    """As many of the names as fit beside a kind and a number."""
    line = textwrap.shorten(", ".join(names), MOST_NAMES, placeholder=" …")
    return line.replace(", …", ", ...").replace(" …", ", ...")


def _experiments() -> list[Table]:
    from lossbench.config.about_bundled import about_bundled
    from lossbench.config.claims import read_claims

    about = about_bundled()
    own = {it.name: it.what for it in about if "/" not in it.name}
    found = [("Experiments of the tutorial", ["name", "what"], _told(own))]
    for path in bundled_folders():
        claims = claims_in_folder(path)
        whose = f", with claims of {read_claims(claims).claims.publication}" if claims else ""
        its = {it.name: it.what for it in about if it.name.startswith(f"{path.name}/")}
        found.append((f"{path.name}{whose}", ["name", "what"], _told(its)))
    return found


def _losses() -> list[Table]:
    by_problem: dict[str, dict[str, str]] = {}
    for loss in LOSSES.values():
        assert loss.explained  # every loss of the table is
        by_problem.setdefault(capital(loss.problem), {})[loss.name] = loss.explained.when
    aliases = [[alias, loss.name] for loss in LOSSES.values() for alias in loss.aliases]
    return [
        *((title, ["loss", "when to take it"], _told(its)) for title, its in by_problem.items()),
        ("Other names of losses", ["name", "loss"], aliases),
    ]


def _optimizers() -> list[Table]:
    return [
        ("Optimizers", ["optimizer", "when to take it"], _told(ADVICE)),
        ("Their parameters", ["optimizer", "parameters"], _listed(_own(OPTIMIZERS))),
    ]


def _schedules() -> list[Table]:
    return [
        ("Schedules of the learning rate", ["schedule", "the rate"], _told(COURSES)),
        ("Their parameters", ["schedule", "parameters"], _listed(SCHEDULES)),
    ]


def _metrics() -> list[Table]:
    named = {it.removesuffix(" classification"): of_final_weights(it) for it in PROBLEMS}
    rows = [[name, capital(it.title), _better(it)] for name, it in METRICS.items()]
    return [
        ("Metrics", ["metric", "what it is", "better is"], rows),
        ("What 'metrics' can add to those of the loss", ["problem", "metrics"], _listed(named)),
    ]


def _datasets() -> list[Table]:
    found: dict[str, dict[str, str]] = {}
    for name, target in GENERATORS.items():
        found.setdefault(TARGETS[target], {})[name] = ABOUT[name]
    return [(title, ["name", "what"], _told(its)) for title, its in found.items()]


def _better(metric: Metric) -> str:
    if not metric.ordered:
        return "nearer to 0"
    return "smaller" if metric.smaller_is_better else "larger"


def _defaults(rows: Parameters) -> dict[str, Any]:
    return {name: row.default for name, row in rows.items()}


def _own(optimizers: Mapping[str, Parameters]) -> dict[str, Iterable[str]]:
    """The parameters of each optimizer; those that all have are listed once, under "all"."""
    own = {name: [key for key in rows if key not in COMMON] for name, rows in optimizers.items()}
    return {**own, "all": COMMON}


def _listed(parameters: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """A row for each name and its parameters."""
    return _told({name: ", ".join(rows) for name, rows in parameters.items()})


def _told(texts: Mapping[str, str]) -> list[list[str]]:
    """A row for each name and its text, which a terminal wraps and a pipe has on one line."""
    return [[name, text] for name, text in texts.items()]
