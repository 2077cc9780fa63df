"""The curves of several losses on the same axes."""

import re
from collections.abc import Callable

import pytest
from drawn_texts import check_texts

from lossbench.evidence.comparison import Comparison, compare
from lossbench.pictures.of_comparison import curves
from lossbench.pictures.style import STYLES, Style
from lossbench.results.result import Result


def test_curves_have_every_experiment(comparison: Comparison) -> None:
    picture = curves(comparison)
    assert picture is not None
    for panel in picture.axes:
        assert [it.get_text() for it in panel.texts] == ["hinge", "squared_hinge"]
    assert not picture.legends  # as no name is cut
    check_texts(picture)


def test_of_many_experiments_the_curves_of_the_best_are_drawn(
    result: Callable[..., Result],
) -> None:
    results = [result("hinge", [0.5 + 0.01 * it], name=f"hinge-{it:02}") for it in range(14)]
    (comparison,) = compare(results)
    picture = curves(comparison)
    assert picture is not None
    names = [it.get_text() for it in picture.axes[0].texts]
    assert names == [f"hinge-{it:02}" for it in range(2, 14)]
    check_texts(picture)
    assert "The 12 of 14 experiments with the best test medians" in {
        it.get_text() for it in picture.texts
    }


LONG = ("categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_lines_that_lie_upon_each_other_share_a_label_that_says_so(
    result: Callable[..., Result], style: Style
) -> None:
    problem = "multi-class classification"
    values = ([0.8, 0.82], [0.8, 0.82], [0.8, 0.8201])
    results = [result(it, list(of), problem) for it, of in zip(LONG, values, strict=True)]
    (comparison,) = compare(results)
    picture = curves(comparison, style)
    assert picture is not None
    for panel in picture.axes:
        same, other = (it.get_text() for it in panel.texts)
        assert re.fullmatch("categorical…,\nsparse.*…:\nidentical", same)
        assert other == "kl_divergence"
    # What is cut at the end of a line is whole in the legend.
    assert [it.get_text() for it in picture.legends[0].texts] == list(LONG)
    check_texts(picture)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("count", [2, 5, 12])
def test_labels_of_many_lines_that_end_at_one_place_do_not_overlap(
    result: Callable[..., Result], count: int, style: Style
) -> None:
    name = "a_name_that_is_too_long_for_the_end_of_a_line_{}_and_goes_on_at_length_after_it"
    values = [0.5 + 1e-6 * it for it in range(count)]
    results = [result("hinge", [it], name=name.format(number)) for number, it in enumerate(values)]
    (comparison,) = compare(results)
    picture = curves(comparison, style)
    assert picture is not None
    check_texts(picture)
    of_lines = [it.get_text() for it in picture.axes[0].texts]
    of_legend = [it.get_text() for it in picture.legends[0].texts]
    assert len({*of_lines}) == len({*of_legend}) == count
    heights = [it.get_position()[1] for it in picture.axes[0].texts]
    assert heights == sorted(heights)  # in the order of the lines
