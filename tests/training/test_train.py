"""The engine against Keras's own fit: from the same weights and row orders, the same figures."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras_version import skip_what_keras_lacks
from loss_parameters import other_parameters
from scipy import stats
from sklearn.utils.class_weight import compute_class_weight

from lossbench.config.experiment import Experiment
from lossbench.config.sections.loss import LossChoice
from lossbench.data.arrays import Split
from lossbench.results.result import Training
from lossbench.tables.losses import LOSSES, NAMES, Loss, Targets, encode
from lossbench.tables.optimizers import OPTIMIZERS, SCHEDULES
from lossbench.tables.problems import Problem
from lossbench.training.network import build, initial_weights, layers_of, seed_dropout
from lossbench.training.scores import scores
from lossbench.training.train import _program, compile_training, trainer

Make = Callable[..., Experiment]


def keras_metric(name: str, loss: Loss, logits: bool) -> Any:
    """The metric as a Keras user would write it; Keras has no right accuracy for -1/1."""

    def accuracy(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.sign(prediction) == y, tf.float32)

    def rounded_accuracy(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.round(prediction) == y, tf.float32)

    if loss.labels == "-1/1":
        return {"accuracy": accuracy, "rounded_accuracy": rounded_accuracy}[name]
    if loss.labels == "0/1" and logits:
        return keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)
    if loss.labels == "integer":
        return keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    return name


def split_of(problem: Problem, targets: Targets = "any") -> Split:
    """Ninety rows to train on, which batches of 32 do not divide, and sixty to test on."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 4)).astype(np.float32)
    signal = x @ rng.normal(size=4)
    if problem == "regression":
        y = signal if targets == "any" else np.exp(signal / 3)
        return Split(x[:90], y[:90].astype(np.float32), x[90:], y[90:].astype(np.float32))
    bounds = [0.5] if problem.startswith("binary") else [-1, 1.5]
    y = np.digitize(signal, bounds)
    return Split(x[:90], y[:90], x[90:], y[90:], tuple("012"[: len(bounds) + 1]))


def keras_loss(choice: LossChoice, logits: bool) -> Callable[..., Any]:
    """The loss as a Keras user would write it."""
    row = choice.row
    given = {**choice.parameters, **({"from_logits": True} if logits else {})}
    function = partial(row.function, keras) if row.function else getattr(keras.losses, row.name)
    return partial(function, **given)


def assert_equals_fit(
    experiment: Experiment,
    split: Split,
    optimizer: keras.optimizers.Optimizer,
    *,
    orders: list[np.ndarray] | None = None,
    class_weight: dict[int, float] | None = None,
    callbacks: list[keras.callbacks.Callback] | None = None,
    jit: bool = False,
) -> None:
    """Every figure of every epoch and the final weights are those of fit, within 1e-6.

    With orders, fit is given an epoch at a time. Ours is the second training of a program, so
    that what the first has left behind would be seen.
    """
    loss, rows = experiment.loss.row, experiment.fitted_rows(len(split.x_train))
    model = build(experiment, split.x_train.shape[1], len(split.classes))
    weights = initial_weights(model, np.random.SeedSequence(7).spawn(4))
    dropout = np.random.SeedSequence(8).spawn(len(layers_of(model, keras.layers.Dropout)))
    train = compile_training(experiment, split)
    ours_orders = orders or [np.arange(rows)] * experiment.epochs
    for _ in range(2):
        ours = train(weights, ours_orders, dropout)

    x, y = split.x_train, encode(loss.labels, split.y_train, len(split.classes))
    y_test = encode(loss.labels, split.y_test, len(split.classes))
    stops = experiment.early_stopping is not None
    model.set_weights(weights)
    seed_dropout(model, dropout)
    logits = loss.logits and experiment.output_activation == "linear"
    model.compile(
        loss=keras_loss(experiment.loss, logits),
        optimizer=optimizer,
        metrics=[keras_metric(name, loss, logits) for name in experiment.metrics],
        run_eagerly=not jit,
        jit_compile=jit,
    )

    weight = split.weights_train
    held_back = [x[rows:], y[rows:], *([] if weight is None else [weight[rows:]])]

    def fit(order: np.ndarray, epochs: int) -> dict[str, list[float]]:
        return model.fit(
            x[order],
            y[order],
            batch_size=experiment.batch_size,
            epochs=epochs,
            shuffle=False,
            validation_data=tuple(held_back) if stops else (split.x_test, y_test),
            sample_weight=None if weight is None else weight[order],
            class_weight=class_weight,
            callbacks=callbacks,
            verbose=0,
        ).history

    parts = (
        [fit(order, 1) for order in orders] if orders else [fit(np.arange(rows), experiment.epochs)]
    )
    theirs = {key: [it for part in parts for it in part[key]] for key in parts[0]}
    names = ("loss", *experiment.metrics)
    for column, name in enumerate(names):
        figures = ours.history[:, 0, column]
        np.testing.assert_allclose(figures, theirs[name], rtol=1e-6, atol=1e-6, err_msg=name)
        if not stops:
            figures = ours.history[:, 1, column]
            np.testing.assert_allclose(figures, theirs[f"val_{name}"], rtol=1e-6, atol=1e-6)
    if stops:
        np.testing.assert_allclose(ours.validation, theirs["val_loss"], rtol=1e-5)
    for ours_layer, theirs_layer in zip(ours.weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours_layer, theirs_layer, atol=1e-5)
    final = model.evaluate(split.x_test, y_test, verbose=0, return_dict=True)
    for column, name in enumerate(names):
        assert ours.final[1, column] == pytest.approx(final[name], rel=2e-6, abs=1e-6), name


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        pytest.param(loss, activation, id=f"{loss.name} {activation}")
        for loss in LOSSES.values()
        for activation in (loss.activation, *(("linear",) if loss.logits else ()))
    ],
)
def test_every_loss_has_the_figures_of_fit(
    experiment_of: Make, loss: Loss, activation: str
) -> None:
    experiment = experiment_of(
        loss.problem,
        {"name": loss.name, **other_parameters(loss)},
        model={"hidden": [6], "output_activation": activation},
        epochs=3,
    )
    optimizer = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
    assert_equals_fit(experiment, split_of(loss.problem, loss.targets), optimizer)


@pytest.mark.parametrize("batch_size", [32, 45, 100], ids=["short last", "equal", "one"])
def test_batches_and_row_orders_are_those_of_fit(experiment_of: Make, batch_size: int) -> None:
    experiment = experiment_of("regression", "mse", batch_size=batch_size, epochs=3)
    shuffle = np.random.default_rng(7)
    orders = [shuffle.permutation(90) for _ in range(3)]
    optimizer = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
    assert_equals_fit(experiment, split_of("regression"), optimizer, orders=orders)


OPTIMIZER_SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"learning_rate": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"momentum": 0.9, "clipnorm": 0.5}),
    ("SGD", {"momentum": 0.9, "clipvalue": 0.1, "use_ema": True, "ema_momentum": 0.8}),
    (
        "SGD",
        {
            "momentum": 0.9,
            "global_clipnorm": 0.3,
            "gradient_accumulation_steps": 2,
            "use_ema": True,
            "ema_overwrite_frequency": 4,
        },
    ),
    ("RMSprop", {"centered": True, "momentum": 0.5, "rho": 0.8}),
    ("Adam", {"amsgrad": True, "beta_1": 0.8}),
    ("AdamW", {"weight_decay": 0.1}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.9}),
    ("Adafactor", {"learning_rate": 0.01, "relative_step": False, "clip_threshold": 0.8}),
    ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.2}),
    ("Adamax", {"beta_2": 0.99}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "l1_regularization_strength": 0.01,
            "l2_shrinkage_regularization_strength": 0.01,
            "beta": 0.1,
        },
    ),
    ("Lamb", {"weight_decay": 0.01}),
    ("Lion", {"beta_2": 0.9}),
    ("Muon", {"momentum": 0.9, "ns_steps": 4}),
    ("Nadam", {"beta_1": 0.8}),
    ("ScheduleFreeAdamW", {"warmup_steps": 3}),
]


@pytest.mark.parametrize(
    ("name", "settings"),
    OPTIMIZER_SETTINGS,
    ids=[f"{name} {' '.join(settings)}" for name, settings in OPTIMIZER_SETTINGS],
)
def test_every_optimizer_has_the_figures_of_fit(
    experiment_of: Make, name: str, settings: dict[str, Any]
) -> None:
    skip_what_keras_lacks(name)
    optimizer = {"name": name, **settings}
    model = {"hidden": [6]}
    experiment = experiment_of("regression", "mse", optimizer=optimizer, model=model, epochs=3)
    theirs = getattr(keras.optimizers, name)(**settings)
    assert_equals_fit(experiment, split_of("regression"), theirs)


def test_every_optimizer_is_compared_with_fit() -> None:
    assert {name for name, _ in OPTIMIZER_SETTINGS} == set(OPTIMIZERS)


SCHEDULE_SETTINGS: dict[str, dict[str, Any]] = {
    "ExponentialDecay": {"decay_steps": 2, "decay_rate": 0.7, "staircase": True},
    "InverseTimeDecay": {"decay_steps": 2, "decay_rate": 0.7},
    "PolynomialDecay": {"decay_steps": 3, "power": 2.0, "cycle": True},
    "PiecewiseConstantDecay": {"boundaries": [2, 5], "values": [0.05, 0.02, 0.01]},
    "CosineDecay": {"decay_steps": 6, "alpha": 0.1, "warmup_target": 0.05, "warmup_steps": 3},
    "CosineDecayRestarts": {"first_decay_steps": 2, "t_mul": 1.5, "m_mul": 0.9},
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_has_the_figures_of_fit(experiment_of: Make, name: str) -> None:
    settings = SCHEDULE_SETTINGS[name]
    if "values" not in settings:
        settings = {"initial_learning_rate": 0.04, **settings}
    rate = {"schedule": name, **settings}
    optimizer = {"name": "SGD", "momentum": 0.5, "learning_rate": rate}
    model = {"hidden": [6]}
    experiment = experiment_of("regression", "mse", optimizer=optimizer, model=model, epochs=3)
    theirs = keras.optimizers.SGD(getattr(keras.optimizers.schedules, name)(**settings), 0.5)
    assert_equals_fit(experiment, split_of("regression"), theirs)


@pytest.mark.parametrize(
    "model",
    [
        {"hidden": [{"units": 6, "activation": "tanh", "l1": 0.01}, {"units": 5, "l2": 0.02}]},
        {"hidden": [6, {"units": 5, "activation": "elu"}], "batch_normalization": True},
        {"hidden": [6, {"units": 5, "dropout": 0}], "dropout": 0.4},
        {"hidden": [{"units": 6, "batch_normalization": True, "dropout": 0.3}, 5], "l2": 0.01},
    ],
    ids=["penalties", "batch normalisation", "dropout", "all"],
)
def test_every_kind_of_layer_has_the_figures_of_fit(
    experiment_of: Make, model: dict[str, Any]
) -> None:
    experiment = experiment_of("regression", "mse", model=model, epochs=3)
    optimizer = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
    # Compiled by XLA, fit draws the same numbers for its dropout.
    dropout = any(layer.dropout for layer in experiment.model.layers)
    assert_equals_fit(experiment, split_of("regression"), optimizer, jit=dropout)


@pytest.mark.parametrize(
    ("loss", "weights"),
    [
        ("hinge", {"1": 3.0, "0": 0.5}),
        ("sparse_categorical_crossentropy", "balanced"),
        ("categorical_crossentropy", {"2": 4.0}),
    ],
)
def test_class_weights_have_the_figures_of_fit(
    experiment_of: Make, loss: str, weights: Any
) -> None:
    row = LOSSES[loss]
    split = split_of(row.problem)
    model = {"hidden": [6]}
    experiment = experiment_of(row.problem, loss, class_weight=weights, model=model, epochs=3)
    numbers = np.unique(split.y_train)
    if weights == "balanced":
        each = compute_class_weight("balanced", classes=numbers, y=split.y_train)
        theirs = dict(zip(numbers.tolist(), each.tolist(), strict=True))
        assert len({*theirs.values()}) == 3
    else:
        # fit looks the labels up, and those of hinge are -1 and 1.
        theirs = {2 * int(it) - 1 if loss == "hinge" else int(it): weights[it] for it in weights}
    optimizer = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
    assert_equals_fit(experiment, split, optimizer, class_weight=theirs)


@pytest.mark.parametrize("stopping", [None, {"patience": 1, "validation_size": 25}])
@pytest.mark.parametrize("loss", ["mse", "hinge"])
def test_weights_of_rows_have_the_figures_of_fit(
    experiment_of: Make, loss: str, stopping: dict[str, Any] | None
) -> None:
    problem = LOSSES[NAMES[loss]].problem
    weights = np.random.default_rng(1).uniform(0, 3, 90).astype(np.float32)
    split = replace(split_of(problem), weights_train=weights)
    experiment = experiment_of(
        problem, loss, model={"hidden": [6]}, epochs=3, early_stopping=stopping
    )
    callbacks = []
    if stopping:
        callbacks = [keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True)]
    optimizer = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
    assert_equals_fit(experiment, split, optimizer, callbacks=callbacks)


@pytest.mark.parametrize(
    ("patience", "min_delta", "optimizer"),
    [
        (1, 0, {"learning_rate": 0.1}),
        (2, 0.3, {"learning_rate": 0.02}),
        (0, 0, {"learning_rate": 0.1, "use_ema": True}),
        (20, 0, {"learning_rate": 0.01}),
    ],
)
def test_early_stopping_ends_in_the_epoch_and_with_the_weights_of_fit(
    experiment_of: Make, patience: int, min_delta: float, optimizer: dict[str, Any]
) -> None:
    stopping = {"patience": patience, "min_delta": min_delta, "validation_size": 0.25}
    experiment = experiment_of(
        "regression",
        "mse",
        epochs=9,
        model={"hidden": [6], "batch_normalization": True},
        early_stopping=stopping,
        optimizer=optimizer,
    )
    callback = keras.callbacks.EarlyStopping(
        patience=patience, min_delta=min_delta, restore_best_weights=True
    )
    theirs = keras.optimizers.SGD(momentum=0.9, **optimizer)
    assert_equals_fit(experiment, split_of("regression"), theirs, callbacks=[callback])


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
        made = _program(*arguments)
        programs.append(made[0])
        return made

    monkeypatch.setattr("lossbench.training.train._program", kept)
    monkeypatch.setattr("lossbench.training.train.INDICES_AT_ONCE", 150)
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


def test_dropout_and_early_stopping_are_the_same_bits_whatever_was_trained_before(
    experiment_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = experiment_of(
        "regression",
        "mse",
        epochs=8,
        model={"hidden": [6], "dropout": 0.3},
        optimizer={"name": "Nadam", "learning_rate": 0.5},
        early_stopping={"patience": 1, "validation_size": 30},
    )
    split = split_of("regression")
    train = trainer(experiment, split)
    zero, one = train(0), train(1)
    assert {zero.epochs, one.epochs} != {8}
    assert zero.epochs != one.epochs
    for training in (zero, one):
        assert training.best_epoch == training.epochs - 1
        curve = training.history["validation_loss"]
        assert len(curve) == training.epochs
        assert np.argmin(curve) + 1 == training.best_epoch
    monkeypatch.setattr("lossbench.training.train.INDICES_AT_ONCE", 60)  # an epoch at a time
    again = trainer(experiment, split)(1)
    assert (again.train, again.test, again.epochs) == (one.train, one.test, one.epochs)
    for key, figures in one.history.items():
        np.testing.assert_array_equal(again.history[key], figures)


def test_dropout_does_not_change_the_initial_weights_or_the_row_orders(experiment_of: Make) -> None:
    split = split_of("regression")
    plain, dropped = (
        trainer(experiment_of("regression", "mse", epochs=1, model=model, optimizer=rate), split)(0)
        for rate in [{"learning_rate": 1e-12}]
        for model in ({"hidden": [6]}, {"hidden": [6], "dropout": 0.5})
    )
    for one, other in zip(plain.weights, dropped.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
    assert plain.history["train_loss"] != dropped.history["train_loss"]


def test_large_data_are_cut_into_pieces_without_a_change_of_figures(
    experiment_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = experiment_of("multi-class classification", "categorical_crossentropy")
    split = experiment.dataset.load()
    whole = trainer(experiment, split)(0)
    monkeypatch.setattr("lossbench.training.train.INDICES_AT_ONCE", 1000)
    monkeypatch.setattr("lossbench.training.batching.ROWS_AT_ONCE", 64)
    pieces = trainer(experiment, split)(0)
    for key, figures in whole.history.items():
        np.testing.assert_allclose(pieces.history[key], figures, rtol=1e-5)
    assert pieces.train == pytest.approx(whole.train, rel=1e-5)
