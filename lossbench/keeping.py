"""What is stored is not lost to a quick look: which results no run replaces unless it is forced."""

from pathlib import Path

from lossbench.config import Case
from lossbench.results import Result


def covers(some: range, others: range) -> bool:
    """Whether some seeds have all the others among them."""
    return some.start <= others.start and others.stop <= some.stop


def in_the_way(case: Case, held: Result, folder: Path, why: str = "") -> FileExistsError | None:
    """The refusal to replace the result that a folder holds, or None where it may be replaced.

    ``why`` says what keeps its trainings from being used. A result of another config or of other
    data may be replaced, but for one that is of other epochs because an option asks for them. One
    of the same config may be if its seeds are all asked for, or its trainings are of no use and it
    is the config that asks for fewer.
    """
    asked, its = case.experiment, held.experiment
    alike = asked.model_copy(update={"epochs": its.epochs}) if "epochs" in case.options else asked
    if held.data_sha256 != case.split.sha256 or its.config_hash != alike.config_hash:
        return None
    force = "--force replaces what is there"
    if its.epochs != asked.epochs:
        there = f"{_count(its.repeats, 'training')} of {_count(its.epochs, 'epoch')}"
        other = f"--set epochs={asked.epochs} writes to a folder of its own"
        message = f"which --epochs {asked.epochs} would replace: {other}, {force}"
        return FileExistsError(f"{folder} holds {there}, {message}")
    if covers(asked.seeds, its.seeds) or (why and not {"seed", "repeats"} & case.options):
        return None
    message = f"which {_trainings(asked.seeds)} would replace{f' ({why})' if why else ''}"
    other = "--out DIR writes elsewhere"
    return FileExistsError(f"{folder} holds {_trainings(its.seeds)}, {message}: {other}, {force}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _trainings(seeds: range) -> str:
    if len(seeds) == 1:
        return f"the training from seed {seeds[0]}"
    return f"the trainings from seeds {seeds[0]} to {seeds[-1]}"
