"""A suite in one table: what was found beside what is published."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lossbench.results import atomic
from lossbench.results.metrics_json import beside_published
from lossbench.results.result import PARTS, Part, Result
from lossbench.text import to_json

# What tells that a file was written here.
MARKS = {
    "summary.json": b'{\n  "experiments": [',
    "summary.md": b"# Results\n\nThe median over seeds and, in brackets, the interval that holds",
}


def essence(result: Result) -> Result:
    """What the summary needs of a result: the curves of the article's, and no weights."""
    from lossbench.evidence import claims

    return result.without_arrays(curves=result.experiment.config_hash in claims.article_hashes())


def row(result: Result) -> dict[str, Any]:
    """What the table says of an experiment, judged by its printed metric."""
    metric = result.experiment.metrics[0]
    return {
        "name": result.experiment.name,
        "loss": result.experiment.loss.name,
        "metric": metric,
        "seeds": len(result.trainings),
        "diverged": result.diverged,
        **{part: result.summary(part, metric).as_json() for part in PARTS},
        "published": beside_published(result, metric),
    }


def line(result: Result) -> str:
    """The line that the article prints for an experiment, of medians over seeds."""
    train, test = (result.summary(part, result.experiment.metrics[0]).median for part in PARTS)
    return f"Train: {train:.3f}, Test: {test:.3f}"


def files(results: Sequence[Result], failed: dict[str, str]) -> dict[str, bytes]:
    """summary.json and summary.md; ``failed`` maps experiments without a result to the reason."""
    # SciPy takes half a second to import, and only a suite needs it.
    from lossbench.evidence import claims

    rows, judgements = [row(result) for result in results], claims.judge(results)
    document = {"experiments": rows, "failed": failed, "claims": claims.as_document(judgements)}
    text = f"{_markdown(rows, failed)}\n## The article's claims\n\n{claims.as_markdown(judgements)}"
    return {"summary.json": to_json(document).encode(), "summary.md": text.encode()}


def refuse(folder: Path) -> None:
    """Raise FileExistsError if a file has the name of a summary in a folder and is none."""
    for name, mark in MARKS.items():
        atomic.refuse_file(folder / name, mark)


def found(row: dict[str, Any], part: Part) -> str:
    """The median and the interval: 0.793 [0.702, 0.828]."""
    figures = row[part]
    if figures["median"] is None:
        return "diverged"
    return f"{figures['median']:.3f} [{figures['low']:.3f}, {figures['high']:.3f}]"


def published(row: dict[str, Any], part: Part) -> tuple[str, str]:
    """The published figure and the verdict, empty where there is none."""
    figures = row["published"].get(part)
    return (f"{figures['value']:.3f}", figures["verdict"]) if figures else ("", "")


def _markdown(rows: list[dict[str, Any]], failed: dict[str, str]) -> str:
    head = ["experiment", "metric", "train", "article", "", "test", "article", "", "diverged"]
    table = [
        [
            row["name"],
            row["metric"],
            found(row, "train"),
            *published(row, "train"),
            found(row, "test"),
            *published(row, "test"),
            f"{row['diverged']} of {row['seeds']}",
        ]
        for row in rows
    ]
    lines = [head, ["---"] * len(head), *table]
    text = [
        "# Results",
        "",
        "The median over seeds and, in brackets, the interval that holds 95 % of them, on the "
        "final weights; beside it the article's one run, and whether it lies inside that interval.",
        "",
        *(f"| {' | '.join(cells)} |" for cells in lines),
    ]
    text += ["", *(f"{name} failed: {reason}" for name, reason in failed.items())] if failed else []
    return "\n".join(text) + "\n"
