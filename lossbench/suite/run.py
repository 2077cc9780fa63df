"""One experiment end to end, and a suite of them."""

import errno
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from lossbench.config.experiment import Experiment
from lossbench.config.load import Case
from lossbench.config.yaml_writer import to_yaml
from lossbench.data.arrays import Split
from lossbench.evidence.sweep import Sweep, as_document, as_markdown
from lossbench.execution.process import Trainer, TrainingError, Work
from lossbench.results import atomic
from lossbench.results import read as stored
from lossbench.results.files import CONFIG, FIGURES, HISTORY, WEIGHTS, DamagedResult, content
from lossbench.results.final_metrics import complete
from lossbench.results.result import Result, Training
from lossbench.results.write import files
from lossbench.suite import replacement as keeping
from lossbench.text import cut, described, printable, to_json
from lossbench.training.startup import import_training

Progress = Callable[[Experiment, int], None]

MARK, CURVES, DATA = FIGURES, "learning_curves.png", "dataset.png"
EVENTS, MODEL = "tensorboard", "model.keras"
# All that a result's folder holds, and what it always holds first.
NAMES = (
    *(MARK, CONFIG, HISTORY, WEIGHTS, CURVES, DATA, MODEL),
    *(f"{EVENTS}/{place}events.out.tfevents" for place in ("", "seed_*/")),
)
# What tells that a table of a sweep was written here.
SWEEP_MARKS = {
    "sweep.json": b'"axes": [\n    {\n      "key": "',
    "sweep.md": b": its median over seeds and, in brackets, the interval that holds 95 %",
}
BEGINNING = re.compile(rb'\s*\{\s*"name":')  # of metrics.json
MOST_BYTES = 2**31  # of a file for another program
# What ends a suite: no other result could be written either.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


class Extras(NamedTuple):
    """What is written for other programs on request: event files, and a model for Keras."""

    tensorboard: bool = False
    model: bool = False


NO_EXTRAS = Extras()


@dataclass(frozen=True)
class Failure:
    """An experiment that gave no result, and why."""

    experiment: Experiment
    error: Exception

    def __str__(self) -> str:
        """Why, on one line: what code of others has raised may say anything."""
        if isinstance(self.error, OSError):
            text = atomic.os_error_message(self.error)
        elif isinstance(self.error, TrainingError):
            text = str(self.error)
        else:
            text = described(self.error)
        return printable(cut(" ".join(text.split()), 1000))


@dataclass(frozen=True)
class Plan:
    """What is to be done for an experiment.

    ``missing`` are the seeds to train; of the others the trainings are in the folder. Where more
    are there than asked for, the experiment of the ``case`` has the seeds of all. ``same`` says
    that the result there is the one asked for, so that its files for other programs stay, and
    ``whole`` that all is there. ``remark`` tells what is there and of no use or beyond what was
    asked for, and ``error`` why there is nothing to be done. ``forced`` says that nothing there is
    to be used or kept, and ``seen`` which state of the folder all this is of.
    """

    case: Case
    folder: Path
    missing: Sequence[int]
    same: bool = False
    whole: bool = False
    remark: str = ""
    error: OSError | None = None
    forced: bool = False
    seen: tuple[int, int] | None = None

    @property
    def stored(self) -> int:
        """How many trainings are there already."""
        return 0 if self.error else self.case.experiment.repeats - len(self.missing)


def run(experiment: Experiment, out: str | Path | None = None) -> Result:
    """Train every seed of an experiment in this process.

    With ``out``, its files and pictures are written to the folder OUT/NAME, in one step and in
    place of what was there.

    >>> import lossbench
    >>> result = lossbench.run(lossbench.load("hinge", {"repeats": 3, "epochs": 2}))
    >>> result.final("test", "accuracy").shape  # a value for each seed
    (3,)
    """
    split = experiment.dataset.load()
    import_training()
    from lossbench.training.train import trainer

    train = trainer(experiment, split)
    result = complete(experiment, split, map(train, experiment.seeds))
    if out is not None:
        write(result, split, Path(out) / experiment.name)
    return result


def plan(
    cases: Sequence[Case],
    folders: Sequence[Path],
    force: bool = False,
    extras: Extras = NO_EXTRAS,
) -> Iterator[Plan]:
    """Look at what is stored in the folder of each experiment; with ``force``, use none of it.

    The folders around them are made, and rid of what killed processes left there. Raises OSError
    where nothing at all can be written.
    """
    unwritable: dict[Path, OSError] = {}
    parents = dict.fromkeys(folder.parent for folder in folders)
    for parent in parents:
        try:
            atomic.prepare(parent)
        except OSError as failure:
            unwritable[parent] = failure
    if len(unwritable) == len(parents):
        raise next(iter(unwritable.values()))
    for case, folder in zip(cases, folders, strict=True):
        seen, error = _seen(folder), unwritable.get(folder.parent) or _refusal(folder)
        if error or force or not (folder / MARK).exists():
            it = Plan(case, folder, case.experiment.seeds, error=error, forced=force)
        else:
            it = _plan(case, folder, extras)
        yield replace(it, seen=seen)


def _refusal(folder: Path) -> OSError | None:
    """Why no result may replace a folder, or None."""
    mark = folder / MARK
    try:
        atomic.refuse(folder, NAMES)
        if mark.is_file() and not mark.is_symlink():
            with mark.open("rb") as file:
                head = file.read(1000)
            if head and not BEGINNING.match(head):
                return FileExistsError(f"{mark} is in the way: lossbench did not write it")
    except OSError as error:
        return error
    return None


def _seen(folder: Path) -> tuple[int, int] | None:
    """What tells one state of a result's folder from another; None where there is no result."""
    try:
        status = (folder / MARK).lstat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _plan(case: Case, folder: Path, extras: Extras) -> Plan:
    """The plan for a folder that holds a result."""
    experiment, split = case.experiment, case.split
    try:
        result = stored.reusable(folder, experiment, split)
    except stored.NotReusable as reason:
        error = keeping.of_no_use(case, folder, str(reason))
        remark = f"stored result not used, {reason}"
        return Plan(case, folder, experiment.seeds, remark="" if error else remark, error=error)
    found, asked, remark = result.experiment.seeds, experiment.seeds, ""
    if keeping.covers(found, asked) and found != asked:
        experiment = experiment.model_copy(update={"seed": found.start, "repeats": len(found)})
        case = replace(case, experiment=experiment)
        remark = f"more than the {len(asked)} asked for; all are kept"
    elif error := keeping.in_the_way(case, result.experiment, result.data_sha256, folder):
        return Plan(case, folder, asked, error=error)
    missing = [seed for seed in experiment.seeds if seed not in found]
    same = not missing and _config(result.experiment, folder) == _config(experiment, folder)
    whole = (
        same
        and all((folder / name).is_file() for name in _pictures(split))
        and all((folder / name).exists() for name in _extras(result, extras))
    )
    return Plan(case, folder, missing, same, whole, remark)


def _config(experiment: Experiment, folder: Path) -> str:
    return to_yaml(experiment.seen_from(folder))


def _extra_files_in(folder: Path) -> dict[str, bytes]:
    """The files for other programs in the folder of a result, by their names there.

    What a link points to is no file of the result.
    """
    events = folder / EVENTS
    kept = {}
    for path in (folder / MODEL, *(() if events.is_symlink() else events.rglob("*"))):
        with suppress(DamagedResult):
            kept[path.relative_to(folder).as_posix()] = content(path, MOST_BYTES)
    return kept


def run_suite(
    process: Trainer,
    plans: Sequence[Plan],
    progress: Progress,
    extras: Extras = NO_EXTRAS,
) -> Iterator[Result | Failure]:
    """Train what is missing in a process, and write each result to its folder as it is complete.

    The results come in the order of the plans, those that are stored as well. ``progress`` hears
    of every training: its experiment, and how many that has now. Raises OSError where there is no
    room for another result.
    """
    numbers = [number for number, plan in enumerate(plans) if plan.missing and not plan.error]
    cases = [plans[number].case for number in numbers]
    events = process.train(
        [
            Work(case.experiment, case.split, plans[number].missing)
            for number, case in zip(numbers, cases, strict=True)
        ]
    )
    trained: dict[int, list[Training]] = {number: [] for number in numbers}
    ready: dict[int, Result | Failure] = {}
    for number, plan in enumerate(plans):
        if number not in trained and number not in ready:
            yield _finish(plan, [], extras)
            continue
        while number not in ready:
            work, event = next(events)
            its = numbers[work]
            if isinstance(event, Exception):
                del trained[its]
                ready[its] = Failure(plans[its].case.experiment, event)
                continue
            trained[its].append(event)
            progress(plans[its].case.experiment, plans[its].stored + len(trained[its]))
            if len(trained[its]) == len(plans[its].missing):
                ready[its] = _finish(plans[its], trained.pop(its), extras)
        yield ready.pop(number)


def _finish(plan: Plan, trained: Sequence[Training], extras: Extras) -> Result | Failure:
    """The result of what was trained and what is stored, in its folder."""
    experiment, split = plan.case.experiment, plan.case.split
    if plan.error:
        return Failure(experiment, plan.error)
    try:
        trainings = {training.seed: training for training in trained}
        if plan.stored:
            result = stored.reusable(plan.folder, experiment, split)
            trainings |= {training.seed: training for training in result.trainings}
        of_seeds = tuple(trainings[it] for it in experiment.seeds)
        result = complete(experiment, split, of_seeds)
        if not plan.forced and _seen(plan.folder) not in (None, plan.seen):
            # Another run has written there meanwhile, perhaps more than this one was asked for.
            now = _plan(plan.case, plan.folder, extras)
            if now.error:
                return Failure(experiment, now.error)
            plan = replace(plan, whole=plan.whole or not now.missing, same=False)
        if not plan.whole:
            kept = _extra_files_in(plan.folder) if plan.same else {}
            write(result, split, plan.folder, extras, kept)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        return Failure(experiment, error)
    except (stored.NotReusable, KeyError) as error:  # it has changed in the meantime
        return Failure(experiment, error)
    return result


def write(
    result: Result,
    split: Split,
    folder: Path,
    extras: Extras = NO_EXTRAS,
    kept: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Write the files and pictures of a result to a folder, in one step, and those that are kept.

    There, the path of a data file starts from the folder.
    """
    # matplotlib is imported while the first experiment is trained.
    from lossbench.pictures import of_result as plots

    pictures = {CURVES: plots.png(plots.learning_curves(result))}
    if DATA in _pictures(split):
        pictures[DATA] = plots.png(plots.scatter(split))
    seen = replace(result, experiment=result.experiment.seen_from(folder))
    made = {**kept, **files(seen), **pictures, **extra_files(seen, split, extras)}
    atomic.replace_folder(folder, made, NAMES)


def _pictures(split: Split) -> tuple[str, ...]:
    """The names of the pictures that belong to a result."""
    return (CURVES, DATA) if split.x_train.shape[1] == 2 else (CURVES,)


def extra_files(result: Result, split: Split, extras: Extras) -> dict[str, bytes]:
    """The files for other programs, made of the history and the weights: nothing is trained."""
    made: dict[str, bytes] = {}
    if extras.tensorboard:
        from lossbench.results.event_files import event_files

        made |= {f"{EVENTS}/{name}": file for name, file in event_files(result).items()}
    if extras.model:
        from lossbench.training import saved_model

        model = saved_model.model_file(result, split)
        if model is not None:
            made[MODEL] = model
    return made


def _extras(result: Result, extras: Extras) -> Iterator[str]:
    """The names of the files for other programs, or of their folder."""
    if extras.tensorboard:
        yield EVENTS
    if extras.model and result.median_training is not None:
        yield MODEL


def refuse_sweep(folder: Path) -> None:
    """Raise FileExistsError if a file has the name of one of a sweep and is none."""
    for name, mark in SWEEP_MARKS.items():
        atomic.refuse_file(folder / name, mark)
    # A picture has no mark; it is never there alone.
    if not (folder / "sweep.json").exists() and os.path.lexists(folder / "sweep.png"):
        message = f"{folder / 'sweep.png'} is in the way: lossbench did not write it"
        raise FileExistsError(message)


def write_sweep(sweep: Sweep, folder: Path) -> None:
    """Write the table of a sweep, and its picture if it has one, beside its points' folders."""
    from lossbench.pictures import of_result as plots
    from lossbench.pictures import of_sweep as sweep_plots

    atomic.replace_file(folder / "sweep.json", to_json(as_document(sweep)).encode())
    atomic.replace_file(folder / "sweep.md", as_markdown(sweep).encode())
    picture = sweep_plots.picture(sweep)
    if picture:
        atomic.replace_file(folder / "sweep.png", plots.png(picture))
