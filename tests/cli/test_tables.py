"""Tables on a terminal of eighty columns."""

from pathlib import Path

import pytest
from made_up import RATES, sweep_of
from pseudo_terminal import Screen
from rich.console import Console

from lossbench.cli import columns, tables
from lossbench.evidence.comparison import compare
from lossbench.results.read import read_all
from lossbench.results.result import Result

RESULTS = Path(__file__).parents[2] / "results" / "reference"


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return read_all(RESULTS)[0]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """What is printed on a terminal."""
    file = Screen()
    console = Console(
        file=file, force_terminal=True, width=80, color_system=None, soft_wrap=True, markup=False
    )
    for module in (tables, columns):
        monkeypatch.setattr(module, "out", console)
    return file


def test_a_comparison_has_a_table_and_a_list_without_words_cut_apart(
    terminal: Screen, results: list[Result]
) -> None:
    comparisons = compare(results)
    tables.print_comparison(comparisons)
    text = terminal.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    words = " ".join(text.split())
    for comparison in comparisons:
        assert comparison.title in words
        assert all(f"- {pair.clause}" in words for pair in comparison.pairs_shown)
        assert all(f" {heading}: - " in words for heading, _ in comparison.told)


def test_the_verdict_of_a_sweep_breaks_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Screen()
    narrow = Console(file=file, force_terminal=True, width=40, highlight=False, soft_wrap=True)
    monkeypatch.setattr(tables, "out", narrow)
    tables.print_sweeps([sweep_of("mse", RATES)])
    lines = file.getvalue().partition("+learning_rate: ")[2].splitlines()
    assert " ".join(map(str.strip, lines)) == (
        "Best median test mse: 0.0941, with learning_rate 0.001. "
        "Picked on the test rows, so expect slightly worse on new ones."
    )
    assert len(lines) > 1
