import csv
import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from scipy import stats

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import ACTIVATIONS
from lossbench.evidence import comparison
from lossbench.evidence.comparison import (
    Group,
    NothingToCompare,
    compare,
    failed_to_learn,
    percent,
    probabilities,
)
from lossbench.evidence.comparison_text import as_csv, as_document, as_markdown
from lossbench.evidence.findings import findings
from lossbench.pictures import descriptions as alternatives
from lossbench.pictures.of_comparison import boundaries, curves
from lossbench.results.predict import ACTIVATIONS as FORWARD
from lossbench.results.predict import decisions
from lossbench.results.result import Result, Training
from lossbench.text import to_json

NAN = float("nan")
BINARY = "binary classification"


@pytest.fixture
def result(experiment_of: Callable[..., Experiment]) -> Callable[..., Result]:
    def make(loss: str, values: list[float], problem: str = BINARY, **changes: object) -> Result:
        experiment = experiment_of(problem, loss, **changes)
        rng = np.random.default_rng(0)
        names = ("loss", *experiment.metrics)
        columns = [f"{part}_{name}" for part in ("train", "test") for name in names]
        trainings = []
        for seed, value in enumerate(values):
            figures = dict.fromkeys(names, value)
            weights = tuple(rng.normal(size=shape) for shape in ((2, 25), (25,), (25, 1), (1,)))
            history = {name: np.full(5, value) for name in columns}
            diverged = bool(np.isnan(value))
            trainings.append(Training(seed, diverged, figures, figures, history, weights))
        return Result(experiment, "abc", tuple(trainings))

    return make


@pytest.fixture
def group(result: Callable[..., Result]) -> Group:
    worse = [0.7 + 0.001 * seed for seed in range(29)]
    better = [0.72 + 0.001 * seed for seed in range(30)]
    results = [result("hinge", [*worse, NAN]), result("squared_hinge", better)]
    (group,) = compare(results)
    return group


def brute_force(first: list[float], second: list[float]) -> float:
    return float(np.mean([(a > b) + 0.5 * (a == b) for a in first for b in second]))


def test_probability_counts_pairs_and_part_of_ties() -> None:
    first, second = [0.8, 0.7, 0.6], [0.7, 0.5]
    # 0.8 beats both, 0.7 ties once and beats once, 0.6 beats one: 4.5 of 6.
    assert probabilities(np.array(first), np.array([second]), False)[0][0] == 0.75
    assert brute_force(first, second) == 0.75
    assert probabilities(np.array(first), np.array([second]), True)[0][0] == 0.25


def test_a_diverged_training_loses_to_every_finished_one_and_ties_with_diverged() -> None:
    first, second = np.array([NAN, 2.0]), np.array([[1.0, NAN]])
    for smaller, expected in ((False, 0.625), (True, 0.375)):
        # (nan, 1) lost, (nan, nan) tied, (2, 1) by size, (2, nan) won.
        assert probabilities(first, second, smaller)[0][0] == expected


def test_interval_is_that_of_a_plain_bootstrap_with_scipy() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.5, 1, 25), rng.normal(0, 1, 30)

    def plain(a: np.ndarray, b: np.ndarray) -> float:
        return float(stats.mannwhitneyu(a, b).statistic / (len(a) * len(b)))

    options = {"n_resamples": 2000, "method": "percentile", "rng": np.random.default_rng(0)}
    plainly = stats.bootstrap((first, second), plain, vectorized=False, **options)
    low, high = plainly.confidence_interval
    found = [it[0] for it in probabilities(first, second[None], False)]
    assert found == pytest.approx([plain(first, second), low, high], abs=1e-6)


def test_another_loss_in_the_group_changes_no_interval() -> None:
    rng = np.random.default_rng(3)
    first, others = rng.random(20), rng.random((3, 20))
    together = np.array(probabilities(first, others, False))
    alone = [np.array(probabilities(first, other[None], False))[:, 0] for other in others]
    np.testing.assert_array_equal(together.T, alone)


@pytest.mark.parametrize(("first", "second", "p"), [(1, 0, 1.0), (0, 1, 0.0), (1, 1, 0.5)])
def test_degenerate_cases_give_no_warning(first: float, second: float, p: float) -> None:
    found = probabilities(np.full(30, first), np.full((1, 30), second), False)
    assert [it[0] for it in found] == [p, p, p]


def test_single_trainings_have_no_interval() -> None:
    p, low, high = probabilities(np.array([1.0]), np.array([[0.0]]), False)
    assert (p[0], np.isnan(low[0]), np.isnan(high[0])) == (1.0, True, True)


def test_standing_says_what_became_of_the_trainings(group: Group) -> None:
    hinge = group.standings[0]
    assert (hinge.name, hinge.part, hinge.trainings, hinge.diverged) == ("hinge", "train", 30, 1)
    assert hinge.summary.median == pytest.approx(0.714)
    assert [it.part for it in group.standings] == ["train", "train", "test", "test"]


def test_sentences_say_which_is_better_and_by_how_much(
    group: Group, result: Callable[..., Result]
) -> None:
    hinge, squared = group.results
    assert group.pairs[1].finding == "worse"
    assert group.pairs[1].sentence.startswith(
        "hinge is worse than squared_hinge on test accuracy: it beats it in "
    )
    assert group.pairs[1].sentence.endswith("of pairs of trainings; medians 0.714 against 0.734")
    (turned,) = compare([squared, hinge])
    assert turned.pairs[1].sentence.startswith("squared_hinge is better than hinge on test")
    (same,) = compare([squared, result("hinge", [0.5, 0.9] * 15)])
    assert same.pairs[0].finding == "no difference seen"


def test_fewer_than_20_trainings_judge_nothing(result: Callable[..., Result]) -> None:
    (group,) = compare([result("hinge", [0.9] * 19), result("squared_hinge", [0.1] * 30)])
    assert group.pairs[0].finding == "not judged"


def test_smaller_errors_are_better(result: Callable[..., Result]) -> None:
    values = [result("mse", [0.1] * 20, "regression"), result("mae", [0.2] * 20, "regression")]
    (group,) = compare(values)
    assert (group.metric, group.pairs[0].finding) == ("mse", "better")


def test_what_else_differs_is_said(result: Callable[..., Result]) -> None:
    pair = [result("hinge", [0.9] * 20), result("squared_hinge", [0.9] * 20, epochs=6)]
    (group,) = compare(pair)
    assert group.differs == ("epochs",)
    assert "differ in more than the loss: epochs" in as_markdown([group])


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


def test_failing_to_learn_is_guessing(result: Callable[..., Result]) -> None:
    assert failed_to_learn(result("hinge", [0.5, 0.54, 0.56, NAN])) == 2
    assert failed_to_learn(result("mse", [0.99, 1.0, 7.0, NAN], "regression")) == 2
    plain = {"generator": "make_regression"}
    assert failed_to_learn(result("mse", [7.0], "regression", dataset=plain)) is None


def test_a_share_is_all_only_if_it_is() -> None:
    shares = (0, 0.001, 0.5, 0.999, 1)
    assert [percent(it) for it in shares] == ["0 %", "<1 %", "50 %", ">99 %", "100 %"]


def test_of_many_results_each_is_compared_with_the_best_alone(
    result: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "MOST_IN_PAIRS", 20)
    values = {f"it-{number}": 0.5 + 0.01 * (number * 7 % 21) for number in range(21)}
    results = [result("hinge", [value] * 2, name=name) for name, value in values.items()]
    (group,) = compare(results)
    best = max(values, key=values.__getitem__)
    others = [name for name in values if name != best]
    assert [(pair.first.name, pair.second.name) for pair in group.pairs] == [
        (best, name) for _ in ("train", "test") for name in others
    ]
    next_best = sorted(others, key=values.__getitem__, reverse=True)[:12]
    assert [pair.second.name for pair in group.told] == [*next_best, *next_best]
    assert f"of {best}, which has the best test median" in as_markdown([group])
    assert findings(results, [], [group], [])[0].sentence.startswith(f"{best} has the best")
    (group,) = compare(results[:20])
    assert len(group.pairs) == 2 * 190


def test_a_best_median_of_few_that_did_not_diverge_is_no_victory(
    result: Callable[..., Result],
) -> None:
    results = [result("hinge", [0.9] * 4 + [NAN] * 16), result("squared_hinge", [0.8] * 20)]
    assert findings(results, [], compare(results), [])[0].sentence == (
        "hinge has the best median test accuracy, 0.900; "
        "by pairs of all trainings it is worse than squared_hinge (0.800)."
    )


def test_the_words_for_a_picture_end_where_the_last_training_ended(
    result: Callable[..., Result],
) -> None:
    stopping = {"early_stopping": {"patience": 1}}
    first, second = (
        result(name, [0.7, 0.8], metrics=["f1"], published={"f1": {"test": 0.5}}, **stopping)
        for name in ("hinge", "squared_hinge")
    )
    (group,) = compare([_stopped(first, 3), _stopped(second, 4)])
    said = alternatives.of_curves(group, group.results)
    assert "over 4 epochs" in said
    assert "hinge 0.750, 0.750; squared_hinge 0.750, 0.750." in said
    # Its printed metric, f1, has no curve.
    said = alternatives.of_learning_curves(group.results[0])
    assert "over 3 epochs" in said
    assert "test accuracy from 0.750 to 0.750" in said


def _stopped(result: Result, epochs: int) -> Result:
    return replace(
        result,
        trainings=tuple(
            replace(
                it,
                epochs=epochs,
                history={name: c[:epochs] for name, c in it.history.items()},
            )
            for it in result.trainings
        ),
    )


def test_json_has_every_pair(group: Group) -> None:
    (found,) = json.loads(to_json(as_document([group])))["groups"]
    assert [(it["first"], it["part"]) for it in found["pairs"]] == [
        ("hinge", "train"),
        ("hinge", "test"),
    ]
    assert found["standings"][0]["diverged"] == 1


def test_json_and_csv_have_no_nan(result: Callable[..., Result]) -> None:
    groups = compare([result("hinge", [NAN]), result("squared_hinge", [0.5])])
    to_json(as_document(groups))  # refuses NaN
    row = next(csv.DictReader(StringIO(as_csv(groups))))
    assert (row["low"], row["first_median"], row["second_median"]) == ("", "", "0.5")
    assert "| hinge | diverged | diverged | 1 of 1 | 0 of 1 |" in as_markdown(groups)


def test_markdown_has_a_table_and_sentences(group: Group) -> None:
    text = as_markdown([group])
    assert "## make_circles, 1000 rows: accuracy" in text
    assert "| hinge | 0.714 [0.701, 0.727] | 0.714 [0.701, 0.727] | 1 of 30 | 0 of 30 |" in text
    assert f"- {group.pairs[0].sentence}" in text


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_those_of_keras(name: str) -> None:
    import keras

    x = np.linspace(-8, 8, 101).astype(np.float32)
    expected = np.asarray(keras.activations.get(name)(x))
    np.testing.assert_allclose(FORWARD[name](x), expected, rtol=1e-4, atol=1e-5)


def test_decisions_of_several_units_are_positive_where_a_unit_is_the_largest(
    experiment_of: Callable[..., Experiment],
) -> None:
    experiment = experiment_of("multi-class classification", "kl_divergence")
    weights = [np.eye(2), np.zeros(2), np.array([[1.0, 0, 0], [0, 2, 0]]), np.array([0, 0, 0.5])]
    # relu(3, 1) gives units 3, 2, 0.5.
    assert decisions(experiment, weights, np.array([3.0, 1.0])).tolist() == [1.0, -1.0, -2.5]


def test_pictures_have_every_experiment(group: Group) -> None:
    figure = curves(group)
    assert figure is not None
    assert [it.get_text() for it in figure.legends[0].texts] == ["hinge", "squared_hinge"]
    picture = boundaries(group, group.results[0].experiment.dataset.load())
    assert picture is not None
    assert [axes.get_title("left") for axes in picture.axes] == ["hinge", "squared_hinge"]
    thin, bold = picture.axes[0].collections
    assert len(thin.get_paths()) > len(bold.get_paths()) > 0
