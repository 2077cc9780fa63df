"""What a picture shows, in words, for those who do not see it."""

from collections.abc import Sequence

from lossbench.evidence.comparison import Group, figure
from lossbench.pictures.of_result import readable
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import shown_band


def of_curves(group: Group, shown: Sequence[Result]) -> str:
    """The ends of the lines of ``comparison_plots.curves``."""
    epochs = max(result.epochs for result in shown)
    ends = "; ".join(
        f"{it.experiment.name} {_end(it, 'train', group.metric)}, {_end(it, 'test', group.metric)}"
        for it in shown
    )
    what = f"Curves of the {readable(group.metric).lower()} over {epochs} epochs on {group.data}"
    return f"{what}, medians of the seeds. In the last epoch, train and test: {ends}."


def of_boundaries(group: Group, shown: Sequence[Result]) -> str:
    """What ``comparison_plots.boundaries`` shows, and how good the bold lines are."""
    accuracies = "; ".join(
        f"{it.experiment.name} {figure(it.summary('test', 'accuracy').median)}" for it in shown
    )
    what = f"Decision boundaries of {len(shown)} experiments over the test rows of {group.data}"
    return f"{what}. Median test accuracy: {accuracies}."


def of_learning_curves(result: Result) -> str:
    """Where the lines of ``plots.learning_curves`` begin and end."""
    experiment = result.experiment
    courses = "; ".join(
        f"{part} {readable(name).lower()} from {_end(result, part, name, 0)} "
        f"to {_end(result, part, name)}"
        for name in dict.fromkeys(("loss", experiment.tracked[0]))
        for part in PARTS
    )
    seeds = len(result.trainings)
    of = f"the median of {seeds} seeds" if seeds > 1 else "one seed"
    what = f"Learning curves of {experiment.name} over {result.epochs} epochs, {of}"
    return f"{what}: {courses}."


def _end(result: Result, part: Part, name: str, epoch: int = -1) -> str:
    return figure(float(shown_band(result.histories(part, name))[1][epoch]))
