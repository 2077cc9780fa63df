"""What a worker of a cluster answers: every training that can be is taken, and no other."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from kept_programs import kept_trainer

from lossbench.config.experiment import Experiment
from lossbench.execution import verification
from lossbench.execution.verification import WrongAnswer
from lossbench.execution.work import TrainingProcessDied, Work
from lossbench.results.result import Training

Make = Callable[[Training], Any]


class Other(np.ndarray[Any, Any]):
    """An array that numpy's functions may ask what to do."""


def trained(work: Work) -> list[Training]:
    """The trainings as they come from another process."""
    trainings = [*map(kept_trainer(work.experiment, work.split), work.seeds)]
    copy: list[Training] = pickle.loads(pickle.dumps(trainings))
    return copy


@pytest.fixture(scope="module")
def work(experiment_of: Callable[..., Experiment]) -> Work:
    experiment = experiment_of("binary classification", "bce", repeats=3, seed=7, epochs=4)
    return Work(experiment, experiment.dataset.load(), experiment.seeds)


@pytest.fixture(scope="module")
def right(work: Work) -> list[Training]:
    return trained(work)


@pytest.fixture(scope="module")
def stopped_work(experiment_of: Callable[..., Experiment]) -> Work:
    """It stops after its second epoch, and the first is the best: no improvement is enough."""
    stops = {"patience": 1, "min_delta": 100}
    experiment = experiment_of(
        "multi-class classification",
        "categorical_crossentropy",
        epochs=4,
        repeats=1,
        early_stopping=stops,
        model={"hidden": [5], "batch_normalization": True},
    )
    return Work(experiment, experiment.dataset.load(), experiment.seeds)


@pytest.fixture(scope="module")
def stopped(stopped_work: Work) -> Training:
    (training,) = trained(stopped_work)
    assert (training.epochs, training.best_epoch) == (2, 1)
    return training


def test_right_answers_are_taken_as_they_are(
    work: Work, right: list[Training], stopped_work: Work, stopped: Training
) -> None:
    assert verification.check_answer((right, None), work, work.seeds) == (right, None)
    assert verification.check_answer((right[1:], None), work, work.seeds[1:])[0] == right[1:]
    assert verification.check_answer(([stopped], None), stopped_work, stopped_work.seeds)
    # A loss of what is held back may be infinite though the others are not.
    history = {**stopped.history, "validation_loss": stopped.history["validation_loss"] * np.inf}
    infinite = replace(stopped, history=history)
    assert verification.check_answer(([infinite], None), stopped_work, stopped_work.seeds)


def test_what_ended_a_batch_may_stand_for_its_last_trainings(
    work: Work, right: list[Training]
) -> None:
    died = TrainingProcessDied("it died")
    for done in ([], right[:2], right):
        assert verification.check_answer((done, died), work, work.seeds) == (done, died)


@pytest.mark.thorough
def test_trainings_that_reach_infinity_are_marked_as_diverged(
    experiment_of: Callable[..., Experiment],
) -> None:
    steps = {"name": "sgd", "learning_rate": 3e38}
    for problem, loss in (
        ("regression", "mse"),
        ("binary classification", "bce"),
        # Its value is finite for predictions that are NaN.
        ("multi-class classification", "kl_divergence"),
    ):
        experiment = experiment_of(problem, loss, epochs=3, repeats=2, optimizer=steps)
        work = Work(experiment, experiment.dataset.load(), experiment.seeds)
        trainings = trained(work)
        verification.check_answer((trainings, None), work, work.seeds)
        for it in trainings:
            assert it.diverged
            assert np.isnan(list(it.test.values())).all()


FORGED: dict[str, tuple[str, Make]] = {
    "other seed": ("other seeds", lambda it: replace(it, seed=it.seed + 1)),
    "seed of numpy": ("in place", lambda it: replace(it, seed=np.int64(it.seed))),
    "no training": ("in place", lambda it: vars(it)),
    "lacks a part": ("in place", lambda _: object.__new__(Training)),
    "diverged is a number": ("in place", lambda it: replace(it, diverged=0)),
    "figures are a list": ("in place", lambda it: replace(it, test=[*it.test.items()])),
    "weights are a list": ("in place", lambda it: replace(it, weights=[*it.weights])),
    "epochs": ("epochs", lambda it: replace(it, epochs=4, best_epoch=4)),
    "another metric": ("figures", lambda it: replace(it, test={"loss": 0.5, "f1": 0.5})),
    "no metric": ("figures", lambda it: replace(it, train={"loss": 0.5})),
    "one metric more": ("figures", lambda it: replace(it, train={**it.train, "mse": 0.5})),
    "text": ("figures", lambda it: replace(it, test={**it.test, "loss": "0.5"})),
    "NaN": ("figures", lambda it: replace(it, test={**it.test, "loss": np.nan})),
    "infinity": ("figures", lambda it: replace(it, train={**it.train, "accuracy": np.inf})),
    "more than float32 has": ("figures", lambda it: replace(it, test={**it.test, "loss": 1e308})),
    "digits it has not": ("figures", lambda it: replace(it, test={**it.test, "loss": 0.1 + 1e-12})),
    "diverged with figures": ("figures", lambda it: replace(it, diverged=True)),
    "no history": ("history", lambda it: replace(it, history={})),
    "another history": ("history", lambda it: renamed(it)),
    "longer history": ("history", lambda it: curves(it, lambda curve: np.append(curve, curve))),
    "history of columns": ("history", lambda it: curves(it, lambda curve: curve[:, None])),
    "history of float64": ("history", lambda it: curves(it, lambda curve: curve.astype(float))),
    "history of objects": ("history", lambda it: curves(it, lambda curve: curve.astype(object))),
    "history in lists": ("history", lambda it: curves(it, lambda curve: curve.tolist())),
    "history with NaN": ("history", lambda it: curves(it, lambda curve: curve * np.nan)),
    "weights with NaN": ("impossible weights", lambda it: arrays(it, lambda array: array * np.nan)),
    "no weights": ("weights", lambda it: replace(it, weights=())),
    "one array more": ("weights", lambda it: replace(it, weights=(*it.weights, it.weights[0]))),
    "turned": ("weights", lambda it: arrays(it, lambda array: array.T)),
    "float64": ("weights", lambda it: arrays(it, lambda array: array.astype(float))),
    "other bytes": ("weights", lambda it: arrays(it, lambda array: array.astype(">f4"))),
    "an array of its own": ("weights", lambda it: arrays(it, lambda array: array.view(Other))),
    "numbers": ("weights", lambda it: arrays(it, lambda _: 1.0)),
}


def renamed(training: Training) -> Training:
    first, *others = training.history.items()
    return replace(training, history=dict([("test_f1", first[1]), *others]))


def curves(training: Training, change: Callable[[Any], Any]) -> Training:
    history = dict(training.history)
    history["test_accuracy"] = change(history["test_accuracy"])
    return replace(training, history=history)


def arrays(training: Training, change: Callable[[Any], Any]) -> Training:
    first, *others = training.weights
    return replace(training, weights=(change(first), *others))


@pytest.mark.parametrize("name", FORGED)
def test_forged_training_is_refused(name: str, work: Work, right: list[Training]) -> None:
    words, forge = FORGED[name]
    answer = [right[0], forge(right[1]), right[2]]
    with pytest.raises(WrongAnswer, match=words):
        verification.check_answer((answer, None), work, work.seeds)
    # What ends a batch early excuses nothing of what is there.
    with pytest.raises(WrongAnswer, match=words):
        verification.check_answer((answer, ValueError("x")), work, work.seeds)


@pytest.mark.parametrize(
    ("epochs", "best", "words"),
    [
        (None, None, "epochs"),
        (2, None, "epochs"),
        (2, 0, "epochs"),
        (2, 3, "epochs"),
        (5, 1, "epochs"),
        (2.0, 1, "epochs"),
        # Of epochs that it does not have figures of, or has none of.
        (1, 1, "history"),
        (3, 1, "history"),
    ],
)
def test_early_stop_that_cannot_be_is_refused(
    epochs: Any, best: Any, words: str, stopped_work: Work, stopped: Training
) -> None:
    forged = replace(stopped, epochs=epochs, best_epoch=best)
    with pytest.raises(WrongAnswer, match=words):
        verification.check_answer(([forged], None), stopped_work, stopped_work.seeds)


def test_an_epoch_in_which_nothing_was_watched_yet_cannot_be_the_best(
    stopped_work: Work, stopped: Training
) -> None:
    experiment = stopped_work.experiment
    stopping = experiment.early_stopping.model_copy(update={"start_from_epoch": 1})
    later = experiment.model_copy(update={"early_stopping": stopping})
    work = replace(stopped_work, experiment=later)
    verification.check_answer(([replace(stopped, best_epoch=2)], None), work, work.seeds)
    with pytest.raises(WrongAnswer, match="epochs"):
        verification.check_answer(([stopped], None), work, work.seeds)


@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (lambda _: None, "has an unknown form"),
        (lambda it: it, "has an unknown form"),
        (lambda it: (tuple(it), None), "has an unknown form"),
        (lambda it: (it, None, None), "has an unknown form"),
        (lambda it: (it, "failed"), "has an unknown form"),
        (lambda it: (it, SystemExit(0)), "has an unknown form"),
        (lambda _: ([], None), "other seeds"),
        (lambda it: (it[:2], None), "other seeds"),
        (lambda it: ([*it, it[0]], None), "other seeds"),
        (lambda it: (it[::-1], None), "other seeds"),
        (lambda it: (it[1:], ValueError("x")), "other seeds"),
    ],
)
def test_answer_of_another_form_is_refused(
    forge: Callable[[list[Training]], Any], words: str, work: Work, right: list[Training]
) -> None:
    with pytest.raises(WrongAnswer, match=words):
        verification.check_answer(forge(right), work, work.seeds)


def test_environment_is_compared_by_name_whatever_a_worker_says() -> None:
    ours = {"Keras": "3.12.0", "XLA_FLAGS": "--x"}
    assert verification.differences({**ours, "more": object()}, ours) == {}
    other = verification.differences({"Keras": "3.13.0", "XLA_FLAGS": "--x"}, ours)
    assert other == {"Keras": "Keras 3.13.0 instead of 3.12.0"}
    for forged in (None, [], {}, {"Keras": 3, "XLA_FLAGS": np.zeros(3)}, "Keras"):
        assert verification.differences(forged, ours).keys() == ours.keys()
    long = verification.differences({"Keras": "\x1b[31m" + "x" * 10**7}, ours)["Keras"]
    assert long.isprintable()
    assert len(long) < 400
