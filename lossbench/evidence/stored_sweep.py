"""A sweep that is read again from its document and from the results of its points."""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lossbench.config.grid import Axis
from lossbench.evidence.compared_metric import metric_of
from lossbench.evidence.sweep import DOCUMENT, Point, Sweep
from lossbench.results.files import DamagedResult, limited_content
from lossbench.results.result import Result

UNREADABLE = "is damaged, or is of another version; run the sweep again, which trains nothing anew"
MOST_BYTES, MOST_VALUES, MOST_CELLS = 2**26, 2_000_000, 10**6
Name = Annotated[str, Field(min_length=1, max_length=1000)]


class _Axis(BaseModel):
    key: Name
    label: Name
    values: list[Any] = Field(min_length=2)


class _Point(BaseModel):
    name: str
    values: dict[str, Any]


class _Document(BaseModel):
    model_config = ConfigDict(strict=True)

    name: Name
    base: Name
    axes: list[_Axis] = Field(min_length=1)
    points: list[_Point]
    failed: dict[str, str]


def read_sweep(folder: Path, results: Sequence[Result]) -> Sweep | None:
    """The sweep in a folder with the results that were read from it; None where it has none.

    Points without a result are left out. Raises DamagedResult.
    """
    path = folder / DOCUMENT
    if not path.exists():
        return None
    try:
        document = _Document.model_validate_json(limited_content(path, MOST_BYTES, MOST_VALUES))
    except ValidationError:
        raise DamagedResult(path, UNREADABLE) from None
    axes = tuple(Axis(tuple(it.key.split(".")), tuple(it.values), it.label) for it in document.axes)
    by_name = {result.experiment.name: result for result in results}
    points = [
        Point(tuple(_value(axis, it.values, path) for axis in axes), by_name[it.name])
        for it in document.points
        if it.name in by_name
    ]
    if prod(len(axis.values) for axis in axes) > MOST_CELLS:
        raise DamagedResult(path, UNREADABLE)
    if not points:
        return None
    metric = metric_of([point.result for point in points])
    return Sweep(document.name, document.base, axes, metric, tuple(points), document.failed)


def _value(axis: Axis, values: Mapping[str, Any], path: Path) -> Any:
    """The value of a point on an axis: the very object that the axis has, as in a sweep."""
    written = values.get(axis.dotted)
    for value in axis.values:
        if type(value) is type(written) and value == written:
            return value
    raise DamagedResult(path, UNREADABLE)
