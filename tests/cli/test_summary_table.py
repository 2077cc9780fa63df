"""What experiments gave, on terminals of any width."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up import constant_result
from pseudo_terminal import ESCAPES, Screen
from rich.console import Console

from lossbench.cli import summary_table
from lossbench.cli.summary_table import print_summary
from lossbench.config.experiment import Experiment
from lossbench.evidence.claims import judge_summarized
from lossbench.evidence.summary import row
from lossbench.results.read import read_all
from lossbench.results.result import Result

RESULTS = Path(__file__).parents[2] / "results" / "reference"
Printed = Callable[..., str]


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return read_all(RESULTS)[0]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Printed:
    """What is printed on a terminal of some width."""

    def show(width: int, *arguments: object, raw: bool = False, **environment: str) -> str:
        file = Screen()
        settings = {"TERM": "xterm-256color", **environment}
        console = Console(file=file, width=width, soft_wrap=True, markup=False, _environ=settings)
        monkeypatch.setattr(summary_table, "out", console)
        print_summary(*arguments)  # type: ignore[arg-type]
        return file.getvalue() if raw else ESCAPES.sub("", file.getvalue())

    return show


def fewer(result: Result, seeds: int) -> Result:
    return Result(result.experiment, result.data_sha256, result.trainings[:seeds], result.classes)


def words_of(results: list[Result]) -> list[str]:
    """All that must be shown of results, whatever the width is."""
    words = []
    for it in map(row, results):
        words += [it.name, it.metric]
        for part, summary in it.found.items():
            words += [str(summary), str(it.published[part]), it.verdicts[part]]
    return words


@pytest.mark.parametrize("width", [20, 40, 60, 80, 140, 200])
def test_nothing_is_lost_and_no_line_is_too_long(
    printed: Printed, results: list[Result], width: int
) -> None:
    text = printed(width, results)
    assert max(map(len, text.splitlines())) <= width
    shown = re.sub(r"\s", "", text)
    place = 0
    for result in results:
        place = shown.index(result.experiment.name, place)
    for words in words_of(results):
        assert words.replace(" ", "") in shown


def test_eighty_columns_hold_the_nine_in_two_lines_each(
    printed: Printed, results: list[Result]
) -> None:
    lines = printed(80, results).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("hinge "))
    assert [line.split() for line in lines[at : at + 2]] == [
        ["hinge", "train", "0.796", "[0.789,", "0.804]", "0.792", "inside"],
        ["rounded_accuracy", "test", "0.760", "[0.745,", "0.772]", "0.740", "outside"],
    ]
    assert lines[: lines.index("")] == lines[: 2 + 2 * len(results)]
    legend = " ".join(lines[lines.index("") :])
    assert "Medians of 30 seeds, and in brackets the interval that holds 95 % of them" in legend
    assert "inside, outside: whether the published figure lies in it." in legend


def test_a_wide_terminal_has_a_line_for_each_with_the_constant(
    printed: Printed, results: list[Result]
) -> None:
    text = printed(200, results)
    (line,) = (it for it in text.splitlines() if it.startswith("hinge "))
    assert (
        line.split()
        == (
            "hinge rounded_accuracy 0.796 [0.789, 0.804] 0.792 inside "
            "0.760 [0.745, 0.772] 0.740 outside 0.496"
        ).split()
    )
    assert text.count("sparse_categorical_crossentropy") == 1
    assert "constant: of the best constant prediction on the test part" in text
    assert "constant: " not in printed(80, results)


def test_verdicts_have_colours_unless_none_are_wanted(
    printed: Printed, results: list[Result]
) -> None:
    for verdict, colour in (("inside", 32), ("outside", 31)):
        assert f"\x1b[{colour}m{verdict}" in printed(80, results, raw=True)
    assert not re.search(r"\x1b\[3\dm", printed(80, results, raw=True, NO_COLOR="1"))


def test_too_few_seeds_judge_nothing(printed: Printed, results: list[Result]) -> None:
    (hinge,) = (it for it in results if it.experiment.name == "hinge")
    text = " ".join(printed(80, [fewer(hinge, 3)]).split())
    assert text.count(" too few ") == 2
    assert "inside" not in text
    assert "too few: less than 20 seeds judge no published figure" in text


def test_what_has_no_published_figure_has_no_column_for_it(
    printed: Printed, experiment_of: Callable[..., Experiment]
) -> None:
    own = constant_result(experiment_of("regression", "mse", repeats=3), [1.0, 2.0, 3.0])
    for width in (40, 80):
        text = printed(width, [own])
        assert "published" not in text
        assert text.count("2 [1.05, 2.95]") == 2


def test_the_claims_that_hold_are_counted(printed: Printed, results: list[Result]) -> None:
    # Without curves, which are not stored, three more claims are not judged.
    assert printed(80, results, judge_summarized(None, results)).endswith(
        "\nThe tutorial's nine claims: 3 hold, 1 only because of the metric, 1 does not \n"
        "hold, 4 not judged.\n"
    )
    assert printed(80, []) == ""


def test_one_seed_is_told_of_as_one(printed: Printed, results: list[Result]) -> None:
    text = " ".join(printed(80, [fewer(it, 1) for it in results[:2]]).split())
    assert "Of one seed: what another seed would give, the brackets do not tell" in text
    assert "holds 95 %" not in text
    assert "holds 95 %" in printed(80, [fewer(results[0], 1), results[1]])
