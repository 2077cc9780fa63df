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
from lossbench.suite.extra_files import EXTRA_NAMES, extra_files
from lossbench.suite.extras import NO_EXTRAS, Extras
from lossbench.suite.picture_files import PICTURE_NAMES, picture_files

# All files that the folder of a result may hold. The first one it always holds.
NAMES = (FIGURES, CONFIG, HISTORY, WEIGHTS, *PICTURE_NAMES, *EXTRA_NAMES)
BEGINNING = rb'\A\s*\{\s*"name":'  # of metrics.json, however it is indented


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
    drawn = picture_files(result, split, extras.pictures)
    seen = replace(result, experiment=result.experiment.seen_from(folder))
    content = {**kept, **files(seen), **drawn, **extra_files(seen, split, extras)}
    atomic.replace_folder(folder, content, NAMES)


def refuse(folder: Path) -> None:
    """Raise FileExistsError unless a folder is missing, is empty, or holds an older result."""
    atomic.refuse(folder, NAMES)
    atomic.refuse_file(folder / FIGURES, BEGINNING)
