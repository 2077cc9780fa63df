"""The sweep whose points are the results in a folder, from the table that lies beside them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lossbench.config.grid import Axis, labels
from lossbench.evidence.compared_metric import metric_of
from lossbench.evidence.sweep import Point, Sweep
from lossbench.results.files import DamagedResult, limited_content
from lossbench.results.result import Result
from lossbench.text import flattened

DOCUMENT = "sweep.json"
DAMAGED = "is damaged, or is of another version; run the sweep again"
OTHER = "tells of other results than those that lie beside it; run the sweep again"
MOST_BYTES, MOST_VALUES = 2**25, 2_000_000


class _Axis(BaseModel):
    model_config = ConfigDict(strict=True)

    key: str = Field(min_length=1)
    values: list[Any] = Field(min_length=2)


class _Point(BaseModel):
    model_config = ConfigDict(strict=True)

    name: str
    values: dict[str, Any]


class _Document(BaseModel):
    model_config = ConfigDict(strict=True)

    name: str
    axes: list[_Axis] = Field(min_length=1)
    points: list[_Point] = Field(min_length=1)
    failed: dict[str, str]


def read_sweep(folder: Path, results: Sequence[Result], metric: str | None = None) -> Sweep | None:
    """The sweep of results in a folder, on ``metric`` or on that of their problem.

    None where the folder has no table of a sweep, no result of its points, or one without the
    ``metric``. Raises DamagedResult where the table is damaged, or does not fit the results.
    """
    path = folder / DOCUMENT
    if not path.exists():
        return None
    try:
        content = limited_content(path, MOST_BYTES, MOST_VALUES)
        document = _Document.model_validate_json(content)
    except ValidationError:
        raise DamagedResult(path, DAMAGED) from None
    keys = [tuple(it.key.split(".")) for it in document.axes]
    named = labels(keys)
    axes = tuple(
        Axis(key, tuple(it.values), named[key]) for key, it in zip(keys, document.axes, strict=True)
    )
    points = _points(path, document, results)
    members = [it.result for it in points]
    if not members or (metric and not all(metric in it.experiment.metrics for it in members)):
        return None
    base = document.name.removesuffix("+" + "+".join(axis.label for axis in axes))
    on = metric or metric_of(members)
    return Sweep(document.name, base, axes, on, tuple(points), document.failed)


def _points(path: Path, document: _Document, results: Sequence[Result]) -> list[Point]:
    """The points that there are results of. Raises DamagedResult where one does not fit its."""
    by_name = {it.experiment.name: it for it in results}
    points = []
    for it in document.points:
        if it.name not in by_name:
            continue
        values = tuple(it.values.get(axis.key) for axis in document.axes)
        pairs = zip(values, document.axes, strict=True)
        if not all(value in axis.values for value, axis in pairs) or not _fits(
            by_name[it.name], it.values
        ):
            raise DamagedResult(path, OTHER)
        points.append(Point(values, by_name[it.name]))
    return points


def _fits(result: Result, values: dict[str, Any]) -> bool:
    """Whether the config has these numbers, where it has the very keys."""
    flat = flattened(result.experiment.model_dump(mode="json"))
    numbers = {key: it for key, it in values.items() if isinstance(it, int | float)}
    return all(
        flat[key] == value
        for key, value in numbers.items()
        if isinstance(flat.get(key), int | float)
    )
