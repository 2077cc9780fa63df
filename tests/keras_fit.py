"""Our training against Keras's own ``fit``: from the same weights and row orders, the same figures.

Each comparison compiles a program and runs ``fit`` step by step, which takes a second: the data
have 90 rows to train on, and two epochs are enough unless the epochs themselves are tested.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from lossbench.config.experiment import Experiment
from lossbench.config.own_function import load
from lossbench.config.sections.loss import LossChoice
from lossbench.config.sections.model import Perceptron
from lossbench.data.arrays import Split
from lossbench.tables.losses import LOSSES, NAMES, Loss, TakenFor, Targets, encode
from lossbench.tables.problems import Problem
from lossbench.training.batching import program_inputs
from lossbench.training.network import build
from lossbench.training.program import Program, compile_program
from lossbench.training.seeding import Draws, initial_weights, random_states, seed_layers
from lossbench.training.train import Fitted, fit_function


def sgd(**settings: Any) -> keras.optimizers.Optimizer:
    """Lossbench's default optimizer as a Keras user would write it."""
    return keras.optimizers.SGD(**{"learning_rate": 0.01, "momentum": 0.9} | settings)


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


def split_of_several(taken_for: TakenFor, targets: Targets = "any") -> Split:
    """The same rows with a target of three columns, as a loss takes it."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 4)).astype(np.float32)
    signal = x @ rng.normal(size=(4, 3))
    made = {
        "numbers": lambda: signal if targets == "any" else np.exp(signal / 3),
        "labels": lambda: (signal > [0.5, 0, -0.5]).astype(float),
        "shares": lambda: special.softmax(signal, axis=1),
        "rates": lambda: special.expit(signal),
    }
    y = made[taken_for]().astype(np.float32)
    return Split(x[:90], y[:90], x[90:], y[90:], targets=("a", "b", "c"))


def assert_equals_fit(
    experiment: Experiment,
    split: Split,
    optimizer: keras.optimizers.Optimizer | None = None,
    *,
    orders: list[np.ndarray] | None = None,
    class_weight: dict[int, float] | None = None,
    callbacks: Iterable[keras.callbacks.Callback] = (),
    jit: bool = False,
    program: Program | None = None,
    watched: Iterable[keras.metrics.Metric] = (),
) -> None:
    """Every figure of every epoch and the final weights are those of fit, within 1e-6.

    With an exponential output, which makes more of rounding, they are within 2e-6.

    With orders, fit is given an epoch at a time; otherwise the rows are in their order. Nothing is
    compiled where there is a program; ``watched`` are metrics that callbacks of fit look at.
    """
    rows = experiment.fitted_rows(split)
    model = build(experiment, split.row_shape, experiment.loss.row.units(split.target_shape))
    program = program or compile_program(experiment, split)
    in_order = np.tile(np.arange(rows), (experiment.epochs, 1))
    draws = Draws(
        initial_weights(model, np.random.SeedSequence(7).spawn(4))
        if isinstance(experiment.model, Perceptron)
        else model.get_weights(),
        np.split(
            in_order if orders is None else np.array(orders),
            np.cumsum(program.calls(experiment.epochs))[:-1],
        ),
        np.random.SeedSequence(8).spawn(len(random_states(model))),
    )
    ours = _ours(experiment, split, draws, program)

    model.set_weights(draws.weights)
    seed_layers(random_states(model), draws.layers)
    loss = experiment.loss.row
    logits = loss.logits and experiment.output_activation == "linear"
    model.compile(
        loss=_keras_loss(experiment.loss, logits, split.y_train[:rows]),
        optimizer=optimizer or sgd(),
        metrics=[*(_keras_metric(name, loss, logits) for name in experiment.metrics), *watched],
        run_eagerly=not jit,
        jit_compile=jit,
    )
    theirs = _history_of_fit(
        model, experiment, split, orders, class_weight=class_weight, callbacks=[*callbacks]
    )
    _assert_same_history(ours, theirs, experiment)
    for ours_layer, theirs_layer in zip(ours.weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours_layer, theirs_layer, rtol=1e-6, atol=1e-5)
    y_test = encode(loss.labels, split.y_test, len(split.classes))
    final = model.evaluate(split.x_test, y_test, batch_size=60, verbose=0, return_dict=True)
    for column, name in enumerate(("loss", *experiment.metrics)):
        assert ours.final.test[column] == pytest.approx(final[name], rel=2e-6, abs=1e-6), name


def _ours(experiment: Experiment, split: Split, draws: Draws, program: Program) -> Fitted:
    """The second training of a program, so that what the first has left behind would be seen."""
    fit = fit_function(experiment, program, program_inputs(experiment, split))
    fit(draws)
    return fit(draws)


def _history_of_fit(
    model: keras.Sequential,
    experiment: Experiment,
    split: Split,
    orders: list[np.ndarray] | None,
    **given: Any,
) -> dict[str, list[float]]:
    """Figures of every epoch by Keras's names; its validation data are ours of the test part.

    With early stopping they are the rows that are held back.
    """
    labels, classes = experiment.loss.row.labels, len(split.classes)
    x, y = split.x_train, encode(labels, split.y_train, classes)
    weight, rows = split.weights_train, experiment.fitted_rows(split)
    if experiment.early_stopping:
        held_back = [x[rows:], y[rows:], *([] if weight is None else [weight[rows:]])]
    else:
        held_back = [split.x_test, encode(labels, split.y_test, classes)]

    def fit(order: np.ndarray, epochs: int) -> dict[str, list[float]]:
        return model.fit(
            x[order],
            y[order],
            batch_size=experiment.batch_size,
            epochs=epochs,
            shuffle=False,
            validation_data=tuple(held_back),
            validation_batch_size=60,
            sample_weight=None if weight is None else weight[order],
            verbose=0,
            **given,
        ).history

    if orders is None:
        return fit(np.arange(rows), experiment.epochs)
    parts = [fit(order, 1) for order in orders]
    return {key: [it for part in parts for it in part[key]] for key in parts[0]}


def _assert_same_history(
    ours: Fitted, theirs: dict[str, list[float]], experiment: Experiment
) -> None:
    history = ours.history
    # Where z is off by a share e, exp(z) is by z * e, and processors differ in how they round.
    rtol = 2e-6 if experiment.output_activation == "exponential" else 1e-6
    equals = partial(np.testing.assert_allclose, rtol=rtol, atol=1e-6)
    for column, name in enumerate(("loss", *experiment.metrics)):
        equals(history.train[:, column], theirs[name], err_msg=name)
        if not experiment.early_stopping:
            equals(history.test[:, column], theirs[f"val_{name}"], err_msg=name)
    if experiment.early_stopping:
        np.testing.assert_allclose(history.validation[:, 0], theirs["val_loss"], rtol=1e-5)


def _keras_loss(choice: LossChoice, logits: bool, trained_on: np.ndarray) -> Callable[..., Any]:
    """The loss as a Keras user would write it, who knows the target of the rows trained on."""
    if choice.function is not None:
        own: Callable[..., Any] = load(choice.function, base=keras.losses.Loss)(**choice.parameters)
        return own
    if choice.sum is not None:
        return _Sum(choice.sum, logits)
    row = choice.row
    if row.name == "logit_adjusted":
        shares = np.bincount(trained_on) / len(trained_on)
        offset = (choice.parameters["tau"] * np.log(shares)).astype(np.float32)
        cross_entropy = keras.losses.CategoricalCrossentropy(from_logits=True)
        return lambda y, prediction: cross_entropy(y, prediction + offset)
    given = {**choice.parameters, **({"from_logits": True} if logits else {})}
    function = partial(row.function, keras) if row.function else getattr(keras.losses, row.name)
    return partial(function, **given)


def _keras_metric(name: str, loss: Loss, logits: bool) -> Any:
    """The metric as a Keras user would write it; Keras has no right accuracy for -1/1."""

    def accuracy(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.sign(prediction) == y, tf.float32)

    def rounded_accuracy(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.round(prediction) == y, tf.float32)

    if loss.outputs == "mean and variance":
        function = {"mse": keras.losses.mean_squared_error, "mae": keras.losses.mean_absolute_error}
        return keras.metrics.MeanMetricWrapper(
            lambda y, prediction: function[name](y, prediction[:, : y.shape[1]]), name=name
        )
    if loss.outputs == "thresholds":
        return keras.metrics.MeanMetricWrapper(_accuracy_of_corn, name=name)
    if loss.labels == "-1/1":
        return {"accuracy": accuracy, "rounded_accuracy": rounded_accuracy}[name]
    if loss.labels == "0/1":
        return keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0 if logits else 0.5)
    if loss.labels == "integer":
        return keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    return name


def _accuracy_of_corn(y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """Whether the class is the number of thresholds that are passed with more than 0.5."""
    passed = tf.math.cumprod(tf.sigmoid(prediction), axis=1) > 0.5
    return tf.cast(tf.math.count_nonzero(passed, axis=1) == tf.cast(y[:, 0], tf.int64), tf.float32)


class _Sum(keras.losses.Loss):
    """A weighted sum of losses, as a Keras user would write it."""

    def __init__(self, terms: dict[str, dict[str, Any]], logits: bool) -> None:
        super().__init__()
        self.terms, self.logits = terms, logits

    def call(self, y: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
        total = 0.0
        for name, values in self.terms.items():
            given = {key: it for key, it in values.items() if key != "weight"}
            row = LOSSES[NAMES[name]]
            if row.logits and self.logits:
                given["from_logits"] = True
            loss = partial(row.function, keras) if row.function else getattr(keras.losses, row.name)
            total += values["weight"] * loss(
                tf.cast(y, tf.int32) if row.labels == "integer" else y, prediction, **given
            )
        return total
