"""Take tables as a user does: write configs, train briefly, compare. Say what happened."""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from command import lossbench

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load
from lossbench.data.arrays import DatasetError
from real_tables.case import Case, Found, Outcome, names
from real_tables.files import write
from real_tables.misreadings import misreadings

SHORT = ("--epochs", 2, "--repeats", 3)
WIDTH = 60


def take(case: Case) -> Found:
    """What happens to a table, in a folder of its own."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcome, words = _take(case, Path(folder))
    return Found(case, outcome, words, time.monotonic() - begun)


def as_table(found: Sequence[Found]) -> str:
    """What happened to all tables, a line for each, and how often each outcome came."""
    lines = [
        f"{it.outcome:<8}{it.seconds:>5.0f} s  {it.case.name[:WIDTH]:<{WIDTH}}  {it.words}".rstrip()
        for it in found
    ]
    counts = Counter(it.outcome for it in found)
    return "\n".join([*lines, ", ".join(f"{count} {it}" for it, count in counts.most_common())])


def _take(case: Case, folder: Path) -> tuple[Outcome, str]:
    file = write(case, folder)
    made = lossbench(folder, "new", file.name, "--target", case.target, "--out", "configs")
    said = " ".join(made.stderr.split()).removeprefix(f"Error: {file.name}: ")
    if made.returncode != 0:
        refused = made.returncode == 2 and "Traceback" not in said
        if refused and any(it.lower() in said.lower() for it in names(case.told)):
            return "told", said
        return ("refused" if refused else "failed"), said
    if not case.rows:
        return "misread", f"not refused with a word on {case.told!r}"
    configs = sorted((folder / "configs").glob("*.yaml"))
    try:
        dataset = load(configs[0]).dataset
        table = dataset.table()
    except (ConfigError, DatasetError) as error:
        return "failed", f"a config that is wrong: {error}"
    wrong = misreadings(case, table, dataset.drop or (), [it.stem for it in configs])
    for command in (("run-all", "configs", *SHORT, "--quiet"), ("compare", "results/configs")):
        done = lossbench(folder, *command)
        if done.returncode != 0:
            errors = " ".join((done.stderr or done.stdout).split())
            return "failed", "; ".join([f"{command[0]}: {errors}", *wrong])
    return ("misread", "; ".join(wrong)) if wrong else ("worked", "")
