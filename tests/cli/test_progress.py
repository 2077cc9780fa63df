"""The progress of experiments."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from lossbench.cli import progress
from lossbench.cli.progress import MOST_BARS, ProgressBars
from lossbench.config.experiment import Experiment


def test_the_bar_of_many_experiments_counts_what_is_stored(
    experiment_of: Callable[..., Experiment],
) -> None:
    many = [
        experiment_of("binary classification", "hinge", name=f"it-{number}", repeats=4)
        for number in range(MOST_BARS + 1)
    ]
    with ProgressBars(many, quiet=True) as bars:
        bars.note(many[0], 3, "")
        bars.advance(many[0], 4)
        bars.note(many[1].model_copy(update={"repeats": 9}), 9, "more than the 4 asked for")
        assert bars._bars.tasks[0].completed == 13
        assert bars._bars.tasks[0].total == 4 * len(many) + 5
        assert bars._bars.tasks[2].finished


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_gets_bars_and_a_pipe_gets_lines(
    experiment_of: Callable[..., Experiment], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=80, highlight=False)
    monkeypatch.setattr(progress, "err", console)
    hinge = experiment_of("binary classification", "hinge", repeats=4)
    with ProgressBars([hinge], quiet=False) as bars:
        bars.note(hinge, 2, "")
        for done in (3, 4):
            bars.advance(hinge, done)
        with bars.away():
            file.write("a result\n")
    lines = file.getvalue()
    assert "hinge: 2 of 4 seeds stored\n" in lines
    assert ("4/4" in lines) == terminal
    assert ("hinge: 4 of 4 seeds done\n" in lines) != terminal
