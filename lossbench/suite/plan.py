"""What is to be done for each experiment: which of its seeds are stored, and which are missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lossbench.config.experiment import Experiment
from lossbench.config.load import Case
from lossbench.config.yaml_writer import to_yaml
from lossbench.results import atomic
from lossbench.results.files import FIGURES
from lossbench.results.read import NotReusable, reusable
from lossbench.suite.extra_files import expected
from lossbench.suite.extras import NO_EXTRAS, Extras
from lossbench.suite.picture_files import expected_pictures
from lossbench.suite.replacement import covers, refusal, refusal_of_unusable
from lossbench.suite.write import refuse

State = tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """What is to be done for an experiment.

    ``missing`` are the trainings to do, each a split and a seed; the folder has all others. If it
    has more than were asked for, the experiment of the ``case`` has all of them. ``unchanged`` says
    that the stored result has the config that was asked for, so its files for other programs stay;
    ``complete`` says that no file is missing either, so nothing is written. ``unused`` says why a
    stored result is not used, but replaced, and ``remark`` what is stored beyond what was asked
    for. ``error`` says why nothing can be done. ``forced`` means that nothing stored is used or
    kept. ``state`` is that of the folder when the plan was made.
    """

    case: Case
    folder: Path
    missing: Sequence[tuple[int, int]]
    unchanged: bool = False
    complete: bool = False
    unused: str = ""
    remark: str = ""
    error: OSError | None = None
    forced: bool = False
    state: State | None = None

    @property
    def stored(self) -> int:
        """How many trainings are stored already."""
        return 0 if self.error else len(self.case.experiment.trainings) - len(self.missing)

    @property
    def keeps_other_result(self) -> bool:
        """Whether the folder holds a result that is neither used nor replaced."""
        return self.error is not None and (self.folder / FIGURES).exists()


def make_plans(
    cases: Sequence[Case],
    folders: Sequence[Path],
    force: bool = False,
    extras: Extras = NO_EXTRAS,
) -> Iterator[Plan]:
    """Look at what is stored in the folder of each experiment; with ``force``, use none of it.

    Makes the folders around them, and clears away what killed processes left there. Raises
    OSError if nothing can be written for any experiment.
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
        # Before anything is read: what is written after that moment is noticed.
        state, error = state_of(folder), unwritable.get(folder.parent) or _refusal(folder)
        if error or force or not (folder / FIGURES).exists():
            unused = "--force" if force and not error and state else ""
            missing = case.experiment.trainings
            it = Plan(case, folder, missing, unused=unused, error=error, forced=force)
        else:
            it = plan_with_stored(case, folder, extras)
        yield replace(it, state=state)


def state_of(folder: Path) -> State | None:
    """What tells one stored result from the next one in the same folder; None if there is none."""
    try:
        status = (folder / FIGURES).lstat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def plan_with_stored(case: Case, folder: Path, extras: Extras) -> Plan:
    """The plan for a folder that holds a result."""
    experiment, split = case.experiment, case.split
    try:
        result = reusable(folder, experiment, split)
    except NotReusable as reason:
        error = refusal_of_unusable(case, folder, str(reason))
        unused = "" if error else str(reason)
        return Plan(case, folder, experiment.trainings, unused=unused, error=error)
    stored, asked, remark = result.experiment, experiment, ""
    if covers(stored, asked) and stored.trainings != asked.trainings:
        kept = {name: getattr(stored, name) for name in ("seed", "repeats", "splits")}
        experiment = experiment.model_copy(update=kept)
        # More splits than were asked for have their data, too.
        splits = case.splits if stored.splits == asked.splits else experiment.load()
        case = replace(case, experiment=experiment, splits=splits)
        remark = f"more than the {len(asked.trainings)} asked for; all are kept"
    elif error := refusal(case, stored, result.data_sha256, folder):
        return Plan(case, folder, asked.trainings, error=error)
    there = set(stored.trainings)
    missing = [it for it in experiment.trainings if it not in there]
    unchanged = not missing and _config(result.experiment, folder) == _config(experiment, folder)
    complete = (
        unchanged
        and all((folder / name).is_file() for name in expected_pictures(split, extras.pictures))
        and all((folder / name).exists() for name in expected(result, extras))
    )
    return Plan(case, folder, missing, unchanged, complete, remark=remark)


def _refusal(folder: Path) -> OSError | None:
    """Why no result may be written to a folder, or None."""
    try:
        refuse(folder)
    except OSError as error:
        return error
    return None


def _config(experiment: Experiment, folder: Path) -> str:
    return to_yaml(experiment.seen_from(folder))
