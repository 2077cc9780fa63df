"""Progress on standard error: bars on a terminal, else lines without control characters."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
from rich.table import Column
from rich.text import Text

from lossbench.cli.terminal import can_draw, err, is_screen, print_plain
from lossbench.cli.time_left import TimeLeft
from lossbench.config.experiment import Experiment
from lossbench.execution.duration import seconds_per_seed
from lossbench.execution.work import Stage
from lossbench.suite.plan import Plan
from lossbench.suite.stored_text import of_unused, of_used

MOST_BARS = 16
BAR_WIDTH = 20  # eighty columns hold it beside the longest name of the nine
LEAST_WITH_BARS = 60  # columns; a narrower terminal gets names and numbers


class ProgressBars:
    """A bar for each experiment on a terminal, else a line for each; nothing when quiet.

    Of several experiments there is one for all of them, too, with the time that is left. If there
    are too many for a terminal, only those have a bar that are being trained.
    """

    def __init__(self, experiments: Sequence[Experiment], quiet: bool) -> None:
        self._quiet = quiet
        self._drawn = can_draw(err) and not quiet
        self._bars = Progress(*_columns(err.width), auto_refresh=False)
        self._many = len(experiments) > MOST_BARS
        self._live: Live | None = None  # where bars are drawn
        self._stage = ""
        self._time = TimeLeft()
        self._seconds: dict[str, float] = {}  # that a training takes, by an estimate
        self._all = self._bars.add_task(
            f"{len(experiments)} experiments",
            total=sum(len(it.trainings) for it in experiments),
            visible=len(experiments) > 1,
            left="",
        )
        self._tasks = {
            it.name: self._bars.add_task(
                it.name, total=len(it.trainings), visible=not self._many, left=""
            )
            for it in experiments
        }
        self._timed = self._all if len(experiments) > 1 else self._tasks[experiments[0].name]

    def __enter__(self) -> "ProgressBars":
        self._show()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def _show(self) -> None:
        if not self._drawn:
            return
        # Always a new one: a Live that is started again overwrites what was printed meanwhile.
        self._live = Live(
            get_renderable=self._picture,
            console=err,
            transient=True,
            redirect_stdout=False,  # it may be a file while standard error is a terminal
        )
        self._live.start()

    def _picture(self) -> Group:
        self._bars.update(self._timed, left=str(self._time))
        stage = [Text(self._stage, style="dim")] if self._stage else []
        return Group(*stage, self._bars.get_renderable())

    def plan(self, plans: Iterable[Plan]) -> None:
        """Show how many seeds of each experiment are stored; say what of them is not used."""
        known = []
        for plan in plans:
            known.append(plan)
            self._note(plan)
        lines = [*of_unused(known), *(of_used(known) if self._drawn else ())]
        for line in () if self._quiet else lines:
            err.print(line)

    def _note(self, plan: Plan) -> None:
        """An experiment may have more seeds than were asked for, if more are stored."""
        experiment = plan.case.experiment
        task = self._tasks[experiment.name]
        more = len(experiment.trainings) - (self._bars.tasks[task].total or 0)
        for bar in (task, self._all):
            self._bars.update(bar, total=(self._bars.tasks[bar].total or 0) + more)
        self._bars.update(task, completed=plan.stored)
        self._bars.advance(self._all, plan.stored)
        seconds = seconds_per_seed(experiment, plan.case.split)
        self._seconds[experiment.name] = seconds
        self._time.expect(seconds * (len(experiment.trainings) - plan.stored))
        if plan.error:
            self.drop(experiment)
        elif plan.stored and not self._drawn and not self._quiet:
            words = [f"{plan.stored} of {_trainings(experiment)} stored", plan.remark]
            err.print(f"{experiment.name}: {', '.join(filter(None, words))}")

    def drop(self, experiment: Experiment) -> None:
        """Leave out an experiment that gives no result."""
        task = self._bars.tasks[self._tasks[experiment.name]]
        never = (task.total or 0) - task.completed
        self._bars.update(self._all, total=(self._bars.tasks[self._all].total or 0) - never)
        self._bars.update(task.id, total=task.completed, visible=False)
        self._time.expect(-self._seconds[experiment.name] * never)

    def advance(self, experiment: Experiment, now: int | Stage) -> None:
        """Show how many seeds of an experiment are done, or what is done for it now."""
        if isinstance(now, Stage):
            self._enter(experiment, now)
            return
        visible = not self._many or now < len(experiment.trainings)
        task = self._bars.tasks[self._tasks[experiment.name]]
        new = now - task.completed  # several, where they were done before one of them was told
        self._bars.update(task.id, completed=now, visible=visible)
        self._bars.advance(self._all, new)
        self._time.do(new * self._seconds[experiment.name])
        if now == len(experiment.trainings):
            self._stage = f"writing {experiment.name}"
            if not self._drawn and not self._quiet:
                print_plain(err, f"{experiment.name}: {now} of {_trainings(experiment)} done")

    def _enter(self, experiment: Experiment, stage: Stage) -> None:
        about = "" if stage == Stage.IMPORTING else f" {experiment.name}"
        self._stage = f"{stage.value}{about}"
        if stage == Stage.TRAINING:
            self._time.begin()
        elif is_screen(err) and not self._drawn and not self._quiet:
            err.print(self._stage)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take the bars away while something else is printed."""
        if self._live:
            self._live.stop()
        try:
            yield
        finally:
            self._show()


def _columns(width: int) -> list[ProgressColumn]:
    """The columns of a bar; a name that is too long for a narrow terminal takes several lines."""
    name = TextColumn(
        "{task.description}", markup=False, table_column=Column(overflow="fold", no_wrap=False)
    )
    bar = [BarColumn(BAR_WIDTH)] if width >= LEAST_WITH_BARS else []
    return [name, *bar, MofNCompleteColumn(), TextColumn("{task.fields[left]}", markup=False)]


def _trainings(experiment: Experiment) -> str:
    """What is counted: "30 seeds", or of several splits "40 trainings"."""
    if experiment.splits > 1:
        return f"{experiment.splits * experiment.repeats} trainings"
    return f"{experiment.repeats} seeds"
