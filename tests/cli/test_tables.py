"""Tables on a terminal of eighty columns."""

import io
from pathlib import Path

import pytest
from made_up import RATES, sweep_of
from rich.console import Console

from lossbench.cli import tables
from lossbench.evidence.claims import judge_summarized
from lossbench.evidence.comparison import compare
from lossbench.results.read import read_all
from lossbench.results.result import Result

RESULTS = Path(__file__).parents[2] / "results" / "reference"


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return read_all(RESULTS)[0]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is printed on a terminal."""
    file = io.StringIO()
    console = Console(
        file=file, force_terminal=True, width=80, color_system=None, soft_wrap=True, markup=False
    )
    monkeypatch.setattr(tables, "out", console)
    return file


def test_the_summary_counts_the_claims_that_hold(
    terminal: io.StringIO, results: list[Result]
) -> None:
    tables.print_summary(results, judge_summarized(None, results))
    # Without curves, which are not stored, three more claims are not judged.
    assert terminal.getvalue().endswith(
        "\nThe tutorial's nine claims: 3 hold, 1 only because of the metric, 1 does not \n"
        "hold, 4 not judged.\n"
    )


def test_the_summary_has_a_line_for_each_experiment_beside_what_is_published(
    terminal: io.StringIO, results: list[Result]
) -> None:
    tables.print_summary(results)
    lines = [line.split() for line in terminal.getvalue().splitlines()]
    assert lines[1] == ["experiment", "train", "published", "test", "published", "const"]
    by_name = {cells[0]: cells[1:] for cells in lines[3:] if cells and cells[0] != "*"}
    assert by_name.keys() == {it.experiment.name for it in results}
    assert by_name["hinge"] == ["0.796", "0.792", "0.760", "0.740*", "0.496"]
    assert "\n* outside the interval that holds 95 % of the seeds\n" in terminal.getvalue()
    assert max(map(len, terminal.getvalue().splitlines())) <= 80


def test_a_summary_of_too_few_seeds_says_so(terminal: io.StringIO, results: list[Result]) -> None:
    (hinge,) = (it for it in results if it.experiment.name == "hinge")
    few = Result(hinge.experiment, hinge.data_sha256, hinge.trainings[:3], hinge.classes)
    tables.print_summary([few])
    assert terminal.getvalue().endswith("\nToo few seeds to judge the published figures.\n")


def test_a_comparison_has_a_table_and_a_list_without_words_cut_apart(
    terminal: io.StringIO, results: list[Result]
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


def test_a_pipe_gets_no_summary(capsys: pytest.CaptureFixture[str], results: list[Result]) -> None:
    tables.print_summary(results)
    assert capsys.readouterr().out == ""


def test_the_verdict_of_a_sweep_breaks_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    narrow = Console(file=file, force_terminal=True, width=40, highlight=False, soft_wrap=True)
    monkeypatch.setattr(tables, "out", narrow)
    tables.print_sweeps([sweep_of("mse", RATES)])
    lines = file.getvalue().partition("+learning_rate: ")[2].splitlines()
    assert " ".join(map(str.strip, lines)) == (
        "Best median test mse: 0.0941, with learning_rate 0.001. "
        "Picked on the test rows, so expect slightly worse on new ones."
    )
    assert len(lines) > 1
