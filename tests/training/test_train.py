"""A seed to a Training: the same bits, whatever else is trained."""

from collections.abc import Callable

import numpy as np
from kept_programs import kept_trainer
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.training.train import trainer

Make = Callable[..., Experiment]


def test_a_seed_gives_the_same_bits_alone_and_among_others_and_in_any_order(
    experiment_of: Make,
) -> None:
    experiment = experiment_of("binary classification", "hinge")
    split = experiment.dataset.load()
    train, again = trainer(experiment, split), trainer(experiment, split)
    forwards = [train(seed) for seed in (0, 1, 2)]
    backwards = [train(seed) for seed in (2, 1, 0)]
    alone = again(1)

    assert all(map(same_bits, forwards, reversed(backwards)))
    assert same_bits(forwards[1], alone)
    assert not same_bits(forwards[0], forwards[1])


def test_a_training_that_reaches_infinity_is_diverged(experiment_of: Make) -> None:
    experiment = experiment_of("regression", "mse", optimizer={"learning_rate": 1e6})
    training = kept_trainer(experiment, experiment.dataset.load())(0)
    assert training.diverged
    assert np.isnan([*training.train.values(), *training.test.values()]).all()
