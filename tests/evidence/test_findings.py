"""What a reader is told first."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from made_up import NAN

from lossbench.evidence import comparison as module
from lossbench.evidence.comparison import compare
from lossbench.evidence.findings import Finding, findings
from lossbench.evidence.summary import row
from lossbench.results.result import PARTS, Result


def test_a_best_median_of_few_that_did_not_diverge_is_no_victory(
    result: Callable[..., Result],
) -> None:
    results = [result("hinge", [0.9] * 4 + [NAN] * 16), result("squared_hinge", [0.8] * 20)]
    assert findings(results, [], compare(results), None)[0].sentence == (
        "hinge has the best median test accuracy, 0.900; "
        "in pairs of all seeds it is worse than squared_hinge (0.800)."
    )


def test_of_many_results_the_best_is_named(
    result: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_IN_PAIRS", 20)
    values = {f"it-{number}": 0.5 + 0.01 * (number * 7 % 21) for number in range(21)}
    results = [result("hinge", [value] * 2, name=name) for name, value in values.items()]
    best = max(values, key=values.__getitem__)
    found = findings(results, [], compare(results), None)
    assert found[0].sentence.startswith(f"{best} has the best")


def test_losses_are_named_that_are_worse_and_that_are_not_seen_to_differ(
    result: Callable[..., Result],
) -> None:
    results = [
        result("hinge", [0.9, 0.8] * 10),
        result("squared_hinge", [0.8, 0.86] * 10),
        result("binary_crossentropy", [0.6] * 20),
    ]
    sentence = findings(results, [], compare(results), None)[0].sentence
    assert sentence == (
        "hinge has the best median test accuracy, 0.850, and is better than "
        "binary_crossentropy (0.600); it looks better than squared_hinge (0.830), but that is not "
        "sure."
    )


def test_published_figures_and_seeds_that_failed_are_counted(
    result: Callable[..., Result],
) -> None:
    published = {"accuracy": {"train": 0.7, "test": 0.91}}
    values = [0.7 + 0.001 * seed for seed in range(19)] + [0.5, NAN]
    it = result("hinge", values, published=published)
    assert findings([it], [row(it)], [], None) == [
        Finding(
            "Published figures",
            "1 of 2 lie in the interval that holds 95 % of the seeds. "
            "Outside: hinge (test 0.91, found 0.708 [0.595, 0.718]).",
        ),
        Finding("Diverged", "1 of 21 seeds of hinge."),
        Finding("Failed to learn", "1 of 21 seeds of hinge."),
    ]


@pytest.mark.parametrize(
    ("constant", "sentence"),
    [
        (
            0.895,
            "None is better than a constant (0.895) by enough to matter. No difference that "
            "matters between hinge (median test accuracy 0.900) and squared_hinge (0.900).",
        ),
        (
            0.5,
            "No difference that matters between hinge (median test accuracy 0.900) and "
            "squared_hinge (0.900). A constant reaches 0.500.",
        ),
    ],
)
def test_the_best_is_told_beside_a_constant(
    result: Callable[..., Result], constant: float, sentence: str
) -> None:
    constants = ({part: {"accuracy": constant} for part in PARTS},)
    results = [
        replace(result(it, [0.9] * 20), constants=constants) for it in ("hinge", "squared_hinge")
    ]
    assert findings(results, [], compare(results), None)[0].sentence == sentence
