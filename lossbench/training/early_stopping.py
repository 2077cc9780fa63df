"""Early stopping inside the compiled program: Keras's EarlyStopping as operations of TensorFlow.

Like EarlyStopping, it watches the loss, or a metric, on the rows held back, counts the epochs
without an improvement and keeps the weights of the best epoch.

Tuning compares trainings by a metric that has few values on few rows, such as an accuracy. So if an
experiment is tuned, an epoch with an equal metric and a lower loss is an improvement, too.
"""

import keras
import numpy as np
import tensorflow as tf

from lossbench.config.sections.early_stopping import EarlyStopping
from lossbench.training.figures import LOSS
from lossbench.training.values import Values, floats
from lossbench.training.watched import Watched


class EarlyStoppingState:
    """What early stopping remembers from epoch to epoch, in variables."""

    def __init__(self, model: keras.Sequential, watched: Watched, ties_by_loss: bool) -> None:
        self._watched, self._ties_by_loss = watched, ties_by_loss
        self._patience, self._min_delta = tf.Variable(0), tf.Variable(0.0)
        # The baseline is an error; NaN where there is none.
        self._start, self._baseline = tf.Variable(0), tf.Variable(0.0)
        self._restores = True
        self._weights = model.weights
        self._best_weights = [tf.Variable(tf.zeros(it.shape, it.dtype)) for it in self._weights]
        self._best, self._loss_of_best = (tf.Variable(np.float32(np.inf)) for _ in range(2))
        self._wait, self._epochs, self._best_epoch = (tf.Variable(0) for _ in range(3))
        self._of_model, self._of_best = Values(self._weights), Values(self._best_weights)
        self._settings = Values([self._patience, self._start, self._min_delta, self._baseline])
        self._bests = Values([self._best, self._loss_of_best])
        self._counters = Values([self._wait, self._epochs, self._best_epoch])

    def restart(self, settings: EarlyStopping) -> None:
        """Forget the seed before, and take the settings of the experiment that is trained next."""
        baseline = settings.baseline
        error = np.nan if baseline is None else self._watched.error_of(baseline)
        whole = np.array([settings.patience, settings.start_from_epoch], np.int32)
        self._settings.assign([*whole, *floats(settings.min_delta, error)])
        self._bests.assign(floats(np.inf, np.inf))
        self._counters.assign(np.zeros(3, np.int32))
        self._restores = settings.restore_best_weights

    def after_epoch(self, held_back: tf.Tensor) -> tf.Tensor:
        """Take note of an epoch's figures of the rows held back, (figures,).

        Returns whether training ends with this epoch.
        """
        loss, error = held_back[LOSS], self._watched.error(held_back)
        watching, first = self._epochs >= self._start, self._epochs == self._start
        better = first | (error + self._min_delta < self._best)
        if self._ties_by_loss:
            better |= (error == self._best) & (loss + self._min_delta < self._loss_of_best)
        better &= watching
        beats_baseline = tf.math.is_nan(self._baseline) | (error + self._min_delta < self._baseline)
        wait = tf.where(watching & ~(better & beats_baseline), self._wait + 1, 0)
        for best, weight in zip(self._best_weights, self._weights, strict=True):
            best.assign(tf.where(better, weight.value, best))
        self._best.assign(tf.where(better, error, self._best))
        self._loss_of_best.assign(tf.where(better, loss, self._loss_of_best))
        self._wait.assign(wait)
        self._epochs.assign_add(1)
        self._best_epoch.assign(tf.where(better, self._epochs, self._best_epoch))
        return watching & ~better & (wait >= self._patience)

    def restore(self) -> int:
        """Give the model the weights of its best epoch, unless it keeps those of the last one.

        Returns the epoch whose weights it has, from 1.
        """
        if not self._restores:
            return self.epochs
        self._of_model.assign(self._of_best.tensors())
        return self.best_epoch

    @property
    def epochs(self) -> int:
        """How many epochs were trained."""
        return int(self._epochs.numpy())

    @property
    def best_epoch(self) -> int:
        """The last epoch, from 1, that was better by min_delta on the rows held back."""
        return int(self._best_epoch.numpy())
