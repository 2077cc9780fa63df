"""What there is to choose from: experiments, losses, generators."""

from typing import Any

from lossbench.config import BUNDLED, bundled
from lossbench.generators import GENERATORS
from lossbench.losses import LOSSES

Table = tuple[str, list[str], list[list[str]]]


def experiments() -> list[str]:
    """The names of the bundled configs, as ``lossbench run`` takes them."""
    return [path.relative_to(BUNDLED).with_suffix("").as_posix() for path in bundled()]


def as_document() -> dict[str, Any]:
    """The catalogue in plain values."""
    losses = {
        loss.name: {
            "problem": loss.problem,
            "output_activations": list(loss.activations),
            "labels": loss.labels,
            "metrics": list(loss.metrics),
            "parameters": {name: row.default for name, row in loss.parameters.items()},
            "aliases": list(loss.aliases),
        }
        for loss in LOSSES.values()
    }
    return {"experiments": experiments(), "losses": losses, "generators": GENERATORS}


def tables() -> list[Table]:
    """The catalogue as tables: a title, the columns and the rows of each."""
    losses = [
        [
            loss.name,
            loss.problem.removesuffix(" classification"),
            f"{'N' if loss.problem.startswith('multi') else '1'} {loss.activation}",
            loss.labels,
            loss.metrics[0],
        ]
        for loss in LOSSES.values()
    ]
    aliases = [[alias, loss.name] for loss in LOSSES.values() for alias in loss.aliases]
    generators = [[name, target] for name, target in GENERATORS.items()]
    return [
        ("Experiments", ["name"], [[name] for name in experiments()]),
        (
            "Losses (N: as many units as classes)",
            ["loss", "problem", "output layer", "labels", "metric"],
            losses,
        ),
        ("Other names of losses", ["name", "loss"], aliases),
        ("Generators, and sets that come with scikit-learn", ["generator", "target"], generators),
    ]
