"""Where networks decide for another class."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from drawn_texts import boxes, check_texts
from made_results import made
from matplotlib.colors import to_hex
from matplotlib.text import Text

from lossbench.config.experiment import Experiment
from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import Comparison, compare
from lossbench.pictures import regions
from lossbench.pictures.decision_boundaries import (
    boundaries,
    boundaries_of,
    columns_for,
    data_of,
)
from lossbench.pictures.regions import preferred
from lossbench.pictures.style import NORMAL, OF_CLASSES, PAPER
from lossbench.results.result import Result, Training


def test_boundaries_have_every_experiment(comparison: Comparison) -> None:
    picture = boundaries(comparison, comparison.results[0].experiment.dataset.load())
    assert picture is not None
    for axes, result in zip(picture.axes, comparison.results, strict=True):
        accuracy = f"{result.summary('test', 'accuracy').median:.3f}"
        name = result.experiment.name
        assert axes.get_title("left") == f"{name}\ntest accuracy {accuracy}"
    *regions, thin, bold = picture.axes[0].collections
    assert [to_hex(it.get_facecolor()[0]).upper() for it in regions] == list(OF_CLASSES[:2])
    assert len(thin.get_paths()) > len(bold.get_paths()) > 0
    entries = [it.get_text() for it in picture.legends[0].texts]
    assert entries == ["class 0", "class 1", "median seed", "other seeds"]
    check_texts(picture)


def test_tuned_networks_of_the_first_split_are_drawn_over_its_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tuned = {
        "dataset": {"generator": "make_moons", "n_samples": 60, "split": {"shuffle": True}},
        "splits": 2,
        "published": {},
        "early_stopping": {"patience": 1},
        "tune": {"grid": {"model.activation": ["relu", "tanh"]}},
    }
    results = [made(name, **tuned) for name in ("one", "two")]
    digest = results[0].experiment.load()[0].sha256
    (comparison,) = compare([replace(it, data_sha256=digest) for it in results])
    split = data_of(comparison, DataFiles())
    assert split is not None
    assert split.sha256 == digest
    drawn: list[tuple[str, np.ndarray]] = []
    decisions: Callable[..., np.ndarray] = regions.decisions_in_chunks

    def noted(experiment: Experiment, weights: tuple[np.ndarray, ...], x: np.ndarray) -> np.ndarray:
        drawn.append((experiment.model.activation, weights[0]))
        return decisions(experiment, weights, x)

    monkeypatch.setattr(regions, "decisions_in_chunks", noted)
    assert boundaries(comparison, split) is not None
    assert {activation for activation, _ in drawn} == {"tanh"}
    first = [it.weights[0] for of in results for it in of.trainings if it.split == 0]
    assert all(any(np.array_equal(it, own) for own in first) for _, it in drawn)


def test_boundaries_of_thresholds_are_where_the_class_changes(
    experiment_of: Callable[..., Experiment],
) -> None:
    # The first threshold is passed at the right, and the second one, of those, above.
    hidden = [np.array([[1.0, -1, 0, 0], [0, 0, 1, -1]]), np.zeros(4)]
    weights = (*hidden, np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]]), np.array([4.0, -2.0]))
    results = []
    for name in ("one", "two"):
        experiment = experiment_of(
            "multi-class classification", "corn", name=name, model={"hidden": [4]}, repeats=1
        )
        figures = dict.fromkeys(("loss", *experiment.metrics), 0.5)
        results.append(
            Result(experiment, "abc", (Training(0, False, figures, figures, {}, weights),))
        )
    (comparison,) = compare(results)
    picture = boundaries(comparison, results[0].experiment.dataset.load())
    assert picture is not None
    bold = picture.axes[0].collections[-1]
    points = np.concatenate([path.vertices for path in bold.get_paths()])
    first = 1 / (1 + np.exp(-points[:, 0] - 4))
    both = first / (1 + np.exp(-points[:, 1] + 2))
    on_first, on_second = (np.isclose(it, 0.5, atol=0.01) for it in (first, both))
    assert (on_first | on_second).all()
    assert min(on_first.sum(), on_second.sum()) > 20


@pytest.mark.parametrize(
    ("panels", "columns"), [(1, 1), (2, 2), (3, 3), (4, 2), (6, 3), (8, 2), (9, 3), (12, 3)]
)
def test_rows_of_panels_are_full(panels: int, columns: int) -> None:
    assert columns_for(panels) == columns
    assert panels % columns == 0


@pytest.mark.parametrize("panels", [5, 7, 11])
def test_where_rows_cannot_be_full_one_place_is_empty(panels: int) -> None:
    assert -panels % columns_for(panels) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_texts_of_every_number_of_panels_can_be_read(count: int) -> None:
    results = [made("hinge" + "_with_a_long_name" * it, 2, 1) for it in range(count)]
    split = results[0].experiment.dataset.load()
    for style in (NORMAL, PAPER):
        picture = boundaries_of(results, split, "make_moons", (), style)
        assert picture is not None
        check_texts(picture)
        assert sum(it.get_visible() for it in picture.axes) == count


def test_classes_have_shapes_of_their_own() -> None:
    result = made("classes", 2, 1, loss="categorical_crossentropy", published={})
    picture = boundaries_of([result], result.experiment.dataset.load(), "make_moons")
    assert picture is not None
    shapes = [line.get_marker() for line in picture.axes[0].lines]
    assert len(set(shapes)) == len(shapes) == 2
    handles = picture.legends[0].legend_handles
    assert [it.get_marker() for it in handles[:2]] == shapes


@pytest.mark.parametrize(
    ("outputs", "margins", "classes"),
    [
        ("one", [[-1.0], [2.0]], [0, 1]),
        ("thresholds", [[-1.0, -3.0], [1.0, -2.0], [5.0, 2.0]], [0, 1, 2]),
        (
            "of each class",
            [[3.0, -3.0, -4.0], [-1.0, 1.0, -2.0], [np.nan, -9, 1]],
            [0, 1, 2],
        ),
    ],
)
def test_a_region_is_where_its_class_is_preferred(
    outputs: str, margins: list[list[float]], classes: list[int]
) -> None:
    fields = np.array(preferred(outputs, np.array(margins)))
    for point, number in enumerate(classes):
        assert np.flatnonzero(fields[:, point] > 0).tolist() == [number]


def test_names_are_drawn_as_they_are_and_the_axis_beside_the_panels(
    comparison: Comparison,
) -> None:
    names = tuple(f"cost in $ of $_{it}, at length" for it in range(30))
    split = replace(
        comparison.results[0].experiment.dataset.load(),
        classes=names,
        features=("$x$", "_y"),
    )
    picture = boundaries_of(comparison.results[:1], split, "$ in $")
    assert picture is not None
    texts = [it.get_text() for it in picture.findobj(Text)]
    for name in ("$x$", "Decision boundaries on $ in $", "class cost in $ of $_0, at le…"):
        assert name in texts
    (box,) = [box for label, box in boxes(picture).items() if label.endswith("_y'")]
    panel = picture.axes[0].bbox
    assert panel.y0 <= (box.y0 + box.y1) / 2 <= panel.y1
