"""Which training process does what next."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from lossbench.config.experiment import Experiment
from lossbench.execution import shares
from lossbench.execution.shares import Call, Share, Shares
from lossbench.execution.work import Work

Make = Callable[..., Experiment]


@pytest.fixture
def work(experiment_of: Make) -> Callable[..., Work]:
    def make(loss: str = "hinge", **changes: Any) -> Work:
        experiment = experiment_of("binary classification", loss, **changes)
        return Work(experiment, experiment.dataset.load(), experiment.seeds)

    return make


def taken(of: Shares, held: str | None = None, running: bool = False) -> Share:
    found = of.take(held, running)
    assert isinstance(found, Share)
    return found


def taken_in_time(of: Shares, held: str | None = None, running: bool = False) -> Share:
    """The same where a defect would let it wait forever."""
    end = threading.Timer(10, of.close)
    end.start()
    try:
        return taken(of, held, running)
    finally:
        end.cancel()


def test_a_process_keeps_its_program_then_takes_a_new_one_then_helps(
    work: Callable[..., Work],
) -> None:
    of = Shares(2)
    of.add([work("hinge"), work("bce"), work("hinge", epochs=4), work("bce", epochs=2000)])
    first = taken(of)
    again = taken(of, first.work.key, running=True)
    other = taken(of, first.work.key, running=True)
    assert [it.number for it in (first, again, other)] == [0, 2, 1]
    # What is left is long, so that it pays to compile its program once more.
    assert taken(of, first.work.key, running=True).number == 3


def test_what_is_short_is_left_to_the_process_that_has_its_program(
    work: Callable[..., Work],
) -> None:
    of = Shares(8)
    of.add([work(repeats=40, epochs=60)])
    first = taken(of)
    assert 0 < len(first.work.seeds) < 40
    second: list[object] = []
    starts = threading.Thread(target=lambda: second.append(of.take(None, running=False)))
    starts.start()
    starts.join(0.2)
    assert not second
    assert taken(of, first.work.key, running=True).number == 0
    of.close()
    starts.join(10)
    assert second == [None]


def test_all_seeds_are_shared_out_once(work: Callable[..., Work]) -> None:
    of = Shares(4)
    of.add([work(repeats=100, epochs=200)])
    seeds: list[int] = []
    key = None
    while len(seeds) < 100:
        share = taken(of, key, running=bool(seeds))
        key = share.work.key
        seeds += share.work.seeds
    assert seeds == [*range(100)]


def test_short_works_of_one_program_are_taken_together(work: Callable[..., Work]) -> None:
    of = Shares(2)
    losses = ["hinge", "bce", *["hinge"] * 60]
    short = [replace(work(it, epochs=2, repeats=1), finish=list) for it in losses]
    of.add(short)
    taken_together = []
    while sum(taken_together) < len(short) - 1:
        first = taken(of, short[0].key, running=True)
        more = of.more(first)
        assert {it.work.key for it in (first, *more)} == {short[0].key}
        assert not {first.number, *(it.number for it in more)} & {1}
        taken_together.append(1 + len(more))
    assert 1 < max(taken_together) < 20


def test_the_more_processes_the_more_works_each_takes_at_once(work: Callable[..., Work]) -> None:
    """So what reads of them all has no more messages to read."""
    taken_at_once = []
    for processes in (1, 4, 16):
        of = Shares(processes)
        of.add([replace(work(epochs=2, repeats=1), finish=list)] * 10_000)
        taken_at_once.append(1 + len(of.more(taken(of))))
    few, more, most = taken_at_once
    assert 3 * few < more
    assert 2 * more < most


def test_what_is_long_or_not_to_be_finished_is_taken_alone(work: Callable[..., Work]) -> None:
    short = replace(work(epochs=2, repeats=1), finish=list)
    long = replace(work(epochs=500, repeats=200), finish=list)
    for alone in (long, replace(short, finish=None)):
        of = Shares(2)
        of.add([alone, *[short] * 60])
        assert of.more(taken(of)) == []
        of = Shares(2)
        of.add([short, alone, *[short] * 60])
        assert 1 not in {it.number for it in of.more(taken(of))}


def test_short_works_are_left_for_other_processes(work: Callable[..., Work]) -> None:
    """Of as many as there are processes nobody takes two."""
    of = Shares(6)
    of.add([replace(work(epochs=2, repeats=1), finish=list) for _ in range(6)])
    first = taken(of)
    assert first.work.finish
    assert of.more(first) == []


def test_of_many_processes_none_asks_for_crumbs(work: Callable[..., Work]) -> None:
    """Each share takes a while to be handed out by the one process that serves all."""
    smallest = []
    for processes in (2, 64):
        of = Shares(processes)
        of.add([work(repeats=600, epochs=60)])
        sizes: list[int] = []
        key = None
        while sum(sizes) < 600:
            share = taken_in_time(of, key, running=bool(sizes))
            key = share.work.key
            sizes.append(len(share.work.seeds))
        smallest.append(min(sizes[:-1]) * share.work.seconds_per_seed)
    few, many = smallest
    assert few < 0.2
    assert many > 1


def test_what_is_tuned_is_not_cut(work: Callable[..., Work]) -> None:
    tune = {"grid": {"optimizer.learning_rate": [0.001, 0.01]}}
    stopping = {"patience": 5, "validation_size": 0.2}
    of = Shares(16)
    of.add([work(repeats=100, epochs=300, tune=tune, early_stopping=stopping)])
    assert len(taken(of).work.seeds) == 100


def test_of_a_work_that_failed_nothing_more_is_trained(work: Callable[..., Work]) -> None:
    of = Shares(2)
    of.add([work(repeats=100, epochs=300), work("bce")])
    first = taken(of)
    assert first.number == 0
    of.drop(0)
    assert taken(of, first.work.key, running=True).number == 1


def test_a_call_comes_first_and_goes_to_a_process_that_is_running(
    work: Callable[..., Work],
) -> None:
    of, got = Shares(2), []
    of.add([work("hinge")])
    taken(of)
    # The one that is running waits for something to do, so no other is started for the call.
    waits = threading.Thread(target=lambda: got.append(of.take(None, running=True)))
    starts = threading.Thread(target=lambda: got.append(of.take(None, running=False)), daemon=True)
    waits.start()
    while not of._waiting:
        pass
    starts.start()
    future: Future[Any] = of.call(print, "x")
    waits.join(10)
    assert got == [Call(print, ("x",), future)]
    of.close()
    starts.join(10)


def test_no_second_process_starts_without_memory(
    work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 2 * shares.PER_PROCESS
    monkeypatch.setattr(shares, "free_memory", lambda: free)
    of = Shares(2)
    of.add([work("hinge"), work("bce")])
    first = taken(of)
    free = shares.PER_PROCESS
    second: list[object] = []
    starts = threading.Thread(target=lambda: second.append(of.take(None, running=False)))
    starts.start()
    starts.join(0.2)
    assert not second
    free = 2 * shares.PER_PROCESS
    assert taken(of, first.work.key, running=True).number == 1
    of.close()
    starts.join(10)
    assert second == [None]


def test_without_memory_there_is_one_process_also_when_it_has_died(
    work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "free_memory", lambda: 0)
    of = Shares(1)
    of.add([work("hinge"), work("bce")])
    first = taken_in_time(of)
    assert first.number == 0
    assert taken_in_time(of, first.work.key).number == 1


def test_what_a_process_has_left_that_died_another_does_however_short_it_is(
    work: Callable[..., Work],
) -> None:
    of = Shares(3)
    of.add([work("hinge"), work("hinge"), work("bce"), work("squared_hinge")])
    died, waits, _ = (taken_in_time(of) for _ in range(3))
    third: list[object] = []
    idle = threading.Thread(target=lambda: third.append(of.take(waits.work.key, running=True)))
    idle.start()
    idle.join(0.2)
    assert not third
    ends = threading.Thread(target=of.take, args=(died.work.key, False))
    ends.start()
    idle.join(10)
    of.close()
    ends.join(10)
    assert [it.number for it in third if isinstance(it, Share)] == [1]


def test_when_all_processes_are_idle_one_does_what_is_left(work: Callable[..., Work]) -> None:
    of = Shares(1)
    of.add([work("hinge")])
    taken_in_time(of)
    of.add([work("bce")])
    other = taken_in_time(of, "hinge", running=True).work.key
    of.add([work("hinge")])
    assert taken_in_time(of, other, running=True).number == 0
