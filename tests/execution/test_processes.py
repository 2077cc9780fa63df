"""Several training processes."""

from collections.abc import Callable, Iterable

import pytest
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.execution.process import TrainingProcess
from lossbench.execution.processes import TrainingProcesses, dealt
from lossbench.execution.work import Event, Stage, TrainingError, Work
from lossbench.results.result import Training

Make = Callable[..., Experiment]


def without_stages(events: Iterable[Event]) -> list[tuple[int, Training | Exception]]:
    return [(number, it) for number, it in events if not isinstance(it, Stage)]


def works(make: Make) -> list[Work]:
    """Two splits of three experiments, of which the middle one cannot be trained."""
    own = {"name": "nothing", "function": "nowhere:nothing", "labels": "-1/1"}
    found = []
    for loss in ("hinge", own, "squared_hinge"):
        dataset = {"generator": "make_moons", "split": {}}
        experiment = make("binary classification", loss, dataset=dataset, splits=2, repeats=2)
        found += [Work(experiment, it, experiment.seeds) for it in experiment.load()]
    return found


def test_a_program_is_in_one_process_unless_it_is_the_only_one(experiment_of: Make) -> None:
    all_works = works(experiment_of)
    shares = dealt(all_works, 2)
    assert [[number for number, _ in share] for share in shares] == [[0, 1, 4, 5], [2, 3]]
    assert [[number for number, _ in share] for share in dealt(all_works[:2], 4)] == [[0], [1]]


@pytest.mark.thorough
def test_two_processes_give_the_bits_of_one(experiment_of: Make) -> None:
    all_works = works(experiment_of)
    with TrainingProcess() as alone, TrainingProcesses(2) as both:
        expected = without_stages(alone.train(all_works))
        found = sorted(without_stages(both.train(all_works)), key=lambda it: it[0])
    assert [number for number, _ in found] == [number for number, _ in expected]
    for (_, one), (_, other) in zip(found, expected, strict=True):
        if isinstance(other, Exception):
            assert isinstance(one, TrainingError)
        else:
            assert not isinstance(one, Exception)
            assert same_bits(one, other)
