"""Many results in one table: what was found beside what is published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbench.results import atomic, claims_json
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import Summary, Verdict, judge, summarize
from lossbench.text import figure, to_json

if TYPE_CHECKING:
    from lossbench.evidence.claims import Judged

# What the files of a summary begin with, and that of the claims beside them.
MARKS = {
    "summary.json": rb'\{\n  "experiments": \[',
    "summary.md": rb"# Results\n\nThe median over seeds and, in brackets, the interval that holds",
    claims_json.FILE_NAME: claims_json.MARK,
}


@dataclass(frozen=True)
class Row:
    """An experiment in the table, by the metric that is printed of it.

    ``found`` has the figures of each part. ``published`` has the parts of which a figure is
    published, with the decimals it was printed with, and ``verdicts`` whether that figure lies in
    the interval that was found. ``constant`` has the metric of the best constant prediction on each
    part, the mean over the splits; it is empty where the result does not know it.
    """

    name: str
    loss: str
    metric: str
    seeds: int
    diverged: int
    found: Mapping[Part, Summary]
    published: Mapping[Part, Decimal]
    verdicts: Mapping[Part, Verdict]
    constant: Mapping[Part, float]

    def as_json(self) -> dict[str, Any]:
        """The row in summary.json."""
        return {
            "name": self.name,
            "loss": self.loss,
            "metric": self.metric,
            "seeds": self.seeds,
            "diverged": self.diverged,
            **{part: summary.as_json() for part, summary in self.found.items()},
            "published": {
                part: {
                    "value": float(value),
                    **self.found[part].as_json(),
                    "verdict": self.verdicts[part],
                }
                for part, value in self.published.items()
            },
            "constant": dict(self.constant),
        }


def row(result: Result) -> Row:
    """The row of a result."""
    metric = result.metric
    published = result.published(metric)
    return Row(
        result.experiment.name,
        result.experiment.loss.name,
        metric,
        len(result.trainings),
        result.diverged,
        {part: result.summary(part, metric) for part in PARTS},
        published,
        {part: judge(value, result.final(part, metric)) for part, value in published.items()},
        constant(result, metric),
    )


def constant(result: Result, metric: str) -> dict[Part, float]:
    """A metric of the best constant prediction by part, a mean over splits; empty if not known."""
    means = {part: float(result.constant(part, metric).mean()) for part in PARTS}
    return means if np.isfinite(list(means.values())).all() else {}


def known_constant(results: Iterable[Result], metric: str) -> dict[Part, float]:
    """The ``constant`` of the first result that knows it; older ones do not. Empty if none does."""
    return next(filter(None, (constant(it, metric) for it in results)), {})


def line(result: Result) -> str:
    """The medians of an experiment, in the format in which the tutorial prints its results."""
    medians = (result.summary(part, result.metric).median for part in PARTS)
    # Of a million, float32 has no three decimals.
    train, test = (figure(it) if it >= 1e6 else f"{it:.3f}" for it in medians)
    return f"Train: {train}, Test: {test}"


def of_targets(result: Result) -> list[tuple[str, Summary, Summary]]:
    """Each of several targets with the metric that is printed, of the train and the test part."""
    train, test = (result.of_targets(part, result.metric) for part in PARTS)
    return [(name, summarize(train[name]), summarize(test[name])) for name in train]


def files(
    results: Sequence[Result], failed: Mapping[str, str], judged: "Judged | None" = None
) -> dict[str, bytes]:
    """summary.json and summary.md; ``failed`` has the reason why an experiment has no result.

    ``judged`` are the claims about the experiments, if there are some.
    """
    rows = [row(result) for result in results]
    document = {
        "experiments": [it.as_json() for it in rows],
        "failed": dict(failed),
        "claims": judged.as_json() if judged else [],
    }
    text = _markdown(rows, failed)
    if judged:
        text += f"\n## {judged.title}\n\n{judged.as_markdown()}"
    return {"summary.json": to_json(document).encode(), "summary.md": text.encode()}


def refuse(folder: Path) -> None:
    """Raise FileExistsError if a summary would replace a file that lossbench did not write."""
    for name, mark in MARKS.items():
        atomic.refuse_file(folder / name, mark)


def _markdown(rows: Sequence[Row], failed: Mapping[str, str]) -> str:
    head = ["experiment", "metric", "train", "published", "", "test", "published", ""]
    head += ["test, constant", "diverged"]
    table = [
        [
            it.name,
            it.metric,
            *(cell for part in PARTS for cell in _cells(it, part)),
            figure(it.constant["test"]) if it.constant else "",
            f"{it.diverged} of {it.seeds}",
        ]
        for it in rows
    ]
    lines = [head, ["---"] * len(head), *table]
    text = [
        "# Results",
        "",
        "The median over seeds and, in brackets, the interval that holds 95 % of them, on the "
        "final weights; beside it the published figure, which is of one run, and whether it lies "
        "inside that interval. A constant is the best prediction that looks at no feature.",
        "",
        *(f"| {' | '.join(cells)} |" for cells in lines),
    ]
    text += ["", *(f"{name} failed: {reason}" for name, reason in failed.items())] if failed else []
    return "\n".join(text) + "\n"


def _cells(row: Row, part: Part) -> tuple[str, str, str]:
    """The cells of a part: the figures, the published one and the verdict."""
    published = str(row.published.get(part, ""))
    return str(row.found[part]), published, row.verdicts.get(part, "")
