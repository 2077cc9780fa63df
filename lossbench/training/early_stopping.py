"""Early stopping inside the compiled training: Keras's EarlyStopping, as operations of TensorFlow.

Like that with ``restore_best_weights``, it watches a loss, counts the epochs without an
improvement and keeps the weights of the best epoch.
"""

import keras
import numpy as np
import tensorflow as tf

from lossbench.config.sections.early_stopping import EarlyStopping


class Stopping:
    """What early stopping remembers from epoch to epoch, in variables."""

    def __init__(self, model: keras.Sequential) -> None:
        self._patience, self._min_delta = tf.Variable(0), tf.Variable(0.0)
        self._weights = model.weights
        self._kept = [tf.Variable(tf.zeros(it.shape, it.dtype)) for it in self._weights]
        self._best = tf.Variable(np.float32(np.inf))
        self._wait, self._epochs, self._best_epoch = (tf.Variable(0) for _ in range(3))

    def restart(self, settings: EarlyStopping) -> None:
        """Forget the training before, and take on the settings of the next one."""
        self._patience.assign(settings.patience)
        self._min_delta.assign(settings.min_delta)
        self._best.assign(np.inf)
        for counter in (self._wait, self._epochs, self._best_epoch):
            counter.assign(0)

    def after_epoch(self, loss: tf.Tensor) -> tf.Tensor:
        """Take note of an epoch's loss; whether it is the last one."""
        first = self._epochs == 0
        better = first | (loss + self._min_delta < self._best)
        wait = tf.where(better, 0, self._wait + 1)
        for kept, weight in zip(self._kept, self._weights, strict=True):
            kept.assign(tf.where(better, weight.value, kept))
        self._best.assign(tf.where(better, loss, self._best))
        self._wait.assign(wait)
        self._epochs.assign_add(1)
        self._best_epoch.assign(tf.where(better, self._epochs, self._best_epoch))
        return ~better & (wait >= self._patience) & ~first

    def restore(self) -> None:
        """Give the model the weights of its best epoch."""
        for kept, weight in zip(self._kept, self._weights, strict=True):
            weight.assign(kept)

    @property
    def epochs(self) -> int:
        """How many epochs were trained."""
        return int(self._epochs.numpy())

    @property
    def best_epoch(self) -> int:
        """Which of them, from 1, was the best."""
        return int(self._best_epoch.numpy())
