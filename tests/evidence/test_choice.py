"""What a choice says of losses whose figures are known."""

from dataclasses import replace

import numpy as np
import pytest
from made_results import made

from lossbench.evidence.baselines import BOOSTING, CONSTANT, LINEAR, Baseline
from lossbench.evidence.choice import Choice, choose
from lossbench.evidence.choice_text import as_document, lines, sentences
from lossbench.evidence.difference_words import region_of
from lossbench.results.result import Result
from lossbench.text import to_json

SPLITS = 10
NOISE = np.random.default_rng(0).normal(0, 1, SPLITS)
SPLIT_EFFECT = np.random.default_rng(1).normal(0, 3, SPLITS)
REGRESSION = {"generator": "make_regression", "n_samples": 60, "n_features": 2, "split": {}}


def result(name: str, mse: np.ndarray, loss: str = "mse", diverged: int | None = None) -> Result:
    """A result of two seeds in each split, with these values of the mse."""
    it = made(
        name,
        seeds=2,
        epochs=2,
        dataset=REGRESSION,
        loss=loss,
        splits=len(mse),
        seed=5,  # none of the made trainings diverges then
        published={},
        early_stopping={"patience": 1},
        tune={"grid": {"optimizer.learning_rate": [0.01, 0.1]}},
    )
    trainings = [
        replace(
            training,
            test={**training.test, "mse": np.nan if number == diverged else mse[training.split]},
            diverged=number == diverged,
        )
        for number, training in enumerate(it.trainings)
    ]
    constants = tuple({"test": {"mse": 200.0}, "train": {"mse": 200.0}} for _ in mse)
    return replace(it, trainings=tuple(trainings), constants=constants)


def others(constant: float = 200, linear: float = 150, boosting: float = 140) -> list[Baseline]:
    levels = {CONSTANT: constant, LINEAR: linear, BOOSTING: boosting}
    return [
        Baseline(name, {"mse": level + SPLIT_EFFECT[::-1] / 10}) for name, level in levels.items()
    ]


def chosen(*results: Result, **levels: float) -> Choice:
    return choose(results, others(**levels), "mse", ratio=0.25)


BEST = result("best", 100 + SPLIT_EFFECT)


def words(choice: Choice) -> dict[str, str]:
    return {it.name: it.word for it in choice.candidates[1:]}


def test_differences_are_called_by_their_size_and_by_how_sure_they_are() -> None:
    choice = chosen(
        result("equal", 100.2 + SPLIT_EFFECT + NOISE, "mae"),
        result("small", 101 + SPLIT_EFFECT + 0.1 * NOISE, "huber"),
        BEST,
        result("far", 150 + SPLIT_EFFECT + NOISE, "log_cosh"),
        result("noisy", 104 + SPLIT_EFFECT + 8 * NOISE, {"name": "huber", "delta": 2}),
    )
    assert choice.best.name == "best"
    assert choice.region == pytest.approx(2, rel=1e-3)  # a hundredth of the constant's error
    assert words(choice) == {"equal": "none", "small": "small", "noisy": "unsure", "far": "clear"}
    told = list(sentences(choice))
    assert told[0] == "Take best, or equal or small: no difference between them matters."
    assert told[1].startswith("Not far: worse by 50 % on new data")
    assert told[2].startswith("noisy (")
    assert "equal" in told[0]
    assert sum(it.probability for it in choice.candidates) == pytest.approx(1)
    assert choice.candidates[-1].probability == 0


def test_a_training_that_diverged_counts_as_the_constant() -> None:
    choice = chosen(BEST, result("wild", 100 + SPLIT_EFFECT, "mae", diverged=3))
    wild = choice.candidates[1]
    assert wild.values[1] == pytest.approx((100 + SPLIT_EFFECT[1] + 200) / 2)
    assert "1 training diverged" in "\n".join(lines("d", choice, []))


def test_where_nothing_beats_the_constant_that_is_the_answer() -> None:
    choice = chosen(BEST, result("other", 101 + SPLIT_EFFECT + NOISE, "mae"), constant=99)
    assert not choice.beats_constant
    (told, *_) = sentences(choice)
    assert told.startswith("Take none of them: no loss is better than a constant")


def test_few_splits_do_not_say_that_a_loss_is_as_bad_as_the_constant() -> None:
    few = [result("best", np.array([60.0, 140.0])), result("other", np.array([90.0, 130.0]), "mae")]
    models = [Baseline(it.name, {"mse": it.values["mse"][:2]}) for it in others()]
    (told, *_) = sentences(choose(few, models, "mse", ratio=0.25))
    assert told.startswith("Not settled: no loss is better than a constant prediction (mse 200)")
    assert "but best is ahead by 50 %. Ask for more --splits." in told


def test_a_model_that_is_far_ahead_is_named() -> None:
    told = " ".join(sentences(chosen(BEST, linear=50)))
    assert "A linear model of scikit-learn is better than every loss here: by 50 %." in told
    assert "gradient boosting" not in told


def test_the_same_function_under_two_names_is_told() -> None:
    quantile = {"name": "quantile", "quantile": 0.5}
    one, other = result("mae", 100 + NOISE, "mae"), result("pinball", 100 - NOISE, quantile)
    told = " ".join(sentences(chosen(one, other)))
    assert "the same function but for a factor of two" in told
    other = result("pinball", 100 - NOISE, {"name": "quantile", "quantile": 0.6})
    assert "same function" not in " ".join(sentences(chosen(one, other)))


@pytest.mark.parametrize("count", [1, 2, 14])
def test_the_answer_has_at_most_20_lines_of_80_columns(count: int) -> None:
    long = "mean_absolute_percentage_error_of_a_long_name"
    results = [
        result(f"{long}_{number}", 100 + number + SPLIT_EFFECT + (2 + number) * NOISE)
        for number in range(count)
    ]
    told = lines("a-file-with-a-name.csv, the_target", chosen(*results), ["last", "lines"])
    assert len(told) <= 20
    assert max(map(len, told)) <= 80
    to_json(as_document(chosen(*results)))  # no NaN in it


def test_a_small_error_makes_a_small_region() -> None:
    assert region_of("mse", 0.0001, 1) == pytest.approx(0.00001)
    assert region_of("mse", 0.6, 1) == 0.01
    assert region_of("accuracy", 0.9, 0.5) == 0.01
