"""Where networks decide for another class."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from drawn_texts import check_texts
from made_results import made

from lossbench.config.experiment import Experiment
from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import Comparison, compare
from lossbench.pictures import decision_boundaries
from lossbench.pictures.decision_boundaries import boundaries, data_of
from lossbench.results.result import Result, Training


def test_boundaries_have_every_experiment(comparison: Comparison) -> None:
    picture = boundaries(comparison, comparison.results[0].experiment.dataset.load())
    assert picture is not None
    assert [axes.get_title("left") for axes in picture.axes] == ["hinge", "squared_hinge"]
    thin, bold = picture.axes[0].collections
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
    decisions: Callable[..., np.ndarray] = decision_boundaries.decisions_in_chunks

    def noted(experiment: Experiment, weights: tuple[np.ndarray, ...], x: np.ndarray) -> np.ndarray:
        drawn.append((experiment.model.activation, weights[0]))
        return decisions(experiment, weights, x)

    monkeypatch.setattr(decision_boundaries, "decisions_in_chunks", noted)
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
