"""Reading results from their folders, without TensorFlow.

Nothing is unpickled or unpacked, and no more is read than such a result can fill, so that a result
from a stranger can be read safely. What its files say more than once must agree, so that damage is
found.
"""

import re
import warnings
from math import prod
from pathlib import Path

from lossbench.config.experiment import Experiment
from lossbench.config.sections.own_model import OwnModel
from lossbench.data.arrays import Split
from lossbench.results.atomic import PREFIX, shared_lock
from lossbench.results.consistency import check
from lossbench.results.document import read_document
from lossbench.results.files import (
    AGAIN,
    FIGURES,
    HISTORY,
    WEIGHTS,
    DamagedResult,
)
from lossbench.results.folders import holds_a_result, none_in
from lossbench.results.history_csv import read_histories
from lossbench.results.provenance import provenance
from lossbench.results.result import Result, Training
from lossbench.results.weights_npz import read_weights
from lossbench.tables.losses import TargetShape
from lossbench.text import on_one_line

NUMBER = re.compile(r"(?<==)(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?=\+|$)")


class NotReusable(ValueError):
    """A folder does not hold what training an experiment here and now would give.

    It says why in words that fit one result and many: "of another config".
    """


def read(folder: str | Path) -> list[Result]:
    """The results in a folder, in the order of their names; or one result, from its own folder.

    A damaged result is left out, and a UserWarning says why. Raises FileNotFoundError where no
    result can be read, and DamagedResult where the one result is damaged.

    >>> import lossbench
    >>> [it.experiment.name for it in lossbench.read("results")]
    ['hinge', 'squared_hinge']
    >>> (hinge,) = lossbench.read("results/hinge")
    """
    folder = Path(folder)
    if folder.is_dir() and holds_a_result(folder):
        return [read_result(folder)]
    results, complaints = read_all(folder)
    if not results:
        raise FileNotFoundError("\n".join(complaints))
    for complaint in complaints:
        warnings.warn(complaint, stacklevel=2)
    return results


def read_all(folder: Path) -> tuple[list[Result], list[str]]:
    """The results in a folder, in the order of their names, and a complaint about each damaged one.

    Numbers in the names of a sweep's points are ordered as numbers: 0.001, 0.02, 0.1, 1. Other
    folders, such as ``5000-samples`` with results of its own, are passed over. Of a result's own
    folder it is this result. Where there are no results at all, a complaint says so.
    """
    if not folder.is_dir():
        return [], [none_in(folder)]
    results, complaints = [], []
    one = holds_a_result(folder)
    for path in [folder] if one else sorted(folder.iterdir(), key=_order):
        if path.name.startswith(PREFIX):
            continue
        try:
            if holds_a_result(path):
                results.append(read_result(path))
        except DamagedResult as error:
            complaints.append(str(error))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            complaints.append(str(DamagedResult(path, f"cannot be read: {error.strerror}")))
    if not results and not complaints:
        complaints.append(none_in(folder))
    return results, complaints


def read_result(folder: Path) -> Result:
    """The result whose folder this is, equal to the one that was written there.

    The history of each seed is empty where history.csv is missing: it is large, and git ignores it.
    Its figures are the float32 that were written, to the last bit. Raises DamagedResult.
    """
    with shared_lock(folder.parent):
        return _read(folder)


def reusable(folder: Path, experiment: Experiment, split: Split) -> Result:
    """The result in a folder, if training its seeds again would give the same.

    That is so where config, data, platform and all versions are the same and no file is missing.
    Keys that do not change what a seed gives, ``BESIDE_TRAINING``, may differ. Raises NotReusable.
    """
    try:
        result = read_result(folder)
    except DamagedResult as error:
        raise NotReusable(str(error).removesuffix(f"; {AGAIN}")) from None
    if result.experiment.config_hash != experiment.config_hash:
        raise NotReusable("of another config")
    if result.data_sha256 != split.sha256 or not _fits(result, split):
        raise NotReusable("of other data")
    for name, now in provenance(split.sha256).items():
        if (then := result.provenance.get(name)) != now:
            then = on_one_line(then or "unknown")
            raise NotReusable(f"made with {name} {then}, and this is {now}")
    if experiment.loss.function is not None:
        raise NotReusable("of a loss that is code, which may have changed")
    if isinstance(experiment.model, OwnModel):
        raise NotReusable("of a model that is code, which may have changed")
    if not all(training.history for training in result.trainings):
        raise NotReusable("without its history.csv")
    return result


def _read(folder: Path) -> Result:
    values, document, experiment = read_document(folder)
    classes, digests = document.classes, document.files
    row = experiment.loss.row
    shape = TargetShape(len(classes), max(1, len(document.targets)))
    names = (*classes, *document.targets)
    if names and not (row.fits(shape) and len({*names}) == len(names)):
        raise DamagedResult(folder / FIGURES, f"has classes that its loss cannot have; {AGAIN}")
    old = row.outputs in ("of each class", "thresholds") and not names
    units = None if old else row.units(shape)  # older results have no classes
    lengths = [run.epochs or experiment.epochs for run in document.runs]
    histories = read_histories(folder / HISTORY, experiment, lengths, digests.history)
    shapes = {name: tuple(shape) for name, shape in document.weights.items()}
    weights = read_weights(folder / WEIGHTS, experiment, shapes, units, digests.weights)
    trainings = tuple(
        Training(
            seed=run.seed,
            diverged=run.diverged,
            train=run.final("train"),
            test=run.final("test"),
            history=history,
            weights=of_seed,
            epochs=run.epochs,
            best_epoch=run.best_epoch,
            split=run.split,
            tuned=run.tuned,
            weight_names=tuple(shapes),
            of_targets=run.of_targets,
        )
        for run, history, of_seed in zip(document.runs, histories, weights, strict=True)
    )
    data_sha256 = document.provenance["data_sha256"]
    target = document.target.restored() if document.target else None
    result = Result(
        experiment.from_folder(folder),
        data_sha256,
        trainings,
        classes,
        document.provenance,
        target,
        document.restored_constants(),
        document.rows,
        document.class_rows,
        document.targets,
    )
    check(folder, result, values)
    return result


def _fits(result: Result, split: Split) -> bool:
    """Whether the weights and the names of the classes fit these data."""
    inputs = len(result.trainings[0].weights[0])
    fits = bool(result.weight_shapes) or inputs == prod(split.row_shape)
    return fits and result.classes in ((), split.classes) and result.targets == split.targets


def _order(path: Path) -> list[tuple[float, str]]:
    """What to sort a folder by: its name, with the numbers after an equals sign as numbers."""
    parts = NUMBER.split(path.name)
    return [
        (0, part) if number % 2 == 0 else (float(part), "") for number, part in enumerate(parts)
    ]
