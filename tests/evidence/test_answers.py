"""Which loss a reader is told to take."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from made_up import NAN

from lossbench.config.sections.tune import Tune
from lossbench.evidence import comparison as module
from lossbench.evidence.answers import answer, narrowness
from lossbench.evidence.comparison import compare
from lossbench.results.result import PARTS, Result


def answer_of(*results: Result) -> str:
    (comparison,) = compare(results)
    return answer(comparison)


def test_a_best_median_of_few_that_did_not_diverge_is_no_victory(
    result: Callable[..., Result],
) -> None:
    few, all_ = result("hinge", [0.9] * 4 + [NAN] * 16), result("squared_hinge", [0.8] * 20)
    assert answer_of(few, all_) == (
        "Not decided: hinge (median test accuracy 0.900) has the best median, "
        "but in pairs of all seeds it is worse than squared_hinge (0.800)."
    )


def test_where_every_training_diverged_no_loss_is_to_be_taken(
    result: Callable[..., Result],
) -> None:
    lost = [result(it, [NAN] * 20) for it in ("hinge", "squared_hinge")]
    assert answer_of(*lost) == "Take none of them: every training diverged."


def test_one_all_of_whose_seeds_diverged_is_worse_and_has_no_median(
    result: Callable[..., Result],
) -> None:
    assert answer_of(result("hinge", [0.8] * 20), result("squared_hinge", [NAN] * 20)) == (
        "Take hinge (median test accuracy 0.800); squared_hinge (diverged) is worse."
    )


def test_of_many_results_the_best_is_named(
    result: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_IN_PAIRS", 20)
    values = {f"it-{number}": 0.5 + 0.01 * (number * 7 % 21) for number in range(21)}
    results = [result("hinge", [value] * 2, name=name) for name, value in values.items()]
    best = max(values, key=values.__getitem__)
    assert answer_of(*results).startswith(f"Not decided: {best} (median")


def test_too_few_seeds_decide_nothing(result: Callable[..., Result]) -> None:
    assert answer_of(result("hinge", [0.9] * 5), result("squared_hinge", [0.6] * 5)) == (
        "Not decided: hinge (median test accuracy 0.900) has the best median; "
        "fewer than 20 seeds are too few to judge squared_hinge (0.600) by."
    )


def test_losses_are_named_that_are_worse_and_that_may_be(result: Callable[..., Result]) -> None:
    best, maybe = result("hinge", [0.9, 0.8] * 10), result("squared_hinge", [0.8, 0.86] * 10)
    worse = result("binary_crossentropy", [0.6] * 20)
    unsure = "squared_hinge (0.830) looks worse, but that is not sure"
    assert answer_of(best, maybe, worse) == (
        f"Take hinge (median test accuracy 0.850); binary_crossentropy (0.600) is worse; {unsure}."
    )
    assert answer_of(best, maybe) == (
        f"Not decided: hinge (median test accuracy 0.850) has the best median; {unsure}."
    )


@pytest.mark.parametrize(("other", "words"), [([0.9] * 20, "is seen"), ([0.899] * 20, "matters")])
def test_losses_that_are_alike_may_all_be_taken(
    result: Callable[..., Result], other: list[float], words: str
) -> None:
    sentence = answer_of(result("hinge", [0.9] * 20), result("squared_hinge", other))
    assert sentence == (
        "Take hinge (median test accuracy 0.900) or squared_hinge "
        f"({other[0]:.3f}): no difference between them {words}."
    )


@pytest.mark.parametrize(("constant", "start"), [(0.895, "Take none of them: "), (0.5, "Take hi")])
def test_none_is_to_be_taken_that_is_no_better_than_a_constant(
    result: Callable[..., Result], constant: float, start: str
) -> None:
    constants = ({part: {"accuracy": constant} for part in PARTS},)
    results = [
        replace(result(it, [0.9] * 20), constants=constants) for it in ("hinge", "squared_hinge")
    ]
    sentence = answer_of(*results)
    assert sentence.startswith(start)
    assert ("none is better than a constant (0.895) by enough to matter" in sentence) == (
        constant > 0.8
    )


def test_what_is_of_one_split_and_one_rate_says_so(result: Callable[..., Result]) -> None:
    pair = [result(it, [0.8] * 20) for it in ("hinge", "squared_hinge")]
    assert narrowness(compare(pair)) == (
        "These are of one split of the rows and one learning rate for each loss, "
        "and others may turn them: 'lossbench choose' tries many."
    )
    tuned = [
        replace(it, experiment=it.experiment.model_copy(update={"splits": 5, "tune": Tune()}))
        for it in pair
    ]
    (comparison,) = compare(pair)
    assert narrowness([replace(comparison, results=tuple(tuned))]) == ""
    assert narrowness([]) == ""
