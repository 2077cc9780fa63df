"""A sweep: what the points of a grid gave, in one table.

All figures are of a common metric, mse or accuracy, since the points may differ in their loss.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lossbench.config.grid import text
from lossbench.config.load import Case
from lossbench.evidence.comparison import figure, found, ranking
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import Summary
from lossbench.tables.metrics import compared_on

MOST_AXES = 2  # that a picture can show
CAVEAT = "It was chosen by these very figures, so expect a little less of it on rows that are new."


@dataclass(frozen=True)
class Axis:
    """A dotted key that varies, its values in the order they were given, and a short name."""

    key: str
    values: tuple[Any, ...]
    label: str

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, and not names or lists."""
        return all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in self.values
        )


@dataclass(frozen=True)
class Point:
    """The result of a point, and the values of the axes there in their order."""

    values: tuple[Any, ...]
    result: Result


@dataclass(frozen=True)
class Sweep:
    """The points of one config that gave results; ``failed`` says why the others did not.

    ``base`` is the name of the config.
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
        """The first point whose test median is the best, if any training finished."""
        first = self.points[ranking([point.result for point in self.points], self.metric)[0]]
        return first if first.result.diverged < len(first.result.trainings) else None


def sweeps(
    cases: Sequence[Case], results: Sequence[Result], failed: Mapping[str, str]
) -> list[Sweep]:
    """The sweeps that some cases are points of, those without any result left out."""
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
    """The content of sweep.json; what is not finite is None."""
    return {
        "name": sweep.name,
        "metric": sweep.metric,
        "axes": [{"key": axis.key, "values": list(axis.values)} for axis in sweep.axes],
        "points": [
            {
                "name": point.result.experiment.name,
                "values": dict(zip((axis.key for axis in sweep.axes), point.values, strict=True)),
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
            *(found(sweep.summary(point, part)) for part in PARTS),
            f"{point.result.diverged} of {len(point.result.trainings)}",
        ]
        for point in sweep.points
    ]
    return [*(axis.label for axis in sweep.axes), *PARTS, "diverged"], rows


def verdict(sweep: Sweep) -> str:
    """Which point is the best, in a sentence."""
    best = sweep.best
    if best is None:
        return "Every training diverged."
    values = ", ".join(
        f"{axis.label} {text(value)}" for axis, value in zip(sweep.axes, best.values, strict=True)
    )
    median = figure(sweep.summary(best, "test").median)
    return f"Best median test {sweep.metric}: {median}, with {values}."


def pictured(sweep: Sweep) -> bool:
    """Whether a picture can show it: of more than two axes there is only the table."""
    return len(sweep.axes) <= MOST_AXES


def as_markdown(sweep: Sweep) -> str:
    """The content of sweep.md."""
    columns, rows = table(sweep)
    keys = ", ".join(f"`{axis.key}`" for axis in sweep.axes)
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
    keys = list(cases[0].point)
    ends = [key.rpartition(".")[2] for key in keys]
    axes = []
    for key, end in zip(keys, ends, strict=True):
        values: list[Any] = []
        for case in cases:
            if not any(case.point[key] is value for value in values):
                values.append(case.point[key])
        label = end if ends.count(end) == 1 and end != "name" else key
        axes.append(Axis(key, tuple(values), label))
    points = [
        Point(tuple(case.point.values()), results[case.experiment.name])
        for case in cases
        if case.experiment.name in results
    ]
    names = {case.experiment.name for case in cases}
    return Sweep(
        name,
        cases[0].base,
        tuple(axes),
        compared_on(points[0].result.experiment.loss.row.problem),
        tuple(points),
        {name: reason for name, reason in failed.items() if name in names},
    )
