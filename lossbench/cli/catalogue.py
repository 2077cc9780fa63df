"""What there is to choose from: experiments, losses, optimizers, metrics, generators."""

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lossbench.config.bundled import bundled_folders, bundled_names, claims_in_folder, in_folder
from lossbench.config.claims import read_claims
from lossbench.data.generators import GENERATORS
from lossbench.tables.losses import LOSSES
from lossbench.tables.losses.outputs import UNITS
from lossbench.tables.metrics import of_final_weights
from lossbench.tables.optimizers import COMMON, OPTIMIZERS, SCHEDULES
from lossbench.tables.parameters import Parameters
from lossbench.tables.problems import PROBLEMS

Table = tuple[str, list[str], list[list[str]]]
WIDTH = 76  # of a name and its parameters, so that a table of them fits eighty columns


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


def tables() -> list[Table]:
    """What there is, as tables: the title, the columns and the rows of each."""
    losses = [
        [
            loss.name,
            loss.problem.removesuffix(" classification"),
            f"{UNITS[loss.outputs][1]} {loss.activation}",
            f"{loss.labels}{', one-hot' * bool(loss.on_classes)}",
        ]
        for loss in LOSSES.values()
    ]
    aliases = [[alias, loss.name] for loss in LOSSES.values() for alias in loss.aliases]
    parameters = {loss.name: loss.parameters for loss in LOSSES.values() if loss.parameters}
    generators = [[name, target] for name, target in GENERATORS.items()]
    return [
        ("Experiments", ["name"], [[name] for name in bundled_names()]),
        (
            "Folders of experiments, for 'lossbench run-all FOLDER'",
            ["folder", "experiments", "claims of"],
            [*map(_folder, bundled_folders())],
        ),
        (
            "Losses (N: as many units as classes)",
            ["loss", "problem", "output layer", "labels"],
            losses,
        ),
        ("Other names of losses", ["name", "loss"], aliases),
        ("Parameters of losses", ["loss", "parameters"], _listed(parameters)),
        ("Optimizers", ["optimizer", "parameters"], _listed(_own(OPTIMIZERS))),
        ("Schedules of the learning rate", ["schedule", "parameters"], _listed(SCHEDULES)),
        (
            "Metrics that 'metrics' adds to those of the loss",
            ["problem", "metrics"],
            _listed({it.removesuffix(" classification"): of_final_weights(it) for it in PROBLEMS}),
        ),
        ("Generators, and sets that come with scikit-learn", ["generator", "target"], generators),
    ]


def _folder(path: Path) -> list[str]:
    claims = claims_in_folder(path)
    whose = read_claims(claims).claims.publication if claims else ""
    return [path.name, str(len(in_folder(path))), whose]


def _defaults(rows: Parameters) -> dict[str, Any]:
    return {name: row.default for name, row in rows.items()}


def _own(optimizers: Mapping[str, Parameters]) -> dict[str, Iterable[str]]:
    """The parameters of each optimizer; those that all have are listed once, under "all"."""
    own = {name: [key for key in rows if key not in COMMON] for name, rows in optimizers.items()}
    return {**own, "all": COMMON}


def _listed(parameters: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """A row for each name and its parameters, and further rows if one line is too short."""
    width = WIDTH - max(map(len, parameters))
    return [
        [name if number == 0 else "", line]
        for name, rows in parameters.items()
        for number, line in enumerate(textwrap.wrap(", ".join(rows), width))
    ]
