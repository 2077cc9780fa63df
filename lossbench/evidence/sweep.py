"""A sweep: what the points of a grid gave, in one table.

All figures are of the metric that results are compared on, mse or accuracy, since the points may
differ in their loss.

Which data they are is given and not chosen, as is how they are disturbed: where that varies, the
best point is found among those of the same data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossbench.config.grid import Axis, text
from lossbench.config.load import Case
from lossbench.evidence.compared_metric import metric_of
from lossbench.evidence.comparison import ranking
from lossbench.evidence.difference_words import beats, matters, region_of
from lossbench.evidence.summary import constant
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import Summary
from lossbench.text import figure, listed

MOST_AXES = 2  # that a picture can show
MOST_NAMED = 3  # points in a sentence; the others are counted
MOST_TOLD = 8  # data that a verdict tells of; the table has the others
DATA = "dataset"
DOCUMENT = "sweep.json"  # beside the points
# What of its section is chosen for the same rows and the same target.
CHOSEN = {
    *("standardize", "target_transform", "dates", "drop", "categories"),
    *("sample_weight", "shape", "features"),
}
CAVEAT = "Picked on the test rows, so expect slightly worse on new ones."


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

    @property
    def given(self) -> tuple[Axis, ...]:
        """The axes that say which data there are, and how they are disturbed."""
        return tuple(it for it in self.axes if it.key[0] == DATA and it.key[1] not in CHOSEN)

    @property
    def of_same_data(self) -> tuple["Sweep", ...]:
        """The sweeps of the points of the same data: itself where the data are the same for all."""
        groups: dict[str, list[Point]] = {}
        for point in self.points:
            groups.setdefault(_values(self, point, self.given), []).append(point)
        return tuple(replace(self, points=tuple(points)) for points in groups.values())


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
        "base": sweep.base,
        "metric": sweep.metric,
        "axes": [
            {"key": axis.dotted, "label": axis.label, "values": list(axis.values)}
            for axis in sweep.axes
        ],
        "points": [
            {
                "name": point.result.experiment.name,
                "values": dict(
                    zip((axis.dotted for axis in sweep.axes), point.values, strict=True)
                ),
                "seeds": len(point.result.trainings),
                "diverged": point.result.diverged,
                "constant": constant(point.result, sweep.metric),
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
    """Which point is the best, and which are too close to it to matter, in a few sentences.

    Where the data differ, this is said of each.
    """
    best = sweep.best
    if best is None:
        return "Every seed diverged."
    if sweep.given:
        return _by_data(sweep)
    median = sweep.summary(best, "test").median
    own = constant(best.result, sweep.metric).get("test", np.nan)
    region = region_of(sweep.metric, median, own)
    named = _values(sweep, best, sweep.axes)
    text = f"Best median test {sweep.metric}: {_figure(best, median)}, with {named}."
    near = _too_close(sweep, best, sweep.axes)
    text += f" Too close to matter: {near}." if near else ""
    text += _of_constants(sweep)
    if np.isfinite(own) and not beats(sweep.metric, median, own, region):
        return f"No point is better than a constant by enough to matter. {text}"
    return f"{text} {CAVEAT}"


def _by_data(sweep: Sweep) -> str:
    """The best point of each of those of the same data, in the order of the points."""
    others = tuple(axis for axis in sweep.axes if axis not in sweep.given)
    told = []
    for alike in sweep.of_same_data:
        best, given = alike.best, _values(alike, alike.points[0], sweep.given)
        if best is None:
            told.append(f"none with {given}, as every seed diverged")
            continue
        median = _figure(best, alike.summary(best, "test").median)
        named = ", ".join(filter(None, (given, _values(alike, best, others))))
        near = _too_close(alike, best, others)
        told.append(f"{median} with {named}" + (f" (too close to matter: {near})" if near else ""))
    if len(told) > MOST_TOLD:
        told[MOST_TOLD:] = [f"{len(told) - MOST_TOLD} more are in the table"]
    what = f"{'Best median' if others else 'Median'} test {sweep.metric}"
    caveat = f" {CAVEAT}" if others else ""
    return f"{what}: {'; '.join(told)}.{_of_constants(sweep)}{caveat}"


def _too_close(sweep: Sweep, best: Point, axes: Sequence[Axis]) -> str:
    """The points that are too close to the best one to matter, named by these axes."""
    median = sweep.summary(best, "test").median
    own = constant(best.result, sweep.metric).get("test", np.nan)
    region = region_of(sweep.metric, median, own)
    medians = [(it, sweep.summary(it, "test").median) for it in sweep.points if it is not best]
    near = [
        f"{_values(sweep, it, axes)} ({_figure(it, value)})"
        for it, value in medians
        if np.isfinite(value) and not matters(value - median, region)
    ]
    return listed(near, most=MOST_NAMED) if near else ""


def _of_constants(sweep: Sweep) -> str:
    """A sentence about what constants reach, after a space; empty where that is not known."""
    known = [it["test"] for p in sweep.points if (it := constant(p.result, sweep.metric))]
    if not known:
        return ""
    low, high = map(figure, (min(known), max(known)))
    return f" A constant reaches {low if low == high else f'{low} to {high}'}."


def _figure(point: Point, median: float) -> str:
    """The median, and how many seeds it leaves out because they diverged."""
    lost = point.result.diverged
    left_out = f" ({lost} of {len(point.result.trainings)} seeds diverged)" if lost else ""
    return f"{figure(median)}{left_out}"


def _values(sweep: Sweep, point: Point, axes: Sequence[Axis]) -> str:
    """The values of a point on some of the axes: "labels 0.1, loss mae"."""
    pairs = zip(sweep.axes, point.values, strict=True)
    return ", ".join(f"{axis.label} {text(value)}" for axis, value in pairs if axis in axes)


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
        verdict(sweep),
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
        metric_of([point.result for point in points]),
        tuple(points),
        {name: reason for name, reason in failed.items() if name in names},
    )
