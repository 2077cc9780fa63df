"""The progress of experiments."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pseudo_terminal import Screen
from rich.console import Console

from lossbench.cli import progress
from lossbench.cli.progress import MOST_BARS, ProgressBars
from lossbench.config.experiment import Experiment
from lossbench.config.load import Case
from lossbench.execution.work import Stage
from lossbench.suite.plan import Plan

Show = Callable[..., Screen]
MORE = "more than the 4 asked for; all are kept"


def plan_of(experiment: Experiment, stored: int = 0, **changes: Any) -> Plan:
    case = Case(Path("it.yaml"), experiment, experiment.load())
    return Plan(case, Path(experiment.name), experiment.trainings[stored:], **changes)


@pytest.fixture
def named(experiment_of: Callable[..., Experiment]) -> Callable[[str], Experiment]:
    """An experiment of four seeds."""
    return lambda name: experiment_of("binary classification", "hinge", name=name, repeats=4)


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Lets standard error be a terminal, and gives what is written there."""

    def make(width: int = 80, **environment: str) -> Screen:
        file = Screen()
        settings = {"TERM": "xterm", **environment}
        console = Console(
            file=file, width=width, highlight=False, soft_wrap=True, _environ=settings
        )
        monkeypatch.setattr(progress, "err", console)
        return file

    return make


def test_the_bar_of_many_experiments_counts_what_is_stored(
    named: Callable[[str], Experiment],
) -> None:
    many = [named(f"it-{number}") for number in range(MOST_BARS + 1)]
    kept = many[1].model_copy(update={"repeats": 9})
    with ProgressBars(many, quiet=True) as bars:
        bars.plan([plan_of(many[0], 3), plan_of(kept, 9, remark=MORE)])
        bars.advance(many[0], 4)
        assert bars._bars.tasks[0].completed == 13
        assert bars._bars.tasks[0].total == 4 * len(many) + 5
        assert bars._bars.tasks[2].finished


def test_an_experiment_without_a_result_does_not_count(
    named: Callable[[str], Experiment],
) -> None:
    good, bad, refused = (named(it) for it in ("good", "bad", "refused"))
    with ProgressBars([good, bad, refused], quiet=True) as bars:
        plans = [plan_of(good), plan_of(bad), plan_of(refused, error=FileExistsError("no"))]
        bars.plan(plans)
        assert bars._bars.tasks[0].total == 8
        bars.advance(bad, 1)
        bars.drop(bad)
        bars.drop(refused)
        for done in (1, 4):  # of a process that trains several before it tells
            bars.advance(good, done)
        assert bars._bars.tasks[0].finished
        assert bars._time._expected == pytest.approx(bars._time._done)


def test_a_terminal_gets_bars_stages_and_the_time_that_is_left(
    named: Callable[[str], Experiment], show: Show
) -> None:
    file, hinge = show(), named("hinge")
    with ProgressBars([hinge, named("other")], quiet=False) as bars:
        bars.plan([plan_of(hinge, 2)])
        seen = []
        for now in (Stage.IMPORTING, Stage.COMPILING, Stage.TRAINING, 3, 4):
            bars.advance(hinge, now)
            bars._live.refresh()
            seen.append(file.getvalue().rpartition("\x1b[2K")[2])
            file.truncate(0)
        with bars.away():
            file.write("a result\n")
    for text, words in zip(
        seen,
        ("importing TensorFlow", "compiling hinge", "training hinge", "3/4", "writing hinge"),
        strict=True,
    ):
        assert words in text
        assert "2 experiments" in text
    assert "0:00:0" in seen[-1]
    assert "left" in seen[-1]
    assert "left" not in seen[1]
    assert "seeds done" not in "".join(seen)


def test_a_narrow_terminal_gets_whole_names(named: Callable[[str], Experiment], show: Show) -> None:
    file, name = show(width=30), "sparse_categorical_crossentropy"
    with ProgressBars([named(name)], quiet=False) as bars:
        bars._live.refresh()
        cells = [line.split(" ")[0] for line in file.getvalue().splitlines()]
    assert name in "".join(cells)
    assert "\N{HORIZONTAL ELLIPSIS}" not in file.getvalue()


def test_a_dumb_terminal_gets_lines_without_escape_codes(
    named: Callable[[str], Experiment], show: Show
) -> None:
    file, hinge = show(TERM="dumb"), named("hinge")
    with ProgressBars([hinge], quiet=False) as bars:
        bars.plan([plan_of(hinge, 2)])
        for now in (Stage.IMPORTING, Stage.COMPILING, Stage.TRAINING, 3, 4):
            bars.advance(hinge, now)
    assert file.getvalue() == (
        "hinge: 2 of 4 seeds stored\nimporting TensorFlow\ncompiling hinge\n"
        "hinge: 4 of 4 seeds done\n"
    )


def test_a_pipe_gets_lines_also_if_colour_is_forced(
    named: Callable[[str], Experiment], show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, hinge = show(FORCE_COLOR="1"), named("hinge")
    monkeypatch.setattr(file, "isatty", lambda: False)
    with ProgressBars([hinge], quiet=False) as bars:
        bars.plan([plan_of(hinge, 4, remark=MORE)])
        bars.advance(hinge, Stage.IMPORTING)
    assert file.getvalue() == f"hinge: 4 of 4 seeds stored, {MORE}\n"


def test_why_results_are_not_used_is_said_once_and_how_many_are_stored(
    named: Callable[[str], Experiment], show: Show
) -> None:
    file, many = show(), [named(it) for it in "abcde"]
    with ProgressBars(many, quiet=False) as bars:
        changes = [{"unused": "of another config"}] * 3 + [{"unused": "--force"}, {}]
        plans = [plan_of(it, 4 * (not of), **of) for it, of in zip(many, changes, strict=True)]
        bars.plan(plans)
    said = [it.strip() for it in file.getvalue().splitlines() if "stored" in it]
    done = "not used, but trained anew and replaced"
    for line, words in zip(
        said,
        (
            f"3 stored results are {done}: of another config (a, b and 1 more)",
            f"d: the stored result is {done}: --force",
            "4 of 20 seeds are stored",
        ),
        strict=True,
    ):
        assert line.endswith(words)
