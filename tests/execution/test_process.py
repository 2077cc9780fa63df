"""Which experiments a training process takes at once."""

from collections import deque
from collections.abc import Callable
from typing import Any

from lossbench.config.experiment import Experiment
from lossbench.execution.process import PROGRAMS_PER_PROCESS, next_group
from lossbench.execution.work import Work


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
