"""The file history.csv, a row for each seed and epoch: how it is written and read back.

Git ignores this file but not metrics.json, so the two may be of different runs.
"""

import io
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.data.digest import BLOCK
from lossbench.results.digits import digits
from lossbench.results.files import AGAIN, HALF_WRITTEN, DamagedResult, opened, sha256, size
from lossbench.results.result import PARTS, VALIDATION, Array, Result, column
from lossbench.text import cut

SPLIT = "split"  # the first column, if there are several
INDEX = ("seed", "epoch")
LONGEST_NUMBER = 32  # characters, with the comma behind it
LONGEST_LINE = 10_000
MOST_BYTES = 2**31  # of a file that is read through only to say which run it is of


def history_columns(experiment: Experiment) -> list[str]:
    """The names of the figures of every epoch, in the order of history.csv."""
    names = ("loss", *experiment.tracked)
    columns = [column(part, name) for name in names for part in PARTS]
    return [*columns, VALIDATION] if experiment.early_stopping else columns


def history_csv(result: Result) -> str:
    """The content of history.csv: a row for each seed and epoch that was trained."""
    columns = history_columns(result.experiment)
    several = result.experiment.splits > 1
    lines = [",".join([*_index(result.experiment), *columns])]
    for training in result.trainings:
        figures = digits(np.stack([training.history[name] for name in columns], axis=1))
        start = f"{training.split},{training.seed}" if several else f"{training.seed}"
        rows = enumerate(map(",".join, figures.tolist()), start=1)
        lines += [f"{start},{epoch},{row}" for epoch, row in rows]
    return "\n".join([*lines, ""])


def _index(experiment: Experiment) -> tuple[str, ...]:
    """The columns that say of which split, seed and epoch a row is."""
    return (SPLIT, *INDEX) if experiment.splits > 1 else INDEX


class _Run(NamedTuple):
    """Which run a history is of: its columns, first and last seed, and number of rows."""

    columns: frozenset[str]
    first: int
    last: int
    rows: int

    def unlike(self, other: "_Run") -> str:
        """The run in words that tell it from another one, with its columns where these differ."""
        seeds, words = self.last - self.first + 1, f"seeds {self.first} to {self.last}"
        stopped = VALIDATION in self.columns
        words += f", {self.rows} epochs in all" if stopped else f", {self.rows // seeds} epochs"
        if self.columns != other.columns:
            words += f", {cut(', '.join(sorted(self.columns - {*INDEX})), 100)}"
        return words


def read_histories(
    path: Path, experiment: Experiment, lengths: Sequence[int], digest: str | None
) -> Sequence[Mapping[str, Array]]:
    """The history of each seed, by column, in float32; empty where there is no file.

    ``lengths`` are the numbers of epochs of the seeds. ``digest`` is the SHA-256 of the file, None
    where it is not known. Raises DamagedResult.
    """
    if not os.path.lexists(path):
        return [{}] * len(experiment.trainings)
    with opened(path) as file:
        try:
            return _parsed(file, experiment, lengths, digest)
        except (ValueError, Warning):
            raise DamagedResult(path, _what_is_wrong(file, experiment, lengths)) from None


def _parsed(
    file: BinaryIO, experiment: Experiment, lengths: Sequence[int], digest: str | None
) -> Sequence[Mapping[str, Array]]:
    """Raises ValueError, or a Warning of NumPy, where the file is not as it was written."""
    wanted, rows, index = history_columns(experiment), sum(lengths), _index(experiment)
    if size(file) > LONGEST_LINE + rows * (len(wanted) + len(index)) * LONGEST_NUMBER:
        raise ValueError
    if digest not in (None, sha256(file)):
        raise ValueError
    names = file.readline(LONGEST_LINE).decode("ascii").rstrip().split(",")
    if sorted(names) != sorted((*index, *wanted)):
        raise ValueError
    content = file.read()
    # Without the end of the last line, digits of its last number may be missing.
    if content.count(b"\n") != rows or not content.endswith(b"\n"):
        raise ValueError
    kinds = np.dtype([(name, np.int64 if name in index else np.float32) for name in names])
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("error")
        text = io.TextIOWrapper(io.BytesIO(content), "ascii")
        table = np.loadtxt(text, kinds, comments=None, delimiter=",", ndmin=1)
    splits, seeds = (np.repeat(it, lengths) for it in zip(*experiment.trainings, strict=True))
    epochs = np.concatenate([np.arange(1, length + 1) for length in lengths])
    right = {SPLIT: splits, "seed": seeds, "epoch": epochs}
    if not all(np.array_equal(table[name], right[name]) for name in index):
        raise ValueError
    ends = np.cumsum(lengths)[:-1]
    curves = {name: np.split(np.ascontiguousarray(table[name]), ends) for name in wanted}
    return [{name: curves[name][number] for name in wanted} for number in range(len(lengths))]


def _what_is_wrong(file: BinaryIO, experiment: Experiment, lengths: Sequence[int]) -> str:
    """Says whether a file is damaged or of another run, as far as can be told."""
    found = _run_of(file) if experiment.splits == 1 else None
    if not found:
        return HALF_WRITTEN
    columns, seeds = frozenset((*INDEX, *history_columns(experiment))), experiment.seeds
    wanted = _Run(columns, seeds[0], seeds[-1], sum(lengths))
    words = f"of another run ({found.unlike(wanted)}) than metrics.json ({wanted.unlike(found)})"
    if found == wanted:
        return f"is damaged, or of another run than metrics.json; {AGAIN}"
    # With early stopping, a file that lacks its last seeds looks like one with fewer seeds.
    within = found.first == wanted.first and found.last <= wanted.last
    if experiment.early_stopping and within and found.rows < wanted.rows:
        return f"is half-written, or {words}; {AGAIN}"
    return f"is {words}; {AGAIN}"


def _run_of(file: BinaryIO) -> _Run | None:
    """Which run a history is of, by its first and last row; None where these are damaged."""
    if size(file) > MOST_BYTES:
        return None
    file.seek(0)
    lines = sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))
    file.seek(0)
    try:
        columns = file.readline(LONGEST_LINE).decode("ascii").rstrip().split(",")
        top = file.readline(LONGEST_LINE).split(b",")
        file.seek(max(0, size(file) - LONGEST_LINE))
        bottom = file.read().removesuffix(b"\n").split(b"\n")[-1].split(b",")
        file.seek(-1, os.SEEK_END)
        (first, begun), (last, ended) = (map(int, row[: len(INDEX)]) for row in (top, bottom))
    except (ValueError, OSError):
        return None
    run = _Run(frozenset(columns), first, last, lines - 1)
    whole = (
        file.read() == b"\n"
        and tuple(columns[: len(INDEX)]) == INDEX
        and all(name.isidentifier() for name in columns)
        and len(columns) == len(top) == len(bottom)
        and 0 <= first <= last < 2**32
        and begun == 1
        # With early stopping, the number of epochs differs between seeds.
        and (VALIDATION in columns or (last - first + 1) * ended == run.rows)
    )
    return run if whole else None
