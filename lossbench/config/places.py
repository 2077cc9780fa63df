"""The place of each complaint: a line of the config, or the option that set the key."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from lossbench.config.complaints import Complaint, Mistake, dotted
from lossbench.config.experiment import Experiment
from lossbench.config.grid import Axis, Grid, Point, text
from lossbench.config.source import Source
from lossbench.config.yaml_reader import Key
from lossbench.text import close_to

# Each complaint with the point of the grid that it is about.
AtPoints = Sequence[tuple[Point, Complaint]]


def mistakes(source: Source, grid: Grid, complaints: AtPoints) -> list[Mistake]:
    """What is wrong at the points of a grid: each thing once, with its line or option."""
    by_cause: dict[tuple[Axis | None, Key, str], list[tuple[Point, Complaint]]] = defaultdict(list)
    for point, complaint in complaints:
        axis = grid.axis_of(complaint.key, complaint.value)
        key = complaint.key
        # The option shows its own key. A deeper key is named, unless the value is a bare name.
        if axis and (len(key) <= len(axis.key) or isinstance(point[grid.axes.index(axis)], str)):
            key = ()
        by_cause[axis, key, complaint.message].append((point, complaint))
    return [
        _of_option(source, grid, axis, key, found) if axis else _of_line(source, grid, key, found)
        for (axis, key, _), found in by_cause.items()
    ]


def whole_key(end: str, message: str, values: Any) -> str | None:
    """The message with the whole key, where only its end was given: learning_rate.

    None where the message stays as it is. ``values`` are those of the config.
    """
    if "is not a known key" not in message or "did you mean" in message:
        return None
    try:
        known = Experiment.model_validate({"name": "any", **values}).resolved()
    except ValidationError:
        return None
    ends = {
        str(name): f"{section}.{name}"
        for section, keys in known.items()
        if isinstance(keys, dict)
        for name in keys
    }
    meant = close_to(end, ends)
    return f"is not a known key; did you mean '{ends[meant]}'?" if meant else None


def _of_line(source: Source, grid: Grid, key: Key, found: AtPoints) -> Mistake:
    """A mistake in the config, with the points where it is found, if it is not at all of them."""
    complaint = found[0][1]
    where = _among(grid, [point for point, _ in found], grid.points())
    touched = [axis for axis in grid.axes if key and axis.key[0] == key[0]]
    if touched and not where and not grid.varying:
        where = f" (with {', '.join(axis.option(axis.values) for axis in touched)})"
    line, message = source.document.line(key), complaint.message + where
    return Mistake(source.path, line, dotted(key), message, complaint.value)


def _of_option(source: Source, grid: Grid, axis: Axis, key: Key, found: AtPoints) -> Mistake:
    """A mistake in an option, which is shown with its wrong values."""
    points, message = [point for point, _ in found], found[0][1].message
    number = grid.axes.index(axis)
    values = [value for value in axis.values if any(value is point[number] for point in points)]
    all_points = [it for it in grid.points() if any(value is it[number] for value in values)]
    where = _among(grid, points, all_points, besides=axis)
    hint = None if len(axis.key) > 1 else whole_key(axis.dotted, message, source.document.values)
    return Mistake(axis.option(values), None, dotted(key), (hint or message) + where)


def _among(
    grid: Grid, points: Sequence[Point], all_points: Sequence[Point], besides: Axis | None = None
) -> str:
    """At which of the points, if not at all of them."""
    if len(points) >= len(all_points):
        return ""
    places: dict[str, None] = {}
    for point in points:
        values = grid.values(point).items()
        pairs = (f"{key}={text(it)}" for key, it in values if not besides or key != besides.dotted)
        places[", ".join(pairs)] = None
    first, *more = places
    return f" (at {first}{f', and at {len(more)} more' if more else ''})"
