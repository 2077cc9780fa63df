"""What a person sees: results on standard output, progress and errors on standard error.

A terminal gets bars and tables; a pipe gets plain lines without control characters.
"""

import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from lossbench import summary
from lossbench.experiment import Experiment
from lossbench.results import HALVES, Result, to_json

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


class Bars:
    """A bar for each experiment on a terminal, else a line for each; nothing when quiet."""

    def __init__(self, experiments: Sequence[Experiment], quiet: bool) -> None:
        self._quiet = quiet
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bars = Progress(*columns, TimeRemainingColumn(compact=True), auto_refresh=False)
        self._tasks = {
            it.name: self._bars.add_task(it.name, total=it.repeats) for it in experiments
        }

    def __enter__(self) -> "Bars":
        self._show()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def _show(self) -> None:
        # A Live that is started again would overwrite what was printed meanwhile.
        self._live = Live(
            get_renderable=self._bars.get_renderable,
            console=err,
            transient=True,
            redirect_stdout=False,  # it may be a file while standard error is a terminal
        )
        if err.is_terminal and not self._quiet:
            self._live.start()

    def advance(self, experiment: Experiment, done: int) -> None:
        """Show how many trainings of an experiment are done."""
        self._bars.update(self._tasks[experiment.name], completed=done)
        if not err.is_terminal and not self._quiet and done == experiment.repeats:
            err.print(f"{experiment.name}: {done} of {done} trainings done")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take the bars away while something else is printed."""
        self._live.stop()
        try:
            yield
        finally:
            self._show()


def print_result(result: Result, silent: bool = False) -> None:
    """Print the article's line for an experiment, under a line that says of what.

    When silent only the warning about trainings that diverged is printed.
    """
    experiment, count = result.experiment, len(result.trainings)
    seeds = f"median of {count} seeds" if count > 1 else f"seed {experiment.seed}"
    if not silent:
        out.print(f"{experiment.name}: {experiment.metrics[0]}, {seeds}")
        out.print(summary.line(result))
    if result.diverged:
        print_warning(experiment, f"{result.diverged} of {count} trainings diverged")


def print_warning(experiment: Experiment, message: str) -> None:
    """Print one line about an experiment that went on all the same."""
    err.print(f"Warning: {experiment.name}: {message}")


def print_summary(results: Sequence[Result]) -> None:
    """The table of a suite, on a terminal only: a pipe has had the lines."""
    if not out.is_terminal or not results:
        return
    rows, verdicts = [], set()
    for result in results:
        row = summary.row(result)
        cells = [row["name"]]
        for half in HALVES:
            value, verdict = summary.published(row, half)
            verdicts.add(verdict)
            # Eighty columns hold the longest name, and no verdict longer than "outside".
            judged = "" if verdict == "not judged" else verdict
            cells += [summary.found(row, half).split()[0], f"{value} {judged}".strip()]
        rows.append(cells)
    print_table("", ["experiment", "train", "article", "test", "article"], rows)
    if "not judged" in verdicts:
        out.print("Too few seeds to judge the article's figures by.")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, or aligned columns in a pipe."""
    if out.is_terminal:
        table = Table(*columns, title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
        table.padding, table.pad_edge = (0, 1, 0, 0), False
        for row in rows:
            table.add_row(*row)
        out.print(table, soft_wrap=False)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    print(title)
    for row in (columns, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(to_json(document))


def print_error(message: str, error: Exception, debug: bool) -> None:
    """Print one line about an error, under its traceback when debugging."""
    if debug:
        traceback.print_exception(error)
    hint = "" if debug else " (--debug shows the traceback)"
    err.print(f"Error: {' '.join(message.split())}{hint}", markup=False)
