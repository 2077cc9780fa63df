"""All pictures that can be drawn of results that are stored, without training."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from matplotlib.figure import Figure

from lossbench.data.arrays import Split
from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import Comparison, NothingToCompare, compare
from lossbench.evidence.sweep import Sweep, pictured
from lossbench.pictures.decision_boundaries import (
    boundaries,
    boundaries_of,
    can_be_drawn,
    data_of_result,
    has_boundaries,
    has_two_inputs,
    source_of,
)
from lossbench.pictures.names import data_name, of_data, safe, unique
from lossbench.pictures.of_comparison import curves, shown_in_curves
from lossbench.pictures.of_dataset import scatter
from lossbench.pictures.of_result import learning_curves
from lossbench.pictures.of_sweep import picture
from lossbench.pictures.style import Style
from lossbench.results.result import Result

Draw = Callable[[Style], Figure | None]


class _Data:
    """The data of results, each read or made once."""

    def __init__(self) -> None:
        self._files, self._known = DataFiles(), dict[str, Split | None]()

    def of(self, result: Result) -> Split | None:
        if result.data_sha256 not in self._known:
            self._known[result.data_sha256] = data_of_result(result, self._files)
        return self._known[result.data_sha256]


def pictures_of(
    results: Sequence[Result], sweep: Sweep | None = None, allow_code: bool = False
) -> dict[str, Draw]:
    """What draws each picture, by its name; that gives None where the data are not to be had.

    There are learning curves of each result that has its history; a picture of each data set of two
    features; curves of each group of results that share their data; decision boundaries of each
    group, and of each result that shares its data with no other; and the sweep. Without
    ``allow_code`` pictures that need a person's functions are left out.
    """
    data = _Data()
    try:
        comparisons = compare(results)
    except NothingToCompare:
        comparisons = []
    compared = {id(it) for comparison in comparisons for it in comparison.results}
    alone = [it for it in results if id(it) not in compared and can_be_drawn(it, allow_code)]
    drawn: dict[str, Draw] = {}
    for name, result in _named([it for it in results if it.trainings[0].history]):
        drawn[f"learning_curves_{name}"] = partial(learning_curves, result)
    drawn |= _data_sets([it for it in results if allow_code or not it.experiment.runs_code], data)
    for name, comparison in zip(of_data(comparisons), comparisons, strict=True):
        if shown_in_curves(comparison):
            drawn[f"curves_{name}"] = partial(curves, comparison)
        if has_boundaries(comparison, allow_code):
            drawn[f"boundaries_{name}"] = partial(_boundaries, comparison, data, allow_code)
    for name, result in _named(alone):
        drawn.setdefault(f"boundaries_{name}", partial(_boundaries_of_one, result, data))
    if sweep and pictured(sweep):
        drawn[f"sweep_{safe(sweep.name)}"] = partial(picture, sweep)
    return drawn


def _named(results: Sequence[Result]) -> Iterator[tuple[str, Result]]:
    names = unique([safe(it.experiment.name) for it in results])
    return zip(names, results, strict=True)


def _data_sets(results: Sequence[Result], data: _Data) -> dict[str, Draw]:
    """What draws each data set of two features, once for all that share it."""
    of_each: dict[str, Result] = {}
    for it in results:
        if has_two_inputs(it) and not it.targets:
            of_each.setdefault(it.data_sha256, it)
    names = unique([data_name(it.experiment) for it in of_each.values()])
    return {
        f"dataset_{name}": partial(_data_set, it, data)
        for name, it in zip(names, of_each.values(), strict=True)
    }


def _data_set(result: Result, data: _Data, style: Style) -> Figure | None:
    split = data.of(result)
    return scatter(split, style) if split and split.row_shape == (2,) else None


def _boundaries(
    comparison: Comparison, data: _Data, allow_code: bool, style: Style
) -> Figure | None:
    split = data.of(source_of(comparison))
    return boundaries(comparison, split, allow_code, style) if split else None


def _boundaries_of_one(result: Result, data: _Data, style: Style) -> Figure | None:
    split = data.of(result)
    title = result.experiment.dataset.title
    return boundaries_of([result], split, title, (), style) if split else None
