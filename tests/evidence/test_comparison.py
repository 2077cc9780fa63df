"""Comparisons: standings, findings in words, and what is compared with what."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_up import MANY_RATES, result_of_case

from lossbench.config.load import load_all
from lossbench.evidence import comparison as module
from lossbench.evidence.comparison import Comparison, NothingToCompare, compare
from lossbench.evidence.comparison_text import as_markdown
from lossbench.results.result import Result, Training


def test_standing_says_how_many_seeds_diverged(comparison: Comparison) -> None:
    hinge = comparison.standings[0]
    assert (hinge.name, hinge.part, hinge.seeds, hinge.diverged) == ("hinge", "train", 30, 1)
    assert hinge.summary.median == pytest.approx(0.714)
    assert [it.part for it in comparison.standings] == ["train", "train", "test", "test"]


def test_sentences_say_which_is_better_and_by_how_much(
    comparison: Comparison, result: Callable[..., Result]
) -> None:
    hinge, squared = comparison.results
    assert comparison.pairs[1].finding == "worse"
    assert comparison.pairs[1].sentence.startswith(
        "hinge is worse than squared_hinge on test accuracy: it is ahead in "
    )
    assert comparison.pairs[1].sentence.endswith("of pairs of seeds; medians 0.714 against 0.734")
    (turned,) = compare([squared, hinge])
    assert turned.pairs[1].sentence.startswith("squared_hinge is better than hinge on test")
    (same,) = compare([squared, result("hinge", [0.5, 0.9] * 15)])
    assert same.pairs[0].finding == "no difference seen"


def test_fewer_than_20_seeds_judge_nothing(result: Callable[..., Result]) -> None:
    (found,) = compare([result("hinge", [0.9] * 19), result("squared_hinge", [0.1] * 30)])
    assert found.pairs[0].finding == "not judged"
    assert found.pairs[0].sentence.startswith(
        "Not judged, fewer than 20 seeds: hinge against squared_hinge on train accuracy; hinge is "
    )


def test_smaller_errors_are_better(result: Callable[..., Result]) -> None:
    values = [result("mse", [0.1] * 20, "regression"), result("mae", [0.2] * 20, "regression")]
    (found,) = compare(values)
    assert (found.metric, found.pairs[0].finding) == ("mse", "better")


def test_what_else_differs_is_said(result: Callable[..., Result]) -> None:
    pair = [result("hinge", [0.9] * 20), result("squared_hinge", [0.9] * 20, epochs=6)]
    (found,) = compare(pair)
    assert found.differs == ("epochs",)
    assert "Note: these differ in more than the loss: epochs." in as_markdown([found])


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("loss", "losses are not compared by their own values"),
        ("f1", "no result reports 'f1'; metrics: accuracy, rounded_accuracy"),
        ("rounded_accuracy", "share their data and report rounded_accuracy; results: hinge, bin"),
    ],
)
def test_nothing_comparable_is_said(
    result: Callable[..., Result], metric: str, message: str
) -> None:
    pair = [result("hinge", [0.9]), result("binary_crossentropy", [0.9])]
    with pytest.raises(NothingToCompare, match=message):
        compare(pair, metric)


def test_of_many_results_each_is_compared_only_with_the_best(
    result: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_IN_PAIRS", 20)
    values = {f"it-{number}": 0.5 + 0.01 * (number * 7 % 21) for number in range(21)}
    results = [result("hinge", [value] * 2, name=name) for name, value in values.items()]
    (found,) = compare(results)
    best = max(values, key=values.__getitem__)
    others = [name for name in values if name != best]
    assert [(pair.first.name, pair.second.name) for pair in found.pairs] == [
        (best, name) for _ in ("train", "test") for name in others
    ]
    next_best = sorted(others, key=values.__getitem__, reverse=True)[:12]
    assert [pair.second.name for pair in found.pairs_shown] == [*next_best, *next_best]
    assert f"of {best}, which has the best test median" in as_markdown([found])
    (found,) = compare(results[:20])
    assert len(found.pairs) == 2 * 190


def test_of_many_points_the_pairs_of_the_best_with_the_next_are_shown() -> None:
    cases = load_all(["hinge"], {"repeats": 10}, [MANY_RATES])
    results = [
        Result(it.experiment, "abc", tuple(_with_weights(it)))
        for it in (
            result_of_case(case, value)
            for case, value in zip(cases, np.linspace(0.1, 0.5, 60), strict=True)
        )
    ]
    (found,) = compare(results)
    best = cases[-1].experiment.name
    assert found.results[found.ranking[0]].experiment.name == best
    assert len(found.pairs_shown) == 2 * 12
    assert {pair.second.name for pair in found.pairs_shown} == {best}
    assert "They flatter it, because it was chosen by these very figures" in as_markdown([found])


def _with_weights(result: Result) -> list[Training]:
    return [replace(it, weights=(np.zeros((50, 1)), np.zeros(1))) for it in result.trainings]
