"""What is printed on a terminal."""

import io

import pytest
from made_up import RATES, sweep_of
from rich.console import Console

from lossbench.cli import terminal


def test_a_terminal_breaks_the_verdict_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    narrow = Console(file=file, force_terminal=True, width=40, highlight=False, soft_wrap=True)
    monkeypatch.setattr(terminal, "out", narrow)
    terminal.print_sweeps([sweep_of("mse", RATES)])
    lines = file.getvalue().partition("+learning_rate: ")[2].splitlines()
    assert " ".join(lines) == "Best median test mse: 0.0941, with learning_rate 0.001."
    assert len(lines) > 1
