"""Training as operations of TensorFlow: a loop over epochs around a loop over batches.

It uses Keras's own layers, losses and optimizers, and XLA compiles it as a whole. What an
experiment does not ask for, such as class weights, penalties or early stopping, is not in its
program.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from lossbench.training.batching import EvaluationBatches, TrainingRows
from lossbench.training.early_stopping import EarlyStoppingState
from lossbench.training.figures import LOSS, Figures
from lossbench.training.network import call_with_mask
from lossbench.training.reduce_lr_on_plateau import PlateauState
from lossbench.training.scores import Score


class Epochs(NamedTuple):
    """What some epochs gave.

    ``figures``, (epochs, 1 + parts, figures), has for each epoch those of the train part during the
    epoch, which are means over its rows while the weights still change, and then those of each part
    after the epoch, in the order of ``Figures``. Those of the train part after an epoch are
    computed for the last epoch only, and never with early stopping. ``stopped`` says whether early
    stopping ended the training.
    """

    figures: tf.Tensor
    stopped: tf.Tensor


@dataclass(frozen=True, eq=False)
class TrainingLoop:
    """A model and what trains it.

    ``masked`` says that the padding of the last batch must be kept from batch normalisation. Where
    ``last_rows`` is not 0, the last batch of an epoch has so many rows, and is a step of its own
    without padding: any layer may mix the rows of a batch. ``weighted`` are the places of figures
    in which rows count by the balance of the batches.
    """

    model: keras.Sequential
    optimizer: keras.optimizers.Optimizer
    scores: list[Score]
    early_stopping: EarlyStoppingState | None
    masked: bool
    plateau: PlateauState | None = None
    weighted: Sequence[int] = ()
    last_rows: int = 0

    def run(
        self, rows: TrainingRows, batches: EvaluationBatches, orders: tf.Tensor, epochs: tf.Tensor
    ) -> Epochs:
        """Train for a number of epochs, at most as many as ``orders`` has.

        ``orders``, (epochs, batches, batch size), has the row numbers in the order of training.
        """

        def train_epoch(
            epoch: tf.Tensor, figures: tf.Tensor, stopped: tf.Tensor
        ) -> tuple[tf.Tensor, ...]:
            during = self._train_epoch(rows, batches, orders[epoch])
            after = self.evaluate(batches, self._first_evaluated(batches, epoch + 1 < epochs))
            both = tf.concat([during[None], after], axis=0)
            figures = tf.tensor_scatter_nd_update(figures, [[epoch]], [both])
            judged = during
            if self.early_stopping:
                _, *after = tf.unstack(figures[epoch])
                judged = Figures(*after).validation
                stopped = self.early_stopping.after_epoch(judged)
            if self.plateau:
                self.plateau.after_epoch(judged)
            return epoch + 1, figures, stopped

        none = tf.zeros((orders.shape[0], 1 + batches.parts.shape[1], len(self.scores)))
        _, figures, stopped = tf.while_loop(
            lambda epoch, _, stopped: (epoch < epochs) & ~stopped, train_epoch, (0, none, False)
        )
        return Epochs(figures, stopped)

    def evaluate(self, batches: EvaluationBatches, first: tf.Tensor) -> tf.Tensor:
        """Figures of the parts, (parts, figures), with the batches from ``first`` on."""

        def add(batch: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            prediction = self.model(batches.x[batch], training=False)
            weights = None if batches.weights is None else batches.weights[batch]
            balance = None if batches.balance is None else batches.balance[batch]
            of_batch = self._sums(
                batches.y[batch], prediction, batches.mask[batch], weights, balance
            )
            return batch + 1, sums + batches.parts[batch][:, None] * of_batch

        zeros = tf.zeros((batches.parts.shape[1], len(self.scores)))
        sums = _loop(batches.x.shape[0], add, zeros, first)
        return self._with_penalties(sums / batches.rows[:, None])

    def _first_evaluated(self, batches: EvaluationBatches, more: tf.Tensor) -> tf.Tensor:
        """The first batch to evaluate after an epoch, after which more epochs come or do not.

        The train part comes first, and only its figures after the last epoch are needed. Which
        epoch early stopping makes the last is not known by then.
        """
        if self.early_stopping:
            return batches.first_of_test
        return tf.where(more, batches.first_of_test, 0)

    def _train_epoch(
        self, rows: TrainingRows, batches: EvaluationBatches, order: tf.Tensor
    ) -> tf.Tensor:
        """Train for one epoch; its figures, (figures,), are means over the rows."""

        def step(numbers: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
            x, y = batches.to_train_on(numbers)
            weights = None if rows.weights is None else tf.gather(rows.weights, numbers)
            balance = None if rows.balance is None else tf.gather(rows.balance, numbers)
            return self._step(x, y, mask, weights, balance)

        def add(batch: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return batch + 1, sums + step(order[batch], rows.mask[batch])

        last = self.last_rows
        whole = order.shape[0] - 1 if last else order.shape[0]
        sums = _loop(whole, add, tf.zeros(len(self.scores)))
        if last:
            sums += step(order[whole, :last], rows.mask[whole, :last])
        return sums / tf.reduce_sum(rows.mask)

    def _step(
        self,
        x: tf.Tensor,
        y: tf.Tensor,
        mask: tf.Tensor,
        weights: tf.Tensor | None,
        balance: tf.Tensor | None,
    ) -> tf.Tensor:
        """One step of the optimizer on a batch; the sums of the figures over its rows."""
        trainable = self.model.trainable_variables
        with tf.GradientTape() as tape:
            prediction = (
                call_with_mask(self.model, x, mask > 0)
                if self.masked
                else self.model(x, training=True)
            )
            sums = self._sums(y, prediction, mask, weights, balance)
            rows = tf.reduce_sum(mask)
            sums = self._with_penalties(sums, rows)
            loss = sums[LOSS] / rows
        gradients = tape.gradient(loss, [variable.value for variable in trainable])
        self.optimizer.apply(gradients, trainable)
        return sums

    def _sums(
        self,
        y: tf.Tensor,
        prediction: tf.Tensor,
        mask: tf.Tensor,
        weights: tf.Tensor | None,
        balance: tf.Tensor | None,
    ) -> tf.Tensor:
        """The sums of the figures over the rows of a batch.

        Weights count in the loss alone, and the balance in what is watched.
        """
        of_loss = mask if weights is None else mask * weights
        each = [of_loss] + [mask] * (len(self.scores) - 1)
        for place in self.weighted if balance is not None else ():
            each[place] = mask * balance
        return tf.stack(
            [
                tf.reduce_sum(score(y, prediction) * it)
                for score, it in zip(self.scores, each, strict=True)
            ]
        )

    def _with_penalties(self, figures: tf.Tensor, rows: Any = 1.0) -> tf.Tensor:
        """Figures, (…, figures), with ``rows`` times the penalties on weights added to the loss."""
        penalties = self.model.losses
        if not penalties:
            return figures
        return figures + rows * tf.add_n(penalties) * tf.one_hot(LOSS, figures.shape[-1])


def _loop(stop: Any, body: Callable[..., Any], value: tf.Tensor, start: Any = 0) -> tf.Tensor:
    """The value after ``number, value = body(number, value)`` from start up to stop."""
    return tf.while_loop(lambda number, _: number < stop, body, (start, value))[1]
