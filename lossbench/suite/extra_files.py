"""Files on request: event files for TensorBoard, a model for Keras, and pictures for a paper.

They are made of the history and the weights of a result; nothing is trained for them.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lossbench.data.arrays import Split
from lossbench.results.files import DamagedResult, content
from lossbench.results.result import Result
from lossbench.suite.extras import Extras
from lossbench.suite.picture_files import PICTURE_NAMES
from lossbench.training.startup import import_training

EVENTS, MODEL = "tensorboard", "model.keras"
# The names of these files in the folder of a result; * stands for anything.
EXTRA_NAMES = (MODEL, *(f"{EVENTS}/{folder}events.out.tfevents" for folder in ("", "seed_*/")))
MOST_BYTES = 2**31  # of one file


def extra_files(result: Result, split: Split, extras: Extras) -> dict[str, bytes]:
    """The files for other programs that are asked for, by their names in the folder of the result.

    There is no model if every seed diverged.
    """
    files: dict[str, bytes] = {}
    if extras.tensorboard:
        from lossbench.results.event_files import event_files

        files |= {f"{EVENTS}/{name}": file for name, file in event_files(result).items()}
    if extras.model:
        if "keras" not in sys.modules:
            import_training()
        from lossbench.training.saved_model import model_file

        model = model_file(result, split)
        if model is not None:
            files[MODEL] = model
    return files


def stored_extra_files(folder: Path) -> dict[str, bytes]:
    """The files that were asked for and that the folder of a result holds, by their names there.

    Links are left out: what they point to is not part of the result.
    """
    events = folder / EVENTS
    files = {}
    pictures = (folder / name for name in PICTURE_NAMES)
    for path in (folder / MODEL, *pictures, *(() if events.is_symlink() else events.rglob("*"))):
        with suppress(DamagedResult):
            files[path.relative_to(folder).as_posix()] = content(path, MOST_BYTES)
    return files


def expected(result: Result, extras: Extras) -> Iterator[str]:
    """The file and the folder that must be there, for what is asked for."""
    if extras.tensorboard:
        yield EVENTS
    if extras.model and result.median_training is not None:
        yield MODEL
