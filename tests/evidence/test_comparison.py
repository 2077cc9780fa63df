"""Comparisons: standings, findings in words, and what is compared with what."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_up import MANY_RATES, NAN, result_of_case

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
    (test,) = (it for it in comparison.pairs if it.part == "test")
    assert (test.finding, test.word) == ("worse", "clear")
    assert test.clause.startswith(
        "squared_hinge is better than hinge: 0.734 against 0.714, ahead in "
    )
    assert test.sentence == f"{test.clause} (test accuracy, pairs of seeds)"
    (turned,) = compare([squared, hinge])
    assert turned.pairs[1].clause == test.clause
    (same,) = compare([squared, result("hinge", [0.5, 0.9] * 15)])
    assert same.pairs[0].finding == "no difference seen"


@pytest.mark.parametrize(
    ("values", "word", "start"),
    [
        ([0.900] * 20, "clear", "squared_hinge is better than hinge: 0.900 against 0.848"),
        ([0.850] * 20, "small", "No difference that matters between squared_hinge and hinge: "),
        ([0.847, 0.849] * 10, "none", "No difference is seen between hinge and squared_hinge: "),
        ([0.5, 0.9, 0.9] * 8, "unsure", "squared_hinge looks better than hinge, but that may be "),
    ],
)
def test_a_word_says_how_much_a_difference_is(
    result: Callable[..., Result], values: list[float], word: str, start: str
) -> None:
    pair = [result("hinge", [0.848] * len(values)), result("squared_hinge", values)]
    (found,) = compare(pair)
    assert found.pairs[0].word == word
    assert found.pairs[0].clause.startswith(start)


def test_a_loss_that_diverges_more_often_differs_however_near_the_medians(
    result: Callable[..., Result],
) -> None:
    often = [0.85] * 8 + [NAN] * 12
    (found,) = compare([result("hinge", [0.85] * 20), result("squared_hinge", often)])
    assert found.pairs[0].clause.startswith("hinge is better than squared_hinge: 0.850 against ")


@pytest.mark.parametrize(
    ("hinge", "squared", "word"),
    [
        # Many seeds that learnt nothing leave the median as it is.
        ([0.85 + 0.0001 * n for n in range(30)], [0.846] * 18 + [0.5] * 12, "clear"),
        # Not that bad, and yet the means are far apart.
        ([0.85 + 0.0001 * n for n in range(30)], [0.846] * 18 + [0.6] * 12, "unsure"),
        # One seed that diverged may be chance.
        ([0.85] * 30, [0.8499] * 29 + [NAN], "small"),
        # Ahead in most pairs, and behind in the median.
        ([0.7] * 16 + [0.99] * 14, [0.6] * 14 + [0.71] * 16, "unsure"),
    ],
)
def test_seeds_that_are_lost_count_beside_the_medians(
    result: Callable[..., Result], hinge: list[float], squared: list[float], word: str
) -> None:
    (found,) = compare([result("hinge", hinge), result("squared_hinge", squared)])
    assert found.pairs[0].word == word
    unsure = "is ahead of squared_hinge, and whether that matters is not sure: "
    assert (unsure in found.pairs[0].clause) == (word == "unsure")


def test_where_every_training_diverged_that_is_said(result: Callable[..., Result]) -> None:
    (found,) = compare([result(it, [NAN] * 20) for it in ("hinge", "squared_hinge")])
    assert found.pairs[0].clause == "Every training of hinge and of squared_hinge diverged"


def test_equal_seeds_are_paired_and_others_are_not(result: Callable[..., Result]) -> None:
    """A small lead in every seed is seen only where the seeds are the same."""
    values = np.linspace(0.5, 0.9, 20)
    ahead = [result("hinge", list(values)), result("squared_hinge", list(values + 0.02))]
    (found,) = compare(ahead)
    assert found.pairs[0].word == "clear"
    others = tuple(replace(it, seed=it.seed + 100) for it in ahead[1].trainings)
    (found,) = compare([ahead[0], replace(ahead[1], trainings=others)])
    assert found.pairs[0].word == "unsure"


def test_fewer_than_20_seeds_judge_nothing(result: Callable[..., Result]) -> None:
    (found,) = compare([result("hinge", [0.9] * 19), result("squared_hinge", [0.1] * 30)])
    assert (found.pairs[0].finding, found.pairs[0].word) == ("not judged", None)
    assert found.pairs[0].clause.startswith("Not judged, hinge against squared_hinge: 0.900 ")
    assert found.told[0][0] == "Test accuracy, pairs of fewer than 20 seeds"


def test_a_metric_without_better_and_worse_is_refused(result: Callable[..., Result]) -> None:
    pair = [result(it, [0.1] * 20, "regression", metrics=["bias"]) for it in ("mse", "mae")]
    with pytest.raises(NothingToCompare, match="bias has no better and worse"):
        compare(pair, "bias")


def test_losses_that_are_one_function_are_told_to_be(result: Callable[..., Result]) -> None:
    names = {"quantile": {"name": "quantile", "quantile": 0.5}, "mae": "mae", "mse": "mse"}
    results = [result(it, [0.1] * 20, "regression", name=n) for n, it in names.items()]
    (found,) = compare(results)
    assert found.notes == (
        "quantile and mae are the same function but for a factor of two: what differs between "
        "them is chance, or as if their learning rates differed.",
    )
    assert found.notes[0] in as_markdown([found])


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


def test_of_equal_losses_a_pair_is_called_different_in_at_most_5_percent(
    result: Callable[..., Result],
) -> None:
    """Nine losses with equal seeds, half of whose variance is that of the seed."""
    rng = np.random.default_rng(0)
    false = 0
    for _ in range(20):
        same = rng.normal(size=30)
        values = 0.8 + 0.01 * (same + rng.normal(size=(9, 30)))
        (found,) = compare([result("hinge", list(it), name=f"l{n}") for n, it in enumerate(values)])
        false += any(it.finding != "no difference seen" for it in found.pairs if it.part == "test")
    assert false <= 3  # by chance alone in one of sixty runs, were it 5 %


@pytest.mark.parametrize(("rows", "metric"), [((90, 10), "balanced_accuracy"), ((), "accuracy")])
def test_unbalanced_classes_are_compared_on_balanced_accuracy(
    result: Callable[..., Result], rows: tuple[int, ...], metric: str
) -> None:
    asked = {"metrics": ["balanced_accuracy"]}
    pair = [
        replace(result(it, [0.9] * 20, **asked), class_rows=rows, classes=("no", "yes"))
        for it in ("hinge", "squared_hinge")
    ]
    (found,) = compare(pair)
    assert (found.metric, found.notes) == (metric, ())
    assert pair[0].metric == metric  # which is also printed
    (found,) = compare(pair, "accuracy")
    said = [it.partition(":")[0] for it in found.notes]
    assert said == (["The classes are unbalanced"] if rows else [])
