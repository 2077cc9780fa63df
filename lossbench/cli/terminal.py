"""What a person sees: results on standard output, progress and errors on standard error.

A terminal gets bars and tables; a pipe gets plain lines without control characters.
"""

import codecs
import shlex
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from lossbench.config.experiment import Experiment
from lossbench.evidence import summary, sweep
from lossbench.evidence.sweep import Sweep
from lossbench.results.result import PARTS, Result
from lossbench.text import to_json

if TYPE_CHECKING:
    from lossbench.evidence.comparison import Group

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)
MOST_BARS = 16


class Bars:
    """A bar for each experiment on a terminal, else a line for each; nothing when quiet.

    More experiments than a terminal has room for have one bar together, and one for each that is
    under way.
    """

    def __init__(self, experiments: Sequence[Experiment], quiet: bool) -> None:
        self._quiet = quiet
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bars = Progress(*columns, TimeRemainingColumn(compact=True), auto_refresh=False)
        self._many = len(experiments) > MOST_BARS
        self._all = self._bars.add_task(
            f"{len(experiments)} experiments",
            total=sum(it.repeats for it in experiments),
            visible=self._many,
        )
        self._tasks = {
            it.name: self._bars.add_task(it.name, total=it.repeats, visible=not self._many)
            for it in experiments
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

    def note(self, experiment: Experiment, stored: int, remark: str) -> None:
        """Show what is stored of an experiment, all that is there, and what is remarkable."""
        task = self._tasks[experiment.name]
        more = experiment.repeats - (self._bars.tasks[task].total or 0)
        for bar in (task, self._all):
            self._bars.update(bar, total=(self._bars.tasks[bar].total or 0) + more)
        self._bars.update(task, completed=stored)
        self._bars.advance(self._all, stored)
        words = [f"{stored} of {experiment.repeats} trainings stored"] if stored else []
        words += [remark] if remark else []
        if words and not self._quiet:
            err.print(f"{experiment.name}: {', '.join(words)}", markup=False)

    def advance(self, experiment: Experiment, done: int) -> None:
        """Show how many trainings of an experiment are done."""
        visible = not self._many or done < experiment.repeats
        self._bars.update(self._tasks[experiment.name], completed=done, visible=visible)
        self._bars.advance(self._all)
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


def print_stays(path: Path) -> None:
    """Say that a table is not written anew, where a new one would lack results that stay."""
    why = "it tells of results that were not replaced"
    err.print(f"Warning: {path} stays as it was, as {why}", markup=False)


def print_summary(results: Sequence[Result]) -> None:
    """The table of a suite, on a terminal only: a pipe has had the lines."""
    if not out.is_terminal or not results:
        return
    rows, verdicts = [], set()
    for result in results:
        row = summary.row(result)
        cells = [row["name"]]
        for part in PARTS:
            value, verdict = summary.published(row, part)
            verdicts.add(verdict)
            # Eighty columns hold the longest name, and no verdict longer than "outside".
            judged = "" if verdict == "not judged" else verdict
            cells += [summary.found(row, part).split()[0], f"{value} {judged}".strip()]
        rows.append(cells)
    print_table("", ["experiment", "train", "article", "test", "article"], rows)
    if "not judged" in verdicts:
        out.print("Too few seeds to judge the article's figures by.")


def print_sweeps(sweeps: Sequence[Sweep]) -> None:
    """The table of each sweep, on a terminal only: a pipe has had the lines; and which is best."""
    for it in sweeps:
        if out.is_terminal:
            columns, rows = sweep.table(it)
            # Eighty columns hold two keys beside the figures.
            kept = [name for name in columns if name != "diverged" or _diverged(it)]
            print_table(f"{it.base}: {it.metric}", kept, [row[: len(kept)] for row in rows])
        # A terminal's lines end between words; a pipe's sentence is one line.
        out.print(f"{it.name}: {sweep.verdict(it)}", soft_wrap=not out.is_terminal)
        if not sweep.pictured(it):
            out.print(f"{it.name}: no picture, which would need {len(it.axes)} axes")


def _diverged(it: Sweep) -> bool:
    return any(point.result.diverged for point in it.points)


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


def print_comparison(groups: "Sequence[Group]") -> None:
    """A table of the losses of each group, and sentences below it."""
    from lossbench.evidence.comparison import found
    from lossbench.evidence.comparison_text import LIMITS

    for group in groups:
        parts = [[it for it in group.standings if it.part == part] for part in PARTS]
        pairs = list(zip(*parts, strict=True))
        rows = [[train.name, found(train.summary), found(test.summary)] for train, test in pairs]
        print_table(group.title, ["experiment", *PARTS], rows)
        remarks = [
            f"{train.name}: {count} of {train.trainings} trainings {what}"
            for train, _ in pairs
            for count, what in ((train.diverged, "diverged"), (train.failed, "failed to learn"))
            if count
        ]
        remarks += filter(None, (group.mind, group.untold))
        _print_list([*remarks, *(pair.sentence for pair in group.told)])
    out.print(LIMITS, soft_wrap=not out.is_terminal, markup=False)


def _print_list(sentences: Sequence[str]) -> None:
    """Sentences as a list, with a blank line below it and, in a pipe, above it."""
    if not out.is_terminal:
        print("", *(f"- {sentence}" for sentence in sentences), "", sep="\n")
        return
    table = Table.grid(padding=(0, 1))
    for sentence in sentences:
        table.add_row("-", Text(sentence))
    out.print(table, soft_wrap=False)
    out.print()


def print_where_the_report_is(folder: Path) -> None:
    """Say by which command the results in a folder become a report."""
    err.print(f"Report: lossbench report {shlex.quote(str(folder))}", markup=False)


def print_json(document: object) -> None:
    """One JSON document on standard output; in ASCII where that has another encoding than UTF-8.

    JSON is UTF-8, and ASCII is that in every encoding.
    """
    ascii_only = codecs.lookup(sys.stdout.encoding).name != "utf-8"
    sys.stdout.write(to_json(document, ascii_only))


def print_complaints(complaints: Sequence[str]) -> None:
    """Print a line for each."""
    for complaint in complaints:
        err.print(f"Error: {complaint}", markup=False)


def print_error(message: str, error: Exception, debug: bool) -> None:
    """Print one line about an error, under its traceback when debugging."""
    if debug:
        traceback.print_exception(error)
    hint = "" if debug else " (--debug shows the traceback)"
    err.print(f"Error: {' '.join(message.split())}{hint}", markup=False)
