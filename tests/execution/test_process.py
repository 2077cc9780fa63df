"""A training process: how much it trains, of which data, and how it ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
from kept_programs import kept_trainer
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.data import shared
from lossbench.execution import process, template
from lossbench.execution.child_process import ChildProcess, started
from lossbench.execution.child_tasks import serve
from lossbench.execution.process import TrainingProcess
from lossbench.execution.processes import TrainingProcesses
from lossbench.execution.work import Event, Stage, TrainingProcessDied, Work
from lossbench.results.result import Training

CIRCLES = {"generator": "make_circles", "n_samples": 1000, "noise": 0.1}
STATE = "__import__('lossbench.execution.child_tasks', fromlist=['_'])._state"


def trainings(events: Iterable[Event]) -> list[Training]:
    return [it for _, it in events if isinstance(it, Training)]


def trainings_here(work: Work) -> list[Training]:
    return [*map(kept_trainer(work.experiment, work.split), work.seeds)]


def start_template() -> int:
    """The process id of the template, which is started in a thread of its own."""
    starts = threading.Thread(target=template.start)
    starts.start()
    starts.join()
    found: int = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return found


@pytest.mark.thorough
def test_a_process_trains_any_number_of_points_but_few_programs(
    experiment_of: Callable[..., Experiment],
    new_children: Callable[[], list[BaseProcess]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "PROGRAMS_PER_PROCESS", 2)

    def work(**changes: Any) -> Work:
        experiment = experiment_of("binary classification", "hinge", epochs=1, **changes)
        return Work(experiment, experiment.dataset.load(), experiment.seeds)

    rates = [work(optimizer={"learning_rate": 0.001 * n}) for n in range(1, 5)]
    widths = [work(model={"hidden": [n]}) for n in range(1, 4)]
    used = []
    with TrainingProcess() as trains:
        for it in rates + widths:
            assert len(trainings(trains.train([it]))) == len(it.seeds)
            (child,) = new_children()
            used.append(child.pid)
    # The rates share a program, and each width has one: the third program is in a new process.
    assert used == [used[0]] * 5 + [used[-1]] * 2
    assert used[0] != used[-1]


def test_training_process_that_was_ended_is_not_started_again(
    works: list[Work], new_children: Callable[[], list[BaseProcess]]
) -> None:
    with TrainingProcess() as trains:
        trains.start()
    ((_, event),) = trains.train(works[:1])
    assert isinstance(event, TrainingProcessDied)
    with pytest.raises(TrainingProcessDied):
        trains.start()
    assert new_children() == []


def test_what_is_not_read_to_its_end_is_no_part_of_what_comes_next(
    works: list[Work],
    new_children: Callable[[], list[BaseProcess]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor is a process that ends while it has nothing to do: another one trains."""
    monkeypatch.setattr(process, "SECONDS_PER_ANSWER", 0.0)
    work, wanted = works[0], trainings_here(works[0])
    with TrainingProcess() as trains:
        unread = (it for _, it in trains.train([work]) if isinstance(it, Training))
        assert same_bits(next(unread), wanted[0])
        assert all(map(same_bits, trainings(trains.train([work])), wanted))
        (child,) = new_children()
        child.kill()
        child.join()
        assert all(map(same_bits, trainings(trains.train([work])), wanted))
        assert child not in new_children()


def test_with_its_program_there_a_share_is_trained_by_one_message(
    works: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the process holds no data of it any more."""
    monkeypatch.setattr(process, "SECONDS_PER_ANSWER", 0.0)
    work, sent = works[0], []
    send = ChildProcess.send
    monkeypatch.setattr(ChildProcess, "send", lambda *given: sent.append(given) or send(*given))
    with TrainingProcess() as trains:
        first = trainings(trains.train([work]))
        assert len(sent) > len(work.seeds)
        sent.clear()
        again = trainings(trains.train([work]))
        assert len(sent) == 1
        assert trains.call(eval, f"{STATE}._train is None")
    assert len(again) == len(work.seeds)
    assert all(map(same_bits, again, first))


@pytest.mark.thorough
def test_a_process_that_was_killed_for_good_is_not_started_by_who_sees_it_die(
    works: list[Work], new_children: Callable[[], list[BaseProcess]]
) -> None:
    with TrainingProcess() as trains:
        trains.start()
        trains.kill()
        *_, (_, event) = trains.train(works[:1])
        assert isinstance(event, TrainingProcessDied)
        assert new_children() == []


def test_a_process_whose_turn_comes_after_the_end_starts_no_template() -> None:
    template.end()
    with pytest.raises(EOFError):
        started(serve, lambda: True)
    assert forkserver._forkserver._forkserver_pid is None  # type: ignore[attr-defined]


@pytest.mark.skipif(not template.forks(), reason="there is no template")
def test_a_template_that_dies_while_it_imports_is_replaced(works: list[Work]) -> None:
    template.end()
    with TrainingProcesses(1) as trains:
        first = start_template()
        events = trains.train(works[:1])
        assert next(events)[1] is Stage.IMPORTING
        os.kill(first, signal.SIGKILL)
        assert len(trainings(events)) == len(works[0].seeds)
        second = start_template()
        os.kill(second, signal.SIGKILL)
        os.waitid(os.P_PID, second, os.WEXITED | os.WNOWAIT)
        start_template()
        assert not template.has_imported()


@pytest.mark.skipif(not template.forks(), reason="there is no template")
def test_a_template_that_does_not_answer_is_replaced(works: list[Work]) -> None:
    template.end()
    killed = start_template()
    os.kill(killed, signal.SIGKILL)
    os.waitid(os.P_PID, killed, os.WEXITED)
    # The system has not told of its end yet: to this process, one of its children is the template.
    still_there = subprocess.Popen(["sleep", "60"])
    forkserver._forkserver._forkserver_pid = still_there.pid  # type: ignore[attr-defined]
    try:
        with TrainingProcesses(1) as trains:
            assert len(trainings(trains.train(works[:1]))) == len(works[0].seeds)
    finally:
        still_there.kill()
        still_there.returncode = -signal.SIGKILL  # it was waited for as the template


def test_works_of_one_config_train_on_the_data_that_each_comes_with(
    experiment_of: Callable[..., Experiment],
) -> None:
    experiment = experiment_of("binary classification", "hinge", epochs=2)
    other = experiment_of("binary classification", "hinge", dataset={**CIRCLES, "random_state": 2})
    works = [Work(experiment, it.dataset.load(), [3]) for it in (experiment, other)]
    with TrainingProcess() as trains:
        # In one command, and in one after another.
        together = trainings(trains.train(works))
        apart = [it for work in works for it in trainings(trains.train([work]))]
    alone = [kept_trainer(experiment, work.split)(3) for work in works]
    assert not same_bits(*alone)
    for found in (together, apart):
        assert all(map(same_bits, found, alone))


def test_a_process_says_that_it_imports_and_compiles_before_a_seed_is_trained(
    works: list[Work],
) -> None:
    template.end()  # another test may have started it
    with TrainingProcess() as trains:
        first = [event for _, event in trains.train(works[:1])]
        again = [event for _, event in trains.train(works[:1])]
    assert first[:3] == [Stage.IMPORTING, Stage.COMPILING, Stage.TRAINING]
    assert Stage.IMPORTING not in again
    for events in (first, again):
        seeds = events[events.index(Stage.TRAINING) + 1 :]
        assert len(seeds) == len(works[0].seeds)
        assert all(isinstance(it, Training) for it in seeds)


def test_large_data_are_mapped_and_give_the_same_bits(
    works: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both works and each share of them, in another process, which then holds no data any more."""
    monkeypatch.setattr(shared, "MOST_SENT", 0)
    monkeypatch.setattr(process, "SECONDS_PER_ANSWER", 0.0)
    for work in works:
        work = replace(work, split=replace(work.split), seeds=work.seeds[:2])
        with TrainingProcess() as trains:
            found = trainings(trains.train([work]))
            assert trains.call(eval, f"{STATE}._train is None")
        assert isinstance(shared.shared(work.split), shared.SplitInFile)
        assert not work.split.x_train.flags.owndata
        train = kept_trainer(work.experiment, work.split)
        assert all(map(same_bits, found, map(train, work.seeds)))


WITHOUT_PARENT = """
import os, signal, threading, time
from lossbench.execution import template
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for what runs in the background
with template._interrupted_without(os.getppid()):
    time.sleep(0.5)
assert threading.active_count() == 1
try:
    with template._interrupted_without(os.getpid()):
        while True:
            pass
except KeyboardInterrupt:
    assert threading.active_count() == 1
assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
"""


def test_an_import_is_cut_short_where_the_parent_has_ended() -> None:
    """And no thread is left that would keep the process from being forked."""
    subprocess.run([sys.executable, "-c", WITHOUT_PARENT], check=True, timeout=60)
