"""What the page says, without a browser."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from made_up import NAN, constant_result

from lossbench.config.experiment import Experiment
from lossbench.evidence import comparison
from lossbench.report.page import page as page_of
from lossbench.results.read import read_all
from lossbench.results.result import Result

VENDORED = re.compile(r"<script.*?</script>", re.DOTALL)
RESULTS = Path(__file__).parents[2] / "results" / "reference"


@pytest.mark.thorough
def test_of_many_experiments_the_best_are_drawn_and_compared(
    result: Callable[..., Result],
) -> None:
    many = [result(f"hinge-{number:02}", "hinge", 0.001 * number) for number in range(26)]
    worse = [
        replace(it, trainings=tuple(replace(t, history={}) for t in it.trainings))
        for it in many[:14]
    ]  # without curves of their own, which take time
    text = page_of("many", [*worse, *many[14:]], [])
    # In the picture of the answer, below the curves, and in that of the boundaries.
    assert text.count("The 12 of 26 experiments with the best test medians") == 3
    best = [f"hinge-{number:02}" for number in range(14, 26)]
    labels = re.findall(r'role="img" aria-label="([^"]*)"', text)
    assert re.findall(r"hinge-\d\d", labels[0]) == best[::-1]
    assert re.findall(r'<figure data-label="([^"]*)">', text) == best
    assert "Of 325 pairs, these are the 12 of hinge-25" in text.replace("<wbr>", "")
    assert text.count('class="bar"') == 2 * 12
    assert text.count('<div class="long" role="region" tabindex="0"') == 1


def test_a_page_of_so_many_that_only_the_best_is_compared(
    result: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "MOST_IN_PAIRS", 7)
    many = [result(f"hinge-{number}", "hinge", 0.02 * (number * 3 % 8)) for number in range(8)]
    bare = [
        replace(it, trainings=tuple(replace(t, history={}) for t in it.trainings)) for it in many
    ]
    text = page_of("many", bare, []).replace("<wbr>", "")
    assert text.count('class="bar"') == 2 * 7
    assert "ake hinge-5 (median test accuracy" in text


def test_claims_are_counted_and_listed() -> None:
    text = page_of("results", read_all(RESULTS)[0], [])
    assert "<h2>The tutorial&#39;s claims</h2>" in text
    assert text.count('<span class="claim">') == 9
    counts = re.search(r"nine claims</dt><dd>(.*?)\.</dd>", text)
    assert counts
    assert sum(map(int, re.findall(r"\d+", counts[1]))) == 9


def test_a_median_has_one_rounding_and_a_published_figure_its_own_decimals(
    experiment_of: Callable[..., Experiment],
) -> None:
    published = {"mse": {"train": 0.0, "test": 0.00263}}
    results = [
        constant_result(
            experiment_of("regression", loss, published=published), [0.0026183 * better] * 20
        )
        for better, loss in ((1, "mse"), (10, "mae"))
    ]
    text = page_of("results", results, []).replace("<wbr>", "").replace("\N{NO-BREAK SPACE}", " ")
    assert text.count("0.00262 [0.00262, 0.00262]") >= 3  # of both parts, and in the picture
    assert "take mse (median test mse 0.00262)" in text
    assert "0.00262 against 0.0262" in text
    assert "0.003" not in VENDORED.sub("", text)
    assert 'data-label="train, published" data-sort="0.0" class="published"><span>0.0 <' in text
    assert (
        'data-label="test, published" data-sort="0.00263" class="published"><span>0.00263 <' in text
    )


def test_each_loss_is_told_once_with_what_is_not_its_default(
    experiment_of: Callable[..., Experiment],
) -> None:
    settings = ("mse", "mse", "huber", {"name": "huber", "delta": 2.5})
    results = [
        constant_result(experiment_of("regression", loss, name=f"it-{number}"), [0.1] * 20)
        for number, loss in enumerate(settings)
    ]
    text = page_of("results", results, []).replace("<wbr>", "")
    losses = text[text.index('id="losses"') : text.index('id="experiments"')]
    titles = re.findall(r'<h3>(.*?)(?: <span class="quiet">(.*?)</span>)?</h3>', losses)
    assert titles == [("Mean squared error", ""), ("Huber", "delta 1.0"), ("Huber", "delta 2.5")]
    assert losses.count("<figure>") == 3
    assert "The usual choice for a real target" in losses


def test_a_pair_of_which_all_diverged_has_no_bar(experiment_of: Callable[..., Experiment]) -> None:
    for value, bars in ((NAN, 0), (0.1, 2)):
        results = [
            constant_result(experiment_of("regression", loss), [value] * 20)
            for loss in ("mse", "mae")
        ]
        assert page_of("results", results, []).count('class="bar"') == bars
