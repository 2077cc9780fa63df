"""The pictures in the folder of a result: learning curves, and the data if they can be drawn."""

from collections.abc import Iterator
from typing import Any

from lossbench.data.arrays import Split
from lossbench.pictures.formats import PLAIN, Drawn, all_files
from lossbench.results.result import Result

CURVES, DATA = "learning_curves", "dataset"
# All pictures that such a folder may hold. In it are always those of PLAIN.
PICTURE_NAMES = (*all_files(CURVES), *all_files(DATA))
MOST_KEPT = 8  # pictures of data: the losses that run together mostly share theirs

_kept: dict[Any, dict[str, bytes]] = {}
_former: dict[str, list[Any]] = {}  # learning curves by style, in whose place others are drawn


def expected_pictures(split: Split, drawn: Drawn = PLAIN) -> list[str]:
    """The names of a result's pictures: its curves and, of two features and a target, its data."""
    names = (CURVES, DATA) if _has_picture(split) else (CURVES,)
    return [file for it in _each(drawn) for name in names for file in it.files(name)]


def picture_files(result: Result, split: Split, drawn: Drawn = PLAIN) -> dict[str, bytes]:
    """The pictures of a result by their names, in PNG and in what is asked for."""
    # matplotlib is imported while the first experiment is trained.
    from lossbench.pictures.encode import files_of
    from lossbench.pictures.of_result import learning_curves
    from lossbench.pictures.style import STYLES

    files: dict[str, bytes] = {}
    for it in _each(drawn):
        former = _former.setdefault(it.style, [])
        picture = learning_curves(result, STYLES[it.style], former)
        files |= files_of(picture, CURVES, it)
        if picture not in former:
            former.append(picture)
        if _has_picture(split):
            files |= _of_data(split, it)
    return files


def _each(drawn: Drawn) -> Iterator[Drawn]:
    """What is drawn: PLAIN, which other programs expect, and what is asked for beside it."""
    if drawn.style == PLAIN.style:
        yield Drawn(tuple(dict.fromkeys([*PLAIN.formats, *drawn.formats])))
    else:
        yield from (PLAIN, drawn)


def _has_picture(split: Split) -> bool:
    return split.row_shape == (2,) and not split.targets


def _of_data(split: Split, drawn: Drawn) -> dict[str, bytes]:
    """The picture of data, which is drawn once for all experiments that share them."""
    from lossbench.pictures.encode import files_of
    from lossbench.pictures.of_dataset import scatter
    from lossbench.pictures.style import STYLES

    key = split.sha256, split.classes, split.features, drawn
    if key not in _kept:
        if len(_kept) == MOST_KEPT:
            _kept.clear()
        _kept[key] = files_of(scatter(split, STYLES[drawn.style]), DATA, drawn)
    return _kept[key]
