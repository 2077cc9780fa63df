"""The engine against Keras's own fit: from the same weights and row orders, the same figures."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from lossbench.datasets import Split
from lossbench.experiment import Experiment
from lossbench.losses import LOSSES, Loss, encode
from lossbench.network import build, initial_weights
from lossbench.results import Training
from lossbench.scores import scores
from lossbench.training import _program, compile_training, trainer

Make = Callable[..., Experiment]


def keras_metric(name: str, loss: Loss) -> str | Callable[..., Any]:
    """The metric as a Keras user would write it; Keras has no right accuracy for -1/1."""

    def accuracy(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.sign(prediction) == y, tf.float32)

    def rounded_accuracy(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.round(prediction) == y, tf.float32)

    if loss.labels == "-1/1":
        return {"accuracy": accuracy, "rounded_accuracy": rounded_accuracy}[name]
    return name


def fit(
    experiment: Experiment, split: Split, model: keras.Sequential, orders: list[np.ndarray]
) -> list[dict[str, list[float]]]:
    """The history of fit, an epoch at a time, for we give it the order of the rows."""
    loss = experiment.loss.row
    y_train = encode(loss.labels, split.y_train, len(split.classes))
    y_test = encode(loss.labels, split.y_test, len(split.classes))
    model.compile(
        loss=loss.name,
        optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9),
        metrics=[keras_metric(name, loss) for name in experiment.metrics],
    )
    return [
        model.fit(
            split.x_train[order],
            y_train[order],
            batch_size=experiment.batch_size,
            shuffle=False,
            validation_data=(split.x_test, y_test),
            verbose=0,
        ).history
        for order in orders
    ]


@pytest.mark.parametrize("batch_size", [32, 50], ids=["short last batch", "equal batches"])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_every_epoch_has_the_figures_of_fit(
    experiment_of: Make, loss: Loss, batch_size: int
) -> None:
    experiment = experiment_of(loss.problem, loss.name, batch_size=batch_size)
    split = experiment.dataset.load()
    model = build(experiment, split.x_train.shape[1], len(split.classes))
    weights = initial_weights(model, np.random.SeedSequence(7).spawn(2))
    shuffle = np.random.default_rng(7)
    orders = [shuffle.permutation(500) for _ in range(experiment.epochs)]

    ours = compile_training(experiment, split, model)(weights, orders)
    model.set_weights(weights)
    theirs = fit(experiment, split, model, orders)

    for row, prefix in enumerate(("", "val_")):
        for column, name in enumerate(("loss", *experiment.metrics)):
            figures = [epoch[prefix + name][0] for epoch in theirs]
            np.testing.assert_allclose(ours.history[:, row, column], figures, rtol=1e-6, atol=1e-6)
    for ours_layer, theirs_layer in zip(ours.weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours_layer, theirs_layer, atol=1e-5)


def same(one: Training, other: Training) -> bool:
    """The same to the last bit."""
    return (
        (one.seed, one.diverged, one.train, one.test)
        == (other.seed, other.diverged, other.train, other.test)
        and all((one.history[key] == other.history[key]).all() for key in one.history)
        and all((a == b).all() for a, b in zip(one.weights, other.weights, strict=True))
    )


def test_a_seed_gives_the_same_bits_alone_and_among_others_and_in_any_order(
    experiment_of: Make,
) -> None:
    experiment = experiment_of("binary classification", "hinge")
    split = experiment.dataset.load()
    train, again = trainer(experiment, split), trainer(experiment, split)
    forwards = [train(seed) for seed in (0, 1, 2)]
    backwards = [train(seed) for seed in (2, 1, 0)]
    alone = again(1)

    assert all(map(same, forwards, reversed(backwards)))
    assert same(forwards[1], alone)
    assert not same(forwards[0], forwards[1])


def test_an_experiment_is_compiled_once(
    experiment_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = []

    def kept(*arguments: Any) -> Any:
        programs.append(_program(*arguments))
        return programs[-1]

    monkeypatch.setattr("lossbench.training._program", kept)
    monkeypatch.setattr("lossbench.training.INDICES_AT_ONCE", 150)
    experiment = experiment_of("binary classification", "hinge")
    train = trainer(experiment, experiment.dataset.load())
    train(0)
    train(1)
    assert [program.experimental_get_tracing_count() for program in programs] == [1]


def test_layers_of_one_shape_start_with_independent_weights(experiment_of: Make) -> None:
    experiment = experiment_of("binary classification", "hinge", model={"hidden": [40, 40, 40]})
    model = build(experiment, 40, 2)
    kernels = initial_weights(model, np.random.SeedSequence(3).spawn(4))[:6:2]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        correlation = np.corrcoef(kernels[one].ravel(), kernels[other].ravel())[0, 1]
        assert abs(correlation) < 0.1  # of 1,600 draws: four standard deviations


def test_hidden_weights_have_the_distribution_of_he_uniform(experiment_of: Make) -> None:
    experiment = experiment_of("regression", "mse", model={"hidden": [500]})
    model = build(experiment, 20, 0)
    hidden, _, output, _ = initial_weights(model, np.random.SeedSequence(0).spawn(2))
    # He et al. 2015: limit sqrt(6 / inputs); Glorot and Bengio 2010: sqrt(6 / (inputs + outputs)).
    for kernel, limit in ((hidden, np.sqrt(6 / 20)), (output, np.sqrt(6 / 501))):
        draws = kernel.ravel() / limit
        assert stats.kstest(draws, stats.uniform(-1, 2).cdf).pvalue > 1e-3
        assert np.abs(draws).max() <= 1


@pytest.mark.parametrize("loss", [it for it in LOSSES.values() if it.problem != "regression"])
def test_a_perfect_classifier_scores_one_and_its_negation_zero(
    experiment_of: Make, loss: Loss
) -> None:
    experiment = experiment_of(loss.problem, loss.name)
    classes = 2 if loss.problem.startswith("binary") else 3
    truth = np.arange(12) % classes
    y = encode(loss.labels, truth, classes)
    sure = np.eye(classes)[truth] if classes > 2 else encode(loss.labels, truth, 2)
    wrong = 1 - sure if loss.labels != "-1/1" else -sure
    barely = 0.5 + 0.01 * (sure - 0.5) if loss.labels != "-1/1" else 0.01 * sure
    at = 1 + experiment.metrics.index("accuracy")
    accuracy = scores(experiment)[at]

    def mean(prediction: np.ndarray) -> float:
        return float(np.mean(accuracy(y, tf.constant(prediction, tf.float32))))

    assert (mean(sure), mean(barely), mean(wrong)) == (1.0, 1.0, 0.0)


def test_rounded_accuracy_counts_a_prediction_within_the_margin_as_wrong(
    experiment_of: Make,
) -> None:
    experiment = experiment_of("binary classification", "hinge")
    score = scores(experiment)[1 + experiment.metrics.index("rounded_accuracy")]
    y = tf.constant([[1.0], [1.0], [1.0], [-1.0]])
    prediction = tf.constant([[0.51], [0.5], [-0.9], [-0.6]])
    assert score(y, prediction).numpy().tolist() == [1.0, 0.0, 0.0, 1.0]


def test_a_training_that_reaches_infinity_is_diverged(experiment_of: Make) -> None:
    experiment = experiment_of("regression", "mse", optimizer={"learning_rate": 1e6})
    training = trainer(experiment, experiment.dataset.load())(0)
    assert training.diverged
    assert np.isnan([*training.train.values(), *training.test.values()]).all()


def test_large_data_are_cut_into_pieces_without_a_change_of_figures(
    experiment_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = experiment_of("multi-class classification", "categorical_crossentropy")
    split = experiment.dataset.load()
    whole = trainer(experiment, split)(0)
    monkeypatch.setattr("lossbench.training.INDICES_AT_ONCE", 1000)
    monkeypatch.setattr("lossbench.training.ROWS_AT_ONCE", 64)
    pieces = trainer(experiment, split)(0)
    for key, figures in whole.history.items():
        np.testing.assert_allclose(pieces.history[key], figures, rtol=1e-5)
    assert pieces.train == pytest.approx(whole.train, rel=1e-5)
