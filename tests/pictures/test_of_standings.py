"""Dots and intervals of the losses, beside a constant."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from drawn_texts import check_texts
from made_up import NAN

from lossbench.evidence.comparison import Comparison, compare
from lossbench.pictures.descriptions import of_standings
from lossbench.pictures.of_standings import shown_in_standings, standings
from lossbench.results.result import PARTS, Result


def with_constant(results: list[Result], metric: str, value: float) -> Comparison:
    constants = ({part: {metric: value} for part in PARTS},)
    (comparison,) = compare([replace(it, constants=constants) for it in results])
    return comparison


def test_the_best_is_on_top_with_its_interval_and_the_constant_beside(
    result: Callable[..., Result],
) -> None:
    values = [0.7 + 0.01 * seed for seed in range(21)]
    results = [result("hinge", [0.6] * 20), result("squared_hinge", values)]
    comparison = with_constant(results, "accuracy", 0.5)
    picture = standings(comparison)
    (panel,) = picture.axes
    assert [it.get_text() for it in panel.get_yticklabels()] == ["squared_hinge", "hinge"]
    dots, constant = panel.lines
    np.testing.assert_allclose(dots.get_xdata(), [0.8, 0.6])
    np.testing.assert_allclose(constant.get_xdata(), [0.5, 0.5])
    (bars,) = panel.collections
    np.testing.assert_allclose(bars.get_segments()[0][:, 0], [0.705, 0.895])
    check_texts(picture)
    text = of_standings(comparison, shown_in_standings(comparison))
    assert text.endswith(
        "squared_hinge 0.800 [0.705, 0.895]; hinge 0.600 [0.600, 0.600]. A constant reaches 0.500."
    )


def test_errors_that_span_decades_have_a_log_axis_and_what_diverged_is_told(
    result: Callable[..., Result],
) -> None:
    results = [
        result("mse", [1e-4] * 20, problem="regression"),
        result("mae", [0.1] * 15 + [NAN] * 5, problem="regression"),
        result("msle", [NAN] * 20, problem="regression"),
    ]
    picture = standings(with_constant(results, "mse", 1.0))
    (panel,) = picture.axes
    assert panel.get_xscale() == "log"
    told = {it.get_text() for it in panel.texts}
    assert told == {"constant", "5 of 20 diverged", "all diverged"}
    check_texts(picture)


def test_long_names_stay_apart_and_inside_the_picture(result: Callable[..., Result]) -> None:
    settings = ("learning_rate=0.01+batch_size={}+epochs=10", "{}" + "m" * 60)
    for setting in settings:
        names = [setting.format(size) for size in (32, 64)]
        results = [result("hinge", [0.6] * 20, name=name) for name in names]
        (comparison,) = compare(results)
        picture = standings(comparison)
        (panel,) = picture.axes
        texts = [it.get_text() for it in panel.get_yticklabels()]
        assert len(set(texts)) == 2
        check_texts(picture)


def test_of_many_the_best_are_drawn(result: Callable[..., Result]) -> None:
    (comparison,) = compare(
        [result("hinge", [0.5 + 0.01 * it], name=f"hinge-{it:02}") for it in range(14)]
    )
    picture = standings(comparison)
    names = [it.get_text() for it in picture.axes[0].get_yticklabels()]
    assert names == [f"hinge-{it:02}" for it in range(13, 1, -1)]
    assert "The 12 of 14 experiments with the best test medians" in {
        it.get_text() for it in picture.texts
    }
