"""What a person sees: results on standard output, progress and errors on standard error.

A terminal gets bars and tables; a pipe gets plain lines without control characters.
"""

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from lossbench import summary
from lossbench.experiment import Experiment
from lossbench.results import Result, to_json

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


@contextmanager
def progress(
    experiments: Sequence[Experiment], quiet: bool
) -> Iterator[Callable[[Experiment, int], None]]:
    """A bar for each experiment on a terminal, else a line for each; nothing when quiet."""
    if quiet:
        yield lambda _experiment, _done: None
    elif err.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn(compact=True), console=err) as bars:
            tasks = {it.name: bars.add_task(it.name, total=it.repeats) for it in experiments}
            yield lambda experiment, done: bars.update(tasks[experiment.name], completed=done)
    else:
        yield _say_when_complete


def _say_when_complete(experiment: Experiment, done: int) -> None:
    if done == experiment.repeats:
        err.print(f"{experiment.name}: {done} of {done} trainings done")


def print_result(result: Result) -> None:
    """The article's line for an experiment, under a line that says of what."""
    experiment, count = result.experiment, len(result.trainings)
    seeds = f"median of {count} seeds" if count > 1 else f"seed {experiment.seed}"
    out.print(f"{experiment.name}: {experiment.metrics[0]}, {seeds}")
    out.print(summary.line(result))
    if result.diverged:
        err.print(f"Warning: {experiment.name}: {result.diverged} of {count} trainings diverged")


def print_summary(results: Sequence[Result]) -> None:
    """The table of a suite, on a terminal only: a pipe has had the lines."""
    if not out.is_terminal:
        return
    columns = ["experiment", "train", "article", "test", "article"]
    rows = []
    for result in results:
        row = summary.row(result)
        cells = [row["name"]]
        for half in ("train", "test"):
            value, verdict = summary.published(row, half)
            cells += [summary.found(row, half).split()[0], f"{value} {verdict}".strip()]
        rows.append(cells)
    print_table("", columns, rows)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, or aligned columns in a pipe."""
    if out.is_terminal:
        table = Table(*columns, title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
        for row in rows:
            table.add_row(*row)
        out.print(table, soft_wrap=False)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    print(title)
    for row in (columns, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    print()


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(to_json(document))


def print_error(message: str, error: Exception, debug: bool) -> None:
    """A line about an error, or its traceback."""
    if debug:
        traceback.print_exception(error)
    err.print(f"Error: {message}", markup=False)
