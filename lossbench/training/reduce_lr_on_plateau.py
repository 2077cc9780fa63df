"""Keras's ReduceLROnPlateau as operations of TensorFlow, inside of the compiled program."""

import keras
import numpy as np
import tensorflow as tf

from lossbench.config.sections.reduce_lr_on_plateau import ReduceLROnPlateau
from lossbench.training.values import Values, floats
from lossbench.training.watched import Watched


class PlateauState:
    """What is remembered from epoch to epoch, in variables; it changes that of the rate.

    As in Keras, the new rate is computed in double precision.
    """

    def __init__(self, rate: keras.Variable, watched: Watched) -> None:
        self._rate, self._watched = rate, watched
        self._patience, self._cooldown = tf.Variable(0), tf.Variable(0)
        self._min_delta, self._best = tf.Variable(0.0), tf.Variable(0.0)
        self._factor, self._min_lr = (tf.Variable(np.float64(0)) for _ in range(2))
        self._wait, self._cooling = tf.Variable(0), tf.Variable(0)
        self._begun = tf.Variable(False)
        self._whole = Values([self._patience, self._cooldown, self._wait, self._cooling])
        self._errors = Values([self._min_delta, self._best])
        self._rates = Values([self._factor, self._min_lr])

    def restart(self, settings: ReduceLROnPlateau) -> None:
        """Forget the seed before, and take the settings of the experiment that is trained next."""
        self._whole.assign(np.array([settings.patience, settings.cooldown, 0, 0], np.int32))
        self._errors.assign(floats(settings.min_delta, np.inf))
        self._rates.assign(np.array([settings.factor, settings.min_lr], np.float64))
        self._begun.assign(False)

    def after_epoch(self, figures: tf.Tensor) -> None:
        """Take note of an epoch's figures, (figures,), and reduce the rate if it is time to."""
        error, rate = self._watched.error(figures), self._rate.value
        cooling = tf.maximum(self._cooling - 1, 0)
        better = ~self._begun | (error + self._min_delta < self._best)
        # The wait begins anew with an improvement, and in each epoch that cools down.
        was_cooling = self._cooling > 0
        before = tf.where(was_cooling, 0, self._wait)
        wait = tf.where(better, 0, tf.where(cooling > 0, before, before + 1))
        due = ~better & (cooling == 0) & (wait >= self._patience)
        reduced = due & (rate > tf.cast(self._min_lr, rate.dtype))
        lower = tf.maximum(tf.cast(rate, tf.float64) * self._factor, self._min_lr)
        self._rate.assign(tf.where(reduced, tf.cast(lower, rate.dtype), rate))
        self._best.assign(tf.where(better, error, self._best))
        self._wait.assign(tf.where(reduced, 0, wait))
        self._cooling.assign(tf.where(reduced, self._cooldown, cooling))
        self._begun.assign(True)
