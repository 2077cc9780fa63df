"""Progress on standard error: bars on a terminal, else lines without control characters."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lossbench.cli.terminal import err
from lossbench.config.experiment import Experiment

MOST_BARS = 16


class ProgressBars:
    """A bar for each experiment on a terminal, else a line for each; nothing when quiet.

    If there are too many for a terminal, there is one bar for all experiments, and one for each
    that is being trained.
    """

    def __init__(self, experiments: Sequence[Experiment], quiet: bool) -> None:
        self._quiet = quiet
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
        )
        self._bars = Progress(*columns, TimeRemainingColumn(compact=True), auto_refresh=False)
        self._many = len(experiments) > MOST_BARS
        self._all = self._bars.add_task(
            f"{len(experiments)} experiments",
            total=sum(len(it.trainings) for it in experiments),
            visible=self._many,
        )
        self._tasks = {
            it.name: self._bars.add_task(it.name, total=len(it.trainings), visible=not self._many)
            for it in experiments
        }

    def __enter__(self) -> "ProgressBars":
        self._show()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def _show(self) -> None:
        # Always a new one: a Live that is started again overwrites what was printed meanwhile.
        self._live = Live(
            get_renderable=self._bars.get_renderable,
            console=err,
            transient=True,
            redirect_stdout=False,  # it may be a file while standard error is a terminal
        )
        if err.is_terminal and not self._quiet:
            self._live.start()

    def note(self, experiment: Experiment, stored: int, remark: str) -> None:
        """Show how many seeds of an experiment are stored, and a remark.

        It may have more seeds than were asked for, if more are stored.
        """
        task = self._tasks[experiment.name]
        more = len(experiment.trainings) - (self._bars.tasks[task].total or 0)
        for bar in (task, self._all):
            self._bars.update(bar, total=(self._bars.tasks[bar].total or 0) + more)
        self._bars.update(task, completed=stored)
        self._bars.advance(self._all, stored)
        words = [f"{stored} of {_trainings(experiment)} stored"] if stored else []
        words += [remark] if remark else []
        if words and not self._quiet:
            err.print(f"{experiment.name}: {', '.join(words)}")

    def advance(self, experiment: Experiment, done: int) -> None:
        """Show how many seeds of an experiment are done."""
        visible = not self._many or done < len(experiment.trainings)
        self._bars.update(self._tasks[experiment.name], completed=done, visible=visible)
        self._bars.advance(self._all)
        if not err.is_terminal and not self._quiet and done == len(experiment.trainings):
            err.print(f"{experiment.name}: {done} of {_trainings(experiment)} done")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take the bars away while something else is printed."""
        self._live.stop()
        try:
            yield
        finally:
            self._show()


def _trainings(experiment: Experiment) -> str:
    """What is counted: "30 seeds", or of several splits "40 trainings"."""
    if experiment.splits > 1:
        return f"{experiment.splits * experiment.repeats} trainings"
    return f"{experiment.repeats} seeds"
