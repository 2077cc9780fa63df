"""The curves of several losses on the same axes."""

from collections.abc import Callable

from drawn_texts import check_texts

from lossbench.evidence.comparison import Comparison, compare
from lossbench.pictures.of_comparison import curves
from lossbench.results.result import Result


def test_curves_have_every_experiment(comparison: Comparison) -> None:
    picture = curves(comparison)
    assert picture is not None
    assert [it.get_text() for it in picture.legends[0].texts] == ["hinge", "squared_hinge"]
    check_texts(picture)


def test_of_many_experiments_the_curves_of_the_best_are_drawn(
    result: Callable[..., Result],
) -> None:
    results = [result("hinge", [0.5 + 0.01 * it], name=f"hinge-{it:02}") for it in range(14)]
    (comparison,) = compare(results)
    picture = curves(comparison)
    assert picture is not None
    names = [it.get_text() for it in picture.legends[0].texts]
    assert names == [f"hinge-{it:02}" for it in range(2, 14)]
    assert "The 12 of 14 experiments with the best test medians" in {
        it.get_text() for it in picture.texts
    }
