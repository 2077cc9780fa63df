"""The folder of a result: which files it may hold, and how it is written in one step."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from lossbench.data.arrays import Split
from lossbench.results import atomic
from lossbench.results.files import CONFIG, FIGURES, HISTORY, WEIGHTS
from lossbench.results.result import Result
from lossbench.results.write import files
from lossbench.suite.extras import EXTRA_NAMES, NO_EXTRAS, Extras, extra_files

CURVES, DATA = "learning_curves.png", "dataset.png"
# All files that the folder of a result may hold. The first one it always holds.
NAMES = (FIGURES, CONFIG, HISTORY, WEIGHTS, CURVES, DATA, *EXTRA_NAMES)
BEGINNING = rb'\A\s*\{\s*"name":'  # of metrics.json, however it is indented


def pictures(split: Split) -> tuple[str, ...]:
    """The names of a result's pictures: its curves and, of two features and a target, its data."""
    drawn = split.row_shape == (2,) and not split.targets
    return (CURVES, DATA) if drawn else (CURVES,)


def write(
    result: Result,
    split: Split,
    folder: Path,
    extras: Extras = NO_EXTRAS,
    kept: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Write a result, its pictures and the extras to a folder, in one step.

    ``kept`` are further files, by name. In the config, the path of a data file starts from the
    folder. An older result is replaced. Raises FileExistsError if the folder holds anything else,
    and OSError if it cannot be written.
    """
    # matplotlib is imported while the first experiment is trained.
    from lossbench.pictures.of_dataset import scatter
    from lossbench.pictures.of_result import learning_curves
    from lossbench.pictures.style import png

    drawn = {CURVES: png(learning_curves(result))}
    if DATA in pictures(split):
        drawn[DATA] = png(scatter(split))
    seen = replace(result, experiment=result.experiment.seen_from(folder))
    content = {**kept, **files(seen), **drawn, **extra_files(seen, split, extras)}
    atomic.replace_folder(folder, content, NAMES)


def refuse(folder: Path) -> None:
    """Raise FileExistsError unless a folder is missing, is empty, or holds an older result."""
    atomic.refuse(folder, NAMES)
    atomic.refuse_file(folder / FIGURES, BEGINNING)
