"""Files for other programs, on request: event files for TensorBoard and a model for Keras.

They are made of the history and the weights of a result; nothing is trained for them.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from lossbench.data.arrays import Split
from lossbench.results.files import DamagedResult, content
from lossbench.results.result import Result

EVENTS, MODEL = "tensorboard", "model.keras"
# The files that there may be in the folder of a result; * stands for anything.
EXTRA_NAMES = (MODEL, *(f"{EVENTS}/{folder}events.out.tfevents" for folder in ("", "seed_*/")))
MOST_BYTES = 2**31  # of one file


class Extras(NamedTuple):
    """Which files for other programs are asked for."""

    tensorboard: bool = False
    model: bool = False


NO_EXTRAS = Extras()


def extra_files(result: Result, split: Split, extras: Extras) -> dict[str, bytes]:
    """The files that are asked for, by their names in the folder of the result.

    Where every seed diverged there is no model.
    """
    files: dict[str, bytes] = {}
    if extras.tensorboard:
        from lossbench.results.event_files import event_files

        files |= {f"{EVENTS}/{name}": file for name, file in event_files(result).items()}
    if extras.model:
        from lossbench.training.saved_model import model_file

        model = model_file(result, split)
        if model is not None:
            files[MODEL] = model
    return files


def stored_extra_files(folder: Path) -> dict[str, bytes]:
    """The files for other programs that the folder of a result holds, by their names there.

    Links are left out: what they point to is not part of the result.
    """
    events = folder / EVENTS
    files = {}
    for path in (folder / MODEL, *(() if events.is_symlink() else events.rglob("*"))):
        with suppress(DamagedResult):
            files[path.relative_to(folder).as_posix()] = content(path, MOST_BYTES)
    return files


def expected(result: Result, extras: Extras) -> Iterator[str]:
    """What a result's folder has if nothing that is asked for is missing: a file, a folder."""
    if extras.tensorboard:
        yield EVENTS
    if extras.model and result.median_training is not None:
        yield MODEL
