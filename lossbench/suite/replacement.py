"""What is stored is not lost to a quick look: which results no run replaces unless it is forced."""

from pathlib import Path

from lossbench.config.experiment import Experiment
from lossbench.config.load import Case
from lossbench.results.document import read_document
from lossbench.results.files import DamagedResult

QUICK = {"epochs", "repeats", "seed"}  # the options of a quick look
FORCE = "--force replaces what is there"


def covers(some: range, others: range) -> bool:
    """Whether some seeds have all the others among them."""
    return some.start <= others.start and others.stop <= some.stop


def of_no_use(case: Case, folder: Path, why: str) -> FileExistsError | None:
    """The refusal to replace a result whose trainings cannot be used, or None; ``why`` says why.

    Where not even its config can be read, no quick look replaces it.
    """
    try:
        _, document, held = read_document(folder)
    except DamagedResult:
        if not QUICK & case.options:
            return None
        message = f"holds a result, which is not used ({why}): --out DIR writes elsewhere, {FORCE}"
        return FileExistsError(f"{folder} {message}")
    held = held.from_folder(folder)
    return in_the_way(case, held, document.provenance["data_sha256"], folder, why)


def in_the_way(
    case: Case, held: Experiment, data_sha256: str, folder: Path, why: str = ""
) -> FileExistsError | None:
    """The refusal to replace the result that a folder holds, or None where it may be replaced.

    ``held`` is its experiment, of these data, and ``why`` says what keeps its trainings from being
    used. A result of another config or of other data may be replaced, but for one that differs in
    its epochs alone, if it has more of them or an option asks for others. One of the same config
    may be if its seeds are all asked for, or its trainings are of no use and it is the config that
    asks for fewer.
    """
    asked = case.experiment
    alike = asked.model_copy(update={"epochs": held.epochs})
    if data_sha256 != case.split.sha256 or held.config_hash != alike.config_hash:
        return None
    if held.epochs != asked.epochs:
        by_option = "epochs" in case.options
        if held.epochs < asked.epochs and not by_option:
            return None
        there = f"{_count(held.repeats, 'training')} of {_count(held.epochs, 'epoch')}"
        asks = f"--epochs {asked.epochs}" if by_option else _count(asked.epochs, "epoch")
        other = f"--set epochs={asked.epochs} writes to a folder of its own"
        return FileExistsError(
            f"{folder} holds {there}, which {asks} would replace: {other}, {FORCE}"
        )
    if covers(asked.seeds, held.seeds) or (why and not {"seed", "repeats"} & case.options):
        return None
    message = f"which {_trainings(asked.seeds)} would replace{f' ({why})' if why else ''}"
    other = "--out DIR writes elsewhere"
    return FileExistsError(f"{folder} holds {_trainings(held.seeds)}, {message}: {other}, {FORCE}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _trainings(seeds: range) -> str:
    if len(seeds) == 1:
        return f"the training from seed {seeds[0]}"
    return f"the trainings from seeds {seeds[0]} to {seeds[-1]}"
