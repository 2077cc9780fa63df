"""Which stored results no run replaces without ``--force``, so that a quick look loses nothing."""

from pathlib import Path

from lossbench.config.experiment import Experiment
from lossbench.config.load import Case
from lossbench.config.trainings import trainings_of
from lossbench.results.document import read_document
from lossbench.results.files import DamagedResult
from lossbench.text import counted

QUICK = {"epochs", "repeats", "seed"}  # the options of a quick look
ELSEWHERE, FORCE = "--out DIR writes elsewhere", "--force replaces what is there"


def covers(some: Experiment, other: Experiment) -> bool:
    """Whether the trainings of an experiment include all those of another."""
    of_some, of_other = some.seeds, other.seeds
    all_seeds = of_some.start <= of_other.start and of_other.stop <= of_some.stop
    return all_seeds and other.splits <= some.splits


def refusal_of_unusable(case: Case, folder: Path, why: str) -> FileExistsError | None:
    """The refusal to replace a stored result that cannot be used, or None if it may be replaced.

    ``why`` says why it cannot be used. If not even its config can be read, then a quick look does
    not replace it.
    """
    try:
        _, stored, experiment = read_document(folder)
    except DamagedResult:
        if not QUICK & case.options:
            return None
        message = f"holds a result, which is not used ({why}): {ELSEWHERE}, {FORCE}"
        return FileExistsError(f"{folder} {message}")
    experiment = experiment.from_folder(folder)
    return refusal(case, experiment, stored.provenance["data_sha256"], folder, why)


def refusal(
    case: Case, stored: Experiment, data_sha256: str, folder: Path, why: str = ""
) -> FileExistsError | None:
    """The refusal to replace a stored result, or None if it may be replaced.

    ``stored`` is the experiment of that result, ``data_sha256`` the digest of its data, and
    ``why`` says why its seeds cannot be used, if they cannot.

    - Another config or other data: it may be replaced.
    - Only the epochs differ: it may be replaced if the config, not an option, asks for more.
    - The same config: it may be replaced if all its seeds are asked for; or if they cannot be
      used and the config, not an option, asks for fewer.
    """
    asked = case.experiment
    alike = asked.model_copy(update={"epochs": stored.epochs})
    if data_sha256 != case.split.sha256 or stored.config_hash != alike.config_hash:
        return None
    if stored.epochs != asked.epochs:
        by_option = "epochs" in case.options
        if stored.epochs < asked.epochs and not by_option:
            return None
        there = f"{trainings_of(stored)} of {counted(stored.epochs, 'epoch')}"
        asks = f"--epochs {asked.epochs}" if by_option else counted(asked.epochs, "epoch")
        other = f"--set epochs={asked.epochs} writes to a folder of its own"
        return FileExistsError(
            f"{folder} holds {there}, which {asks} would replace: {other}, {FORCE}"
        )
    if covers(asked, stored) or (why and not {"seed", "repeats"} & case.options):
        return None
    message = f"which {_named(asked)} would replace{f' ({why})' if why else ''}"
    return FileExistsError(f"{folder} holds {_named(stored)}, {message}: {ELSEWHERE}, {FORCE}")


def _named(experiment: Experiment) -> str:
    seeds = experiment.seeds
    named = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"
    splits = experiment.splits
    return f"{splits} splits with {named}" if splits > 1 else named
