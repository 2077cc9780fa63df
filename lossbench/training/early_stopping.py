"""Early stopping inside the compiled program: Keras's EarlyStopping as operations of TensorFlow.

Like EarlyStopping with ``restore_best_weights``, it watches the loss, or a metric, on the rows held
back, counts the epochs without an improvement and keeps the weights of the best epoch.

Tuning compares trainings by a metric that has few values on few rows, such as an accuracy. So if an
experiment is tuned, an epoch with an equal metric and a lower loss is an improvement, too.
"""

import keras
import numpy as np
import tensorflow as tf

from lossbench.config.sections.early_stopping import EarlyStopping


class EarlyStoppingState:
    """What early stopping remembers from epoch to epoch, in variables."""

    def __init__(self, model: keras.Sequential, ties_by_loss: bool = False) -> None:
        self._ties_by_loss = ties_by_loss
        self._patience, self._min_delta = tf.Variable(0), tf.Variable(0.0)
        self._weights = model.weights
        self._best_weights = [tf.Variable(tf.zeros(it.shape, it.dtype)) for it in self._weights]
        self._best, self._loss_of_best = (tf.Variable(np.float32(np.inf)) for _ in range(2))
        self._wait, self._epochs, self._best_epoch = (tf.Variable(0) for _ in range(3))

    def restart(self, settings: EarlyStopping) -> None:
        """Forget the seed before, and take the settings of the experiment that is trained next."""
        self._patience.assign(settings.patience)
        self._min_delta.assign(settings.min_delta)
        self._best.assign(np.inf)
        self._loss_of_best.assign(np.inf)
        for counter in (self._wait, self._epochs, self._best_epoch):
            counter.assign(0)

    def after_epoch(self, loss: tf.Tensor, error: tf.Tensor) -> tf.Tensor:
        """Take note of an epoch's loss and of what is watched, of which less is better.

        Returns whether training ends with this epoch.
        """
        first = self._epochs == 0
        better = first | (error + self._min_delta < self._best)
        if self._ties_by_loss:
            better |= (error == self._best) & (loss + self._min_delta < self._loss_of_best)
        wait = tf.where(better, 0, self._wait + 1)
        for best, weight in zip(self._best_weights, self._weights, strict=True):
            best.assign(tf.where(better, weight.value, best))
        self._best.assign(tf.where(better, error, self._best))
        self._loss_of_best.assign(tf.where(better, loss, self._loss_of_best))
        self._wait.assign(wait)
        self._epochs.assign_add(1)
        self._best_epoch.assign(tf.where(better, self._epochs, self._best_epoch))
        return ~better & (wait >= self._patience) & ~first

    def restore(self) -> None:
        """Give the model the weights of its best epoch."""
        for best, weight in zip(self._best_weights, self._weights, strict=True):
            weight.assign(best)

    @property
    def epochs(self) -> int:
        """How many epochs were trained."""
        return int(self._epochs.numpy())

    @property
    def best_epoch(self) -> int:
        """The last epoch, from 1, that lowered the loss on the rows held back by min_delta."""
        return int(self._best_epoch.numpy())
