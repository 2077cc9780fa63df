"""Several training processes: what each does, and that it does not matter which one does it."""

import gc
import os
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.execution.process import TrainingProcess
from lossbench.execution.processes import TrainingProcesses
from lossbench.execution.work import (
    Event,
    Finished,
    Stage,
    TrainingError,
    TrainingProcessDied,
    Work,
)
from lossbench.results.result import Training

Make = Callable[..., Experiment]
pytestmark = pytest.mark.thorough


def without_stages(events: Iterable[Event]) -> list[tuple[int, Training | Exception]]:
    return [(number, it) for number, it in events if not isinstance(it, Stage)]


def by_seed(event: tuple[int, Training | Exception]) -> tuple[int, int]:
    number, it = event
    return number, it.seed if isinstance(it, Training) else 0


def works(make: Make, repeats: int = 2) -> list[Work]:
    """Two splits of three experiments, of which the middle one cannot be trained."""
    own = {"name": "nothing", "function": "nowhere:nothing", "labels": "-1/1"}
    found = []
    for loss in ("hinge", own, "squared_hinge"):
        dataset = {"generator": "make_moons", "split": {}}
        experiment = make("binary classification", loss, dataset=dataset, splits=2, repeats=repeats)
        found += [Work(experiment, it, experiment.seeds) for it in experiment.load()]
    return found


def test_two_processes_give_the_bits_of_one(experiment_of: Make) -> None:
    all_works = works(experiment_of, repeats=40)
    with TrainingProcess() as alone, TrainingProcesses(2) as both:
        expected = sorted(without_stages(alone.train(all_works)), key=by_seed)
        found = sorted(without_stages(both.train(all_works)), key=by_seed)
    assert [by_seed(it) for it in found] == [by_seed(it) for it in expected]
    for (_, one), (_, other) in zip(found, expected, strict=True):
        if isinstance(other, Exception):
            assert isinstance(one, TrainingError)
        else:
            assert not isinstance(one, Exception)
            assert same_bits(one, other)


@pytest.fixture
def long_work(experiment_of: Make) -> Work:
    """A work that takes several seconds, so that it is worth a second process."""
    experiment = experiment_of("binary classification", "hinge", epochs=500, repeats=60)
    return Work(experiment, experiment.dataset.load(), experiment.seeds)


def test_what_takes_long_is_trained_by_all_and_what_does_not_by_one(
    long_work: Work, new_children: Callable[[], list[BaseProcess]]
) -> None:
    used = []
    for work in (long_work, replace(long_work, seeds=[0, 1])):
        with TrainingProcesses(2) as both:
            for _ in both.train([work]):
                pass
            used.append(len(new_children()))
    assert used == [2, 1]


def test_another_process_trains_what_one_that_was_killed_has_left(
    long_work: Work, new_children: Callable[[], list[BaseProcess]]
) -> None:
    killed, seeds = False, []
    with TrainingProcesses(2) as both:
        for _, event in both.train([long_work]):
            assert not isinstance(event, Exception)
            if isinstance(event, Training):
                seeds.append(event.seed)
                if not killed:
                    new_children()[0].kill()
                    killed = True
    assert sorted(seeds) == [*long_work.seeds]


def test_garbage_is_looked_for_among_answers_alone(long_work: Work) -> None:
    """What was imported before are many objects, and thousands of answers let Python look often."""
    gc.unfreeze()
    imported = len(gc.get_objects())
    try:
        with TrainingProcesses(1) as one:
            events = one.train([replace(long_work, seeds=[0])])
            next(events)
            assert len(gc.get_objects()) < imported / 10
            for _ in events:
                pass
    finally:
        gc.unfreeze()


def counted(name: str, mark: Path, trainings: list[Training]) -> tuple[str, int]:
    """What a work becomes: its name and how many seeds it has; one of them ends the process."""
    if name == "ends" or (name == "ends once" and not mark.exists()):
        mark.touch()
        end_by_force()
    if name == "fails":
        raise OSError("no room")
    return name, len(trainings)


def test_works_that_are_finished_together_fail_alone(
    experiment_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = []
    finish_together = TrainingProcess.finish_together

    def watched(process: TrainingProcess, works: Sequence[Work]) -> Generator[Event, None, bool]:
        events, given = finish_together(process, works), 0
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                together.append((len(works), given, end.value))
                return bool(end.value)
            given += not isinstance(event[1], Stage)
            yield event

    monkeypatch.setattr(TrainingProcess, "finish_together", watched)
    names = ["first", *"abcdefgh", "ends once", "fails", *"ijklmn", "ends", *map(str, range(30))]
    experiment = experiment_of("binary classification", "hinge", epochs=1, repeats=2)
    split = experiment.dataset.load()
    works = [
        Work(experiment, split, [0, 1], partial(counted, name, tmp_path / "mark")) for name in names
    ]
    with TrainingProcesses(1) as one:
        found = {names[number]: it for number, it in one.train(works) if not isinstance(it, Stage)}
    assert found.keys() == {*names}
    assert isinstance(found.pop("fails"), OSError)
    assert isinstance(found.pop("ends"), TrainingProcessDied)
    assert found == {name: Finished((name, 2)) for name in found}
    # Without the program they would be trained one by one, so the first comes alone.
    assert together[0] == (1, 0, False)
    assert any(asked == given > 1 for asked, given, _ in together)
    assert any(asked > 1 and not given for asked, given, _ in together)
    assert all(done == (asked == given) for asked, given, done in together)


def process_number() -> int:
    return os.getpid()


def end_by_force() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def end_by_force_once(mark: Path) -> int:
    if not mark.exists():
        mark.touch()
        end_by_force()
    return process_number()


@pytest.fixture
def one() -> Iterator[TrainingProcesses]:
    with TrainingProcesses(1) as found:
        yield found


def test_a_function_is_called_in_a_process_and_its_errors_are_raised(
    one: TrainingProcesses,
) -> None:
    first, second = (one.call(process_number).result() for _ in range(2))
    assert first == second != os.getpid()
    with pytest.raises(ValueError, match="invalid literal"):
        one.call(int, "no number").result()
    with pytest.raises(TrainingProcessDied, match="killed by the system"):
        one.call(end_by_force).result()
    assert one.call(process_number).result() not in (first, os.getpid())


def test_another_process_is_called_where_one_was_killed(
    one: TrainingProcesses, tmp_path: Path
) -> None:
    assert one.call(end_by_force_once, tmp_path / "mark").result() != os.getpid()


def test_a_call_waits_for_a_free_process_and_can_be_taken_back(
    one: TrainingProcesses,
) -> None:
    def running(future: Future[object]) -> bool:
        return future.running()

    busy = one.call(time.sleep, 1)
    while not running(busy):
        time.sleep(0.01)
    waits = one.call(process_number)
    assert waits.cancel()
    assert busy.result() is None
    assert one.call(process_number).result() != os.getpid()
