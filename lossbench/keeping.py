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
    if its.epochs != asked.epochs:
        count = f"{its.repeats} training{'s' if its.repeats > 1 else ''} of {its.epochs} epochs"
        return FileExistsError(
            f"{folder} holds {count}, which --epochs {asked.epochs} would replace: --set "
            f"epochs={asked.epochs} writes to a folder of its own, --force replaces what is there"
        )
    if covers(asked.seeds, its.seeds) or (why and not {"seed", "repeats"} & case.options):
        return None
    return FileExistsError(
        f"{folder} holds {_trainings(its.seeds)}, which {_trainings(asked.seeds)} would replace"
        f"{f' ({why})' if why else ''}: --out DIR writes elsewhere, --force replaces what is there"
    )


def _trainings(seeds: range) -> str:
    last = f"s {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f" {seeds[0]}"
    return f"the training{'s' if len(seeds) > 1 else ''} from seed{last}"
