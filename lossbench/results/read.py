"""Results as they lie in a folder: reading what ``results.files`` wrote, without TensorFlow.

Nothing is unpickled or unpacked, no more is read than a result has, and what its files say twice
must agree: so a result from a stranger can be read safely, and damage is found.
"""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results import document as stored_document
from lossbench.results.atomic import PREFIX, unchanged
from lossbench.results.files import AGAIN, DamagedResult
from lossbench.results.history import histories
from lossbench.results.result import (
    CONFIG,
    FIGURES,
    HISTORY,
    VALIDATION,
    WEIGHTS,
    Result,
    Training,
    metrics,
    provenance,
)
from lossbench.results.weights import weights
from lossbench.text import on_one_line

FILES = {FIGURES, CONFIG, WEIGHTS, HISTORY}
VALUE = re.compile(r"(?<==)(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?=\+|$)")
# What metrics.json says of its runs together.
OF_RUNS = ("name", "summary", "diverged", "published")


class NotReusable(ValueError):
    """A folder does not hold what training an experiment here and now would give; says why."""


def read(folder: Path) -> Result:
    """The result in a folder, equal to the one that was written there.

    ``history`` is empty where history.csv is missing: it is large, and git ignores it. Its figures
    are the float32 that were written, to the last bit. A null in metrics.json is NaN. Raises
    DamagedResult.
    """
    with unchanged(folder.parent):
        return _read(folder)


def _read(folder: Path) -> Result:
    values, document, experiment = stored_document.read(folder)
    runs, classes, digests = document.runs, document.classes, document.files
    row = experiment.loss.row
    if classes and not (row.fits(len(classes)) and len({*classes}) == len(classes)):
        raise DamagedResult(folder / FIGURES, f"has classes that its loss cannot have; {AGAIN}")
    units = row.units(len(classes)) or None  # older results have no classes
    lengths = [run.epochs or experiment.epochs for run in runs]
    courses = histories(folder / HISTORY, experiment, lengths, digests.history)
    arrays = weights(folder / WEIGHTS, experiment, units, digests.weights)
    trainings = tuple(
        Training(
            run.seed,
            run.diverged,
            run.figures("train"),
            run.figures("test"),
            history,
            of_seed,
            run.epochs,
            run.best_epoch,
        )
        for run, history, of_seed in zip(runs, courses, arrays, strict=True)
    )
    data_sha256 = document.provenance["data_sha256"]
    result = Result(
        experiment.from_folder(folder), data_sha256, trainings, classes, document.provenance
    )
    for it in trainings:
        if not it.diverged and not all(np.isfinite(array).all() for array in it.weights):
            message = f"is not finite in seed {it.seed}, which did not diverge; {AGAIN}"
            raise DamagedResult(folder / WEIGHTS, message)
    again = metrics(result)
    for name in OF_RUNS:
        if not _agree(values.get(name), again[name]):
            raise DamagedResult(folder / FIGURES, f"{name} is not that of its runs; {AGAIN}")
    if not all(_ends_as_said(training, experiment) for training in trainings):
        message = f"is damaged, or of another run than {FIGURES}: its last epochs say otherwise"
        raise DamagedResult(folder / HISTORY, f"{message}; {AGAIN}")
    return result


def reusable(folder: Path, experiment: Experiment, split: Split) -> Result:
    """The result in a folder, whose trainings are what training from their seeds would give.

    That is so where config, data, platform and all versions are the same and no file is missing.
    What is in ``BESIDE_TRAINING`` of the two experiments may differ. Raises NotReusable.
    """
    try:
        result = read(folder)
    except DamagedResult as error:
        raise NotReusable(str(error).removesuffix(f"; {AGAIN}")) from None
    if result.experiment.config_hash != experiment.config_hash:
        raise NotReusable("it is of another config")
    if result.data_sha256 != split.sha256 or not _fits(result, split):
        raise NotReusable("it is of other data")
    for name, now in provenance(split.sha256).items():
        if (then := result.provenance.get(name)) != now:
            then = on_one_line(then or "unknown")
            raise NotReusable(f"it is of {name} {then}, and this is {now}")
    if experiment.loss.function is not None:
        raise NotReusable("its loss is code, which may have changed")
    if not all(training.history for training in result.trainings):
        raise NotReusable("its history.csv is missing")
    return result


def read_all(folder: Path) -> tuple[list[Result], list[str]]:
    """The results directly in a folder, by name, and a complaint about each that is damaged.

    Values in the names of a sweep's points count as numbers: 0.001, 0.02, 0.1, 1.

    A folder without any file of a result, such as ``5000-samples`` with results of its own, is
    passed over. Where there is nothing at all, a complaint says so.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        return [], [f"{folder}: {what}; 'lossbench run-all' makes results"]
    results, complaints = [], []
    for path in sorted(folder.iterdir(), key=_order):
        if path.name.startswith(PREFIX):
            continue
        try:
            if FILES & {it.name for it in path.iterdir()}:
                results.append(read(path))
        except DamagedResult as error:
            complaints.append(str(error))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            complaints.append(str(DamagedResult(path, f"cannot be read: {error.strerror}")))
    if not results and not complaints:
        complaints.append(f"{folder}: holds no results; 'lossbench run-all' makes some")
    return results, complaints


def _agree(stored: Any, found: Any) -> bool:
    """Whether values are the same, but for what another NumPy may round in another way."""
    if isinstance(stored, dict) and isinstance(found, dict):
        return stored.keys() == found.keys() and all(_agree(stored[it], found[it]) for it in found)
    if isinstance(stored, float) and isinstance(found, float):
        return math.isclose(stored, found, rel_tol=1e-9)
    return bool(stored == found)


def _ends_as_said(training: Training, experiment: Experiment) -> bool:
    """Whether a history ends with the final figures; of one that diverged this is not known."""
    history = training.history
    if training.diverged or not history:
        return True
    if not all(np.isfinite(it).all() for name, it in history.items() if name != VALIDATION):
        return False
    if experiment.early_stopping or experiment.optimizer.parameters.get("use_ema"):
        return True  # the final weights are not those of the last epoch
    names = ("loss", *experiment.tracked)
    return all(history[f"test_{it}"][-1] == np.float32(training.test[it]) for it in names)


def _fits(result: Result, split: Split) -> bool:
    """Whether the weights, and the names of the classes, can be of these data."""
    inputs = len(result.trainings[0].weights[0])
    return inputs == split.x_train.shape[1] and result.classes in ((), split.classes)


def _order(path: Path) -> list[tuple[float, str]]:
    """What to sort a folder by: its name, with the numbers after an equals sign as numbers."""
    parts = VALUE.split(path.name)
    return [
        (0, part) if number % 2 == 0 else (float(part), "") for number, part in enumerate(parts)
    ]
