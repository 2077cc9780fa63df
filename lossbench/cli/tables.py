"""Tables, which are aligned columns in a pipe, and the sentences below them."""

from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from rich import box
from rich.table import Table
from rich.text import Text

from lossbench.cli.terminal import out
from lossbench.evidence import choice_text, summary, sweep
from lossbench.evidence.choice import Choice
from lossbench.evidence.comparison import Comparison
from lossbench.evidence.comparison_text import LIMITS
from lossbench.evidence.sweep import Sweep
from lossbench.results.result import PARTS, Result
from lossbench.suite import CHOSEN
from lossbench.text import figure


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, or aligned columns in a pipe."""
    if out.is_terminal:
        table = Table(*columns, title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
        table.padding, table.pad_edge = (0, 1, 0, 0), False
        table.show_edge = False  # the summary of the nine takes all of eighty columns
        for row in rows:
            table.add_row(*row)
        if not title:
            out.print()
        out.print(table, soft_wrap=False)
        out.print()
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    print(title)
    for row in (columns, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def print_summary(results: Sequence[Result]) -> None:
    """The table of a suite, on a terminal only: a pipe gets a line for each result."""
    if not out.is_terminal or not results:
        return
    rows, verdicts = [], set()
    for result in results:
        row = summary.row(result)
        cells = [row.name]
        for part in PARTS:
            value, verdict = row.published.get(part, ""), row.verdicts.get(part, "")
            verdicts.add(verdict)
            # Eighty columns hold the longest name, and no verdict longer than "outside".
            judged = "" if verdict == "not judged" else verdict
            cells += [str(row.found[part]).split()[0], f"{value} {judged}".strip()]
        rows.append(cells)
    print_table("", ["experiment", "train", "published", "test", "published"], rows)
    if "not judged" in verdicts:
        out.print("Too few seeds to judge the published figures.")


def print_sweeps(sweeps: Sequence[Sweep]) -> None:
    """Which point of each sweep is the best and, on a terminal only, a table of all points."""
    for it in sweeps:
        if out.is_terminal:
            columns, rows = sweep.table(it)
            # Eighty columns hold two keys beside the figures.
            kept = [name for name in columns if name != "diverged" or _diverged(it)]
            print_table(f"{it.base}: {it.metric}", kept, [row[: len(kept)] for row in rows])
        # On a terminal a line ends between words; in a pipe the sentence is one line.
        out.print(f"{it.name}: {sweep.verdict(it)}", soft_wrap=not out.is_terminal)
        if not sweep.pictured(it):
            out.print(f"{it.name}: no picture, because it would need {len(it.axes)} axes")


def _diverged(it: Sweep) -> bool:
    return any(point.result.diverged for point in it.points)


def print_comparison(comparisons: Sequence[Comparison]) -> None:
    """A table of the losses of each comparison, and sentences below it."""
    for it in comparisons:
        parts = [[standing for standing in it.standings if standing.part == part] for part in PARTS]
        pairs = list(zip(*parts, strict=True))
        rows = [[train.name, str(train.summary), str(test.summary)] for train, test in pairs]
        if it.constant:
            rows.append(["(a constant)", *map(figure, it.constant)])
        print_table(it.title, ["experiment", *PARTS], rows)
        remarks = [
            f"{train.name}: {count} of {train.seeds} seeds {what}"
            for train, _ in pairs
            for count, what in ((train.diverged, "diverged"), (train.failed, "failed to learn"))
            if count
        ]
        remarks += filter(None, (it.note, it.pairs_note))
        _print_list([*remarks, *(pair.sentence for pair in it.pairs_shown)])
    out.print(LIMITS, soft_wrap=not out.is_terminal)


def print_choice(title: str, choice: Choice, folder: Path) -> None:
    """The answer to which loss to take, in at most 20 lines."""
    last = [
        f"Train it on all rows: lossbench run {quote(str(folder / CHOSEN))}",
        f"Report: lossbench report {quote(str(folder))}",
    ]
    for line in choice_text.lines(title, choice, last):
        out.print(line)


def _print_list(sentences: Sequence[str]) -> None:
    """Sentences as a list, with an empty line below it and, in a pipe, above it."""
    if not out.is_terminal:
        print("", *(f"- {sentence}" for sentence in sentences), "", sep="\n")
        return
    table = Table.grid(padding=(0, 1))
    for sentence in sentences:
        table.add_row("-", Text(sentence))
    out.print(table, soft_wrap=False)
    out.print()
