"""A sweep: what the points of a grid gave, in one table.

All figures are of the metric of the problem, mse or accuracy, since the points may differ in their
loss.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lossbench.config.grid import Axis, text
from lossbench.config.load import Case
from lossbench.evidence.comparison import ranking
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import Summary
from lossbench.tables.metrics import compared_on
from lossbench.text import figure

MOST_AXES = 2  # that a picture can show
CAVEAT = "This point was chosen by these figures, so expect slightly worse ones on new rows."


@dataclass(frozen=True)
class Point:
    """The result of a point, and the value of each axis there."""

    values: tuple[Any, ...]
    result: Result


@dataclass(frozen=True)
class Sweep:
    """The points of one config that gave results.

    ``base`` is the name of the config. ``failed`` has the reasons why other points gave none, by
    the names of their experiments.
    """

    name: str
    base: str
    axes: tuple[Axis, ...]
    metric: str
    points: tuple[Point, ...]
    failed: Mapping[str, str]

    def summary(self, point: Point, part: Part) -> Summary:
        """Median and interval of the metric over a point's seeds."""
        return point.result.summary(part, self.metric)

    @property
    def best(self) -> Point | None:
        """The first point with the best test median; None where all seeds diverged."""
        first = self.points[ranking([point.result for point in self.points], self.metric)[0]]
        return first if first.result.diverged < len(first.result.trainings) else None


def sweeps(
    cases: Sequence[Case], results: Sequence[Result], failed: Mapping[str, str]
) -> list[Sweep]:
    """The sweeps that some cases are points of; a sweep without any result is left out."""
    by_name = {result.experiment.name: result for result in results}
    members: dict[str, list[Case]] = {}
    for case in cases:
        if case.sweep:
            members.setdefault(case.sweep, []).append(case)
    return [
        _sweep(name, of_it, by_name, failed)
        for name, of_it in members.items()
        if any(case.experiment.name in by_name for case in of_it)
    ]


def as_document(sweep: Sweep) -> dict[str, Any]:
    """The content of sweep.json; None stands for NaN."""
    return {
        "name": sweep.name,
        "metric": sweep.metric,
        "axes": [{"key": axis.dotted, "values": list(axis.values)} for axis in sweep.axes],
        "points": [
            {
                "name": point.result.experiment.name,
                "values": dict(
                    zip((axis.dotted for axis in sweep.axes), point.values, strict=True)
                ),
                "seeds": len(point.result.trainings),
                "diverged": point.result.diverged,
                **{
                    part: {
                        name: point.result.summary(part, name).as_json()
                        for name in ("loss", *point.result.experiment.metrics)
                    }
                    for part in PARTS
                },
            }
            for point in sweep.points
        ],
        "failed": dict(sweep.failed),
    }


def table(sweep: Sweep) -> tuple[list[str], list[list[str]]]:
    """The columns and a row for each point: its values, the figures, how many diverged."""
    rows = [
        [
            *map(text, point.values),
            *(str(sweep.summary(point, part)) for part in PARTS),
            f"{point.result.diverged} of {len(point.result.trainings)}",
        ]
        for point in sweep.points
    ]
    return [*(axis.label for axis in sweep.axes), *PARTS, "diverged"], rows


def verdict(sweep: Sweep) -> str:
    """Which point is the best, in a sentence."""
    best = sweep.best
    if best is None:
        return "Every seed diverged."
    values = ", ".join(
        f"{axis.label} {text(value)}" for axis, value in zip(sweep.axes, best.values, strict=True)
    )
    median = figure(sweep.summary(best, "test").median)
    return f"Best median test {sweep.metric}: {median}, with {values}."


def pictured(sweep: Sweep) -> bool:
    """Whether a picture can show it: with more than two axes there is only the table."""
    return len(sweep.axes) <= MOST_AXES


def as_markdown(sweep: Sweep) -> str:
    """The content of sweep.md."""
    columns, rows = table(sweep)
    keys = ", ".join(f"`{axis.dotted}`" for axis in sweep.axes)
    lines = [columns, ["---"] * len(columns), *rows]
    parts = [
        f"# {sweep.base} over {keys}",
        f"The {sweep.metric}: its median over seeds and, in brackets, the interval that holds 95 % "
        "of them, on the final weights.",
        "\n".join(f"| {' | '.join(cells)} |" for cells in lines),
        f"{verdict(sweep)} {CAVEAT if sweep.best else ''}".strip(),
    ]
    if pictured(sweep):
        parts.append(f"![{sweep.metric} over {keys}](sweep.png)")
    else:
        parts.append(f"There is no picture: it would need {len(sweep.axes)} axes.")
    parts += [f"{name} failed: {reason}" for name, reason in sweep.failed.items()]
    return "\n\n".join(parts) + "\n"


def _sweep(
    name: str, cases: Sequence[Case], results: Mapping[str, Result], failed: Mapping[str, str]
) -> Sweep:
    points = [
        Point(tuple(case.point.values()), results[case.experiment.name])
        for case in cases
        if case.experiment.name in results
    ]
    names = {case.experiment.name for case in cases}
    return Sweep(
        name,
        cases[0].base,
        cases[0].axes,
        compared_on(points[0].result.experiment.loss.row.problem),
        tuple(points),
        {name: reason for name, reason in failed.items() if name in names},
    )
