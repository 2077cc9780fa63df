"""Stored seeds are not trained again, and several runs leave the same files as a single one."""

import json
import pickle
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command import tree
from small_suites import Cases, RunSuite, TrainsHere

from lossbench.config.grid import Axis
from lossbench.execution.work import Event, TrainingProcessDied, Work
from lossbench.results.read import read_result
from lossbench.results.result import Result, Training
from lossbench.suite import run
from lossbench.suite.finish import Failure
from lossbench.suite.plan import make_plans
from lossbench.suite.run import run_plans


def test_some_seeds_diverged_and_some_did_not(at_once: Path) -> None:
    assert 0 < read_result(at_once / "mse").diverged < 4


def test_what_is_stored_is_not_trained_and_not_touched(run_suite: RunSuite, out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    trained, plans = run_suite(out, repeats=4)
    assert trained == []
    assert [plan.stored for plan in plans] == [4, 4]
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_force_trains_again(run_suite: RunSuite, out: Path, at_once: Path) -> None:
    trained, plans = run_suite(out, force=True, names=["hinge"], repeats=4)
    assert trained == [("hinge", seed) for seed in range(4)]
    assert plans[0].stored == 0
    assert tree(out) == tree(at_once)


def test_more_repeats_train_the_missing_seeds_and_leave_the_files_of_a_single_run(
    run_suite: RunSuite, tmp_path: Path, at_once: Path
) -> None:
    # One in the middle first, so that seeds are missing on both sides of it.
    run_suite(tmp_path, repeats=1, seed=1)
    trained, plans = run_suite(tmp_path, repeats=4)
    assert trained == [(name, seed) for name in ("hinge", "mse") for seed in (0, 2, 3)]
    assert [plan.stored for plan in plans] == [1, 1]
    assert tree(tmp_path) == tree(at_once)


@pytest.mark.parametrize("seeds", [{"repeats": 2}, {"seed": 3, "repeats": 1}])
def test_fewer_seeds_change_nothing_and_the_plan_says_so(
    run_suite: RunSuite, out: Path, seeds: dict[str, int]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    trained, (plan, _) = run_suite(out, **seeds)
    assert trained == []
    assert plan.remark == f"more than the {seeds['repeats']} asked for; all are kept"
    assert (plan.stored, plan.case.experiment.seeds) == (4, range(4))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_another_change_beside_fewer_seeds_is_written_for_all_stored_seeds(
    run_suite: RunSuite, out: Path, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {"published": {"f1": {"test": 0.5}}, "metrics": ["f1"]}
    run_suite(tmp_path / "new", names=["hinge"], repeats=4, **changes)
    assert run_suite(out, names=["hinge"], repeats=1, **changes)[0] == []
    assert tree(out / "hinge") == tree(tmp_path / "new" / "hinge")


def test_published_figures_are_rewritten_without_training(run_suite: RunSuite, out: Path) -> None:
    published = {"rounded_accuracy": {"test": 0.5}}
    before = tree(out / "hinge")
    assert run_suite(out, names=["hinge"], repeats=4, published=published)[0] == []
    document = json.loads((out / "hinge" / "metrics.json").read_text())
    assert document["published"]["rounded_accuracy"]["test"]["value"] == 0.5
    assert tree(out / "hinge")["weights.npz"] == before["weights.npz"]
    assert run_suite(out, names=["hinge"], repeats=4, published={})[0] == []
    assert tree(out / "hinge") == before


def test_further_metrics_are_taken_without_training(
    run_suite: RunSuite, out: Path, tmp_path: Path
) -> None:
    run_suite(tmp_path / "new", names=["hinge"], repeats=4, metrics=["f1"])
    assert run_suite(out, names=["hinge"], repeats=4, metrics=["f1"])[0] == []
    assert tree(out / "hinge") == tree(tmp_path / "new" / "hinge")


def test_a_missing_picture_is_drawn_without_training(run_suite: RunSuite, out: Path) -> None:
    before = tree(out)
    (out / "hinge" / "dataset.png").unlink()
    assert run_suite(out, repeats=4)[0] == []
    assert tree(out) == before


def test_a_failure_is_no_result(cases: Cases, tmp_path: Path) -> None:
    class Failing(TrainsHere):
        def train(self, works: Sequence[Work]) -> Iterator[Event]:
            for number, event in super().train(works):
                if isinstance(event, Training) and event.seed == 1:
                    yield number, ValueError("no more")
                    return
                yield number, event

    for process, trained in ((Failing(), [0, 1]), (TrainsHere(), [0, 1, 2])):
        plans = list(make_plans(cases(["hinge"], repeats=3), [tmp_path / "hinge"]))
        (outcome,) = run_plans(plans, process, lambda *_: None)
        assert isinstance(outcome, Failure) == isinstance(process, Failing)
        assert process.trained == [("hinge", seed) for seed in trained]
        assert (tmp_path / "hinge").exists() != isinstance(process, Failing)


def test_a_process_that_dies_late_of_writing_ends_no_other_experiment(
    cases: Cases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(TrainsHere):
        def call(self, _function: Callable[..., Any], *_given: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_running_or_notify_cancel()
            error = TrainingProcessDied("killed")
            threading.Timer(0.2, future.set_exception, [error]).start()
            return future

    monkeypatch.setattr(run, "PATIENCE", 0)
    plans = list(make_plans(cases(["hinge"], repeats=1), [tmp_path / "hinge"]))
    (outcome,) = run_plans(plans, Dying(), lambda *_: None)
    assert isinstance(outcome, Failure)
    assert str(outcome) == "killed"


def test_a_result_brings_its_summaries_from_where_it_was_finished(
    cases: Cases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = list(make_plans(cases(["hinge"], repeats=2), [tmp_path / "hinge"]))
    (result,) = run_plans(plans, TrainsHere(), lambda *_: None)
    assert isinstance(result, Result)
    monkeypatch.setattr("lossbench.results.result.summarize", lambda _: pytest.fail("made again"))
    for name in ("loss", *result.experiment.metrics):
        assert result.summary("train", name)
        assert result.summary("test", name)


def test_what_a_sweep_varies_is_not_sent_with_each_of_its_points(
    cases: Cases, tmp_path: Path
) -> None:
    """A sweep of n points would send n times n values."""
    axis = Axis(("optimizer", "learning_rate"), tuple(range(10_000)))
    (plan,) = make_plans(cases(["hinge"], repeats=2), [tmp_path / "hinge"])
    sent = []

    class Sending(TrainsHere):
        def train(self, works: Sequence[Work]) -> Iterator[Event]:
            sent.append(len(pickle.dumps(works[0].finish)))
            return super().train(works)

    for axes in ((), (axis,)):
        of_sweep = replace(plan, case=replace(plan.case, axes=axes), forced=True)
        assert [*run_plans([of_sweep], Sending(), lambda *_: None)]
    assert sent[0] == sent[1]


def test_what_cannot_be_written_is_not_trained(cases: Cases, out: Path) -> None:
    (out / "hinge" / "metrics.json").unlink()  # so that it is some other folder
    before = tree(out)
    process = TrainsHere()
    plans = list(make_plans(cases(repeats=4), [out / "hinge", out / "mse"]))
    first, second = run_plans(plans, process, lambda *_: None)
    assert isinstance(first, Failure)
    assert str(first).startswith(f"{out / 'hinge'} is in the way: it holds no metrics.json")
    assert isinstance(second, Result)
    assert process.trained == []
    assert tree(out) == before


@pytest.mark.parametrize("most", [0, 2**24])
def test_large_data_are_not_sent_to_write_a_result(
    cases: Cases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    class Looking(TrainsHere):
        def train(self, works: Sequence[Work]) -> Iterator[Event]:
            (work,) = works
            assert (work.finish is None) == (most == 0)
            return super().train(works)

    monkeypatch.setattr("lossbench.suite.run.MOST_SENT", most)
    plans = list(make_plans(cases(["hinge"], repeats=1), [tmp_path / "hinge"]))
    (outcome,) = run_plans(plans, Looking(), lambda *_: None)
    assert isinstance(outcome, Result)


@pytest.mark.parametrize("most", [0, 2**24])
def test_a_result_is_written_while_an_earlier_experiment_trains(
    most: int, cases: Cases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(TrainsHere):
        def train(self, works: Sequence[Work]) -> Iterator[Event]:
            for number in (1, 0):
                for _, event in super().train([works[number]]):
                    yield number, event
                assert (tmp_path / "mse" / "metrics.json").exists()

    monkeypatch.setattr("lossbench.suite.run.MOST_SENT", most)
    plans = list(make_plans(cases(repeats=1), [tmp_path / "hinge", tmp_path / "mse"]))
    assert all(isinstance(it, Result) for it in run_plans(plans, Later(), lambda *_: None))


def test_a_folder_that_vanishes_is_made_again(cases: Cases, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plans = list(make_plans(cases(["hinge"], repeats=1), [out / "hinge"]))
    (outcome,) = run_plans(plans, TrainsHere(), lambda *_: shutil.rmtree(out))
    assert isinstance(outcome, Result)
    read_result(out / "hinge")


def test_a_link_among_files_for_other_programs_is_not_copied(
    run_suite: RunSuite, out: Path
) -> None:
    (out.parent / "thesis.tex").write_text("years of work")
    (out / "hinge" / "model.keras").symlink_to(out.parent / "thesis.tex")
    (out / "hinge" / "learning_curves.png").unlink()  # so that it is written anew
    run_suite(out, names=["hinge"], repeats=4)
    assert not (out / "hinge" / "model.keras").exists()
    assert (out.parent / "thesis.tex").read_text() == "years of work"


def test_what_another_run_stored_meanwhile_is_kept(
    cases: Cases, run_suite: RunSuite, out: Path
) -> None:
    """This run, a quick look, was planned before the other one and ends after it."""
    slow = out.parent / "slow"
    (few,) = cases(["hinge"], repeats=1)
    (short,) = cases(["hinge"], epochs=2)
    plans = [
        *make_plans([few], [slow / "hinge"]),
        *make_plans([replace(short, options=frozenset({"epochs"}))], [slow / "hinge"]),
    ]
    gone = replace(plans[0], state=(0, 0))  # a result was there and is no more
    (outcome,) = run_plans([gone], TrainsHere(), lambda *_: None)
    assert isinstance(outcome, Result)
    assert (slow / "hinge").is_dir()
    run_suite(slow, names=["hinge"], repeats=4)
    before = tree(slow)
    for plan, said in zip(plans, ("Result(", "holds 4 seeds of 5 epochs, which"), strict=True):
        (outcome,) = run_plans([plan], TrainsHere(), lambda *_: None)
        assert said in str(outcome)
        assert tree(slow) == before
