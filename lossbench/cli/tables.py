"""Tables of results, and the sentences below them."""

from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from rich.table import Table
from rich.text import Text

from lossbench.cli.columns import print_table
from lossbench.cli.terminal import is_screen, out
from lossbench.evidence import choice_text, sweep
from lossbench.evidence.choice import Choice
from lossbench.evidence.claims import Judged
from lossbench.evidence.comparison import Comparison
from lossbench.evidence.comparison_text import LIMITS
from lossbench.evidence.sweep import Sweep
from lossbench.results.result import PARTS
from lossbench.suite import CHOSEN
from lossbench.text import figure


def print_sweeps(sweeps: Sequence[Sweep]) -> None:
    """Which point of each sweep is the best and, on a terminal only, a table of all points."""
    for it in sweeps:
        if is_screen(out):
            columns, rows = sweep.table(it)
            # Eighty columns hold two keys beside the figures.
            kept = [name for name in columns if name != "diverged" or _diverged(it)]
            print_table(f"{it.base}: {it.metric}", kept, [row[: len(kept)] for row in rows])
        # On a terminal a line ends between words; in a pipe the sentence is one line.
        out.print(f"{it.name}: {sweep.verdict(it)}", soft_wrap=not is_screen(out))
        if not sweep.pictured(it):
            out.print(f"{it.name}: no picture, because it would need {len(it.axes)} axes")


def _diverged(it: Sweep) -> bool:
    return any(point.result.diverged for point in it.points)


def print_comparison(comparisons: Sequence[Comparison], judged: Sequence[Judged] = ()) -> None:
    """A table of the losses of each comparison, and sentences below it; then claims about them."""
    for it in comparisons:
        parts = [[standing for standing in it.standings if standing.part == part] for part in PARTS]
        pairs = list(zip(*parts, strict=True))
        rows = [[train.label, str(train.summary), str(test.summary)] for train, test in pairs]
        if it.constant:
            rows.append(["(a constant)", *map(figure, it.constant.values())])
        print_table(it.title, ["experiment", *PARTS], rows)
        if not is_screen(out):
            print()
        trained = "seeds" if it.results[0].experiment.splits == 1 else "trainings"
        remarks = [
            f"{train.label}: {count} of {train.seeds} {trained} {what}"
            for train, _ in pairs
            for count, what in ((train.diverged, "diverged"), (train.failed, "failed to learn"))
            if count
        ]
        remarks += filter(None, (*it.notes, it.pairs_note))
        if remarks:
            _print_list("", remarks)
        for heading, told in it.told:
            _print_list(f"{heading}:", [pair.clause for pair in told])
    for claims in judged:
        _print_list(f"{claims.title}:", [it.sentence for it in claims.judgements])
    out.print(LIMITS, soft_wrap=not is_screen(out))


def print_choice(title: str, choice: Choice, folder: Path) -> None:
    """The answer to which loss to take, in at most 20 lines."""
    last = [
        f"Train it on all rows: lossbench run {quote(str(folder / CHOSEN))}",
        f"Report: lossbench report {quote(str(folder))}",
    ]
    for line in choice_text.lines(title, choice, last):
        out.print(line)


def _print_list(heading: str, sentences: Sequence[str]) -> None:
    """Sentences as a list below a heading, with an empty line below it."""
    if heading:
        out.print(heading, soft_wrap=not is_screen(out))
    if not is_screen(out):
        print(*(f"- {sentence}" for sentence in sentences), "", sep="\n")
        return
    table = Table.grid(padding=(0, 1))
    for sentence in sentences:
        table.add_row("-", Text(sentence))
    out.print(table, soft_wrap=False)
    out.print()
