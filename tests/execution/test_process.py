"""A training process: how much it trains, of which data, and how it ends."""

from collections import deque
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
from kept_programs import kept_trainer
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.execution.process import PROGRAMS_PER_PROCESS, TrainingProcess, next_group
from lossbench.execution.work import TrainingProcessDied, Work

CIRCLES = {"generator": "make_circles", "n_samples": 1000, "noise": 0.1}


def test_a_process_trains_any_number_of_points_but_few_programs(
    experiment_of: Callable[..., Experiment],
) -> None:
    def work(**changes: Any) -> Work:
        experiment = experiment_of("binary classification", "hinge", **changes)
        return Work(experiment, experiment.dataset.load(), experiment.seeds)

    rates = [work(optimizer={"learning_rate": 0.001 * n}) for n in range(1, 41)]
    widths = [work(model={"hidden": [n]}) for n in range(1, 30)]
    assert len(next_group(deque(enumerate(rates)))) == 40
    waiting = deque(enumerate(rates + widths))
    assert len(next_group(waiting)) == 40 + PROGRAMS_PER_PROCESS - 1
    assert waiting[0][0] == 40 + PROGRAMS_PER_PROCESS - 1


def test_training_process_that_was_ended_is_not_started_again(
    works: list[Work], new_children: Callable[[], list[BaseProcess]]
) -> None:
    with TrainingProcess() as process:
        process.start()
    with pytest.raises(TrainingProcessDied):
        list(process.train(works))
    assert new_children() == []


@pytest.mark.thorough
def test_works_of_one_config_train_on_the_data_that_each_comes_with(
    experiment_of: Callable[..., Experiment],
) -> None:
    experiment = experiment_of("binary classification", "hinge", epochs=2)
    other = experiment_of("binary classification", "hinge", dataset={**CIRCLES, "random_state": 2})
    works = [Work(experiment, it.dataset.load(), [3]) for it in (experiment, other)]
    with TrainingProcess() as process:
        # In one command, and in one after another.
        together = [training for _, training in process.train(works)]
        apart = [training for work in works for _, training in process.train([work])]
    alone = [kept_trainer(experiment, work.split)(3) for work in works]
    assert not same_bits(*alone)
    for trainings in (together, apart):
        assert all(map(same_bits, trainings, alone))
