"""What is seen without scrolling: which loss to take on which data, and a picture of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from command import lossbench

from lossbench.config.grid import read_settings
from lossbench.evidence.stored_sweep import DOCUMENT
from lossbench.report.page import page as page_of
from lossbench.results.result import Result
from lossbench.text import to_json

RATES = (0.001, 0.01, 0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(390, 844), (800, 900), (1400, 900)])
def test_all_answers_and_the_first_dots_are_on_the_first_screen(
    tab: Callable[..., object],
    result: Callable[..., Result],
    tmp_path: Path,
    width: int,
    height: int,
) -> None:
    # Names as long as those of the nine, on three data sets.
    losses = ("sparse_categorical_crossentropy", "binary_crossentropy", "kl_divergence")
    results = []
    for number in range(3):
        for place, name in enumerate(losses):
            it = result(f"{name}-{number}", "hinge", 0.02 * place)
            bare = tuple(replace(each, history={}) for each in it.trainings)
            results.append(replace(it, data_sha256=f"{number}" * 64, trainings=bare))
    path = tmp_path / "report.html"
    path.write_text(page_of("results", results, []))
    page = tab(path, width, height=height).page  # type: ignore[attr-defined]
    answers = page.locator(".answers li")
    assert answers.count() == 3
    for text in answers.all_inner_texts():
        assert text.startswith("On make_circles, 1000 rows: take kl_divergence-")
    box = answers.last.bounding_box()
    assert box["y"] + box["height"] < height
    assert page.locator(".standings svg").first.bounding_box()["y"] + 60 < height


def test_of_hundreds_of_data_sets_most_answers_are_folded(result: Callable[..., Result]) -> None:
    one = result("one", "hinge")
    bare = replace(one, trainings=tuple(replace(it, history={}) for it in one.trainings))
    results = [
        replace(
            bare,
            data_sha256=f"{number:064}",
            experiment=one.experiment.model_copy(update={"name": f"{place}-{number}"}),
        )
        for number in range(14)
        for place in "ab"
    ]
    text = page_of("many", results, [])
    assert "<details><summary>2 more</summary>" in text
    assert text.count('<div class="standings">') == 1
    assert text.count('aria-label="Test accuracy on') == 12


def swept(result: Callable[..., Result]) -> list[Result]:
    found = []
    for number, rate in enumerate(RATES):
        it = result(f"hinge+learning_rate={rate}", "hinge", 0.02 * number)
        optimizer = it.experiment.optimizer.model_copy(update={"learning_rate": rate})
        found.append(
            replace(it, experiment=it.experiment.model_copy(update={"optimizer": optimizer}))
        )
    return found


def document(results: list[Result]) -> str:
    (axis,) = read_settings([f"optimizer.learning_rate={','.join(map(str, RATES))}"]).axes
    return to_json(
        {
            "name": "hinge+learning_rate",
            "base": "hinge",
            "axes": [{"key": axis.dotted, "label": axis.label, "values": list(axis.values)}],
            "points": [
                {"name": it.experiment.name, "values": {axis.dotted: value}}
                for it, value in zip(results, axis.values, strict=True)
            ],
            "failed": {},
        }
    )


def test_of_a_sweep_the_best_point_is_told_and_its_picture_drawn(
    result: Callable[..., Result], write: Callable[..., Path], tmp_path: Path
) -> None:
    results = swept(result)
    folder = write(tmp_path / "sweep", *results, without="history.csv")
    (folder / DOCUMENT).write_text(document(results))
    done = lossbench(tmp_path, "report", folder)
    assert (done.returncode, done.stderr) == (0, "")
    text = (folder / "report.html").read_text().replace("<wbr>", "")
    assert '<p class="lead">Best median test accuracy: 0.850' in text
    assert "with learning_rate 0.1. " in text
    assert 'aria-label="Accuracy over optimizer.learning_rate. Test part: 0.001 0.810' in text
    assert "Not decided" not in text  # the sentence of the sweep says it
    assert 'class="standings"' not in text


@pytest.mark.parametrize("content", ["{", "[]", '{"axes": []}', "other values"])
def test_a_sweep_that_does_not_fit_its_results_is_named_and_left_out(
    result: Callable[..., Result], write: Callable[..., Path], tmp_path: Path, content: str
) -> None:
    results = swept(result)
    folder = write(tmp_path / "sweep", *results, without="history.csv")
    if content == "other values":
        content = document(results).replace('"optimizer.learning_rate": 0.1', '"optimizer": 1')
    (folder / DOCUMENT).write_text(content)
    done = lossbench(tmp_path, "report", folder)
    assert done.returncode == 2
    assert f"Error: {folder}/sweep.json: " in done.stderr
    assert "run the sweep again" in done.stderr
    text = (folder / "report.html").read_text()
    assert "On make_circles" in text.replace("<wbr>", "")
    assert "sweep.json: " in text


def test_points_whose_results_are_gone_are_left_out(
    result: Callable[..., Result], write: Callable[..., Path], tmp_path: Path
) -> None:
    results = swept(result)
    folder = write(tmp_path / "sweep", *results[:2], without="history.csv")
    (folder / DOCUMENT).write_text(document(results))
    assert lossbench(tmp_path, "report", folder).returncode == 0
    text = (folder / "report.html").read_text().replace("<wbr>", "")
    assert "Best median test accuracy: 0.830" in text
