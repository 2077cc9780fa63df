"""What a picture shows, in words, for those who do not see it."""

from collections.abc import Sequence

from lossbench.config.grid import text
from lossbench.evidence.comparison import Comparison
from lossbench.evidence.pair import Standing
from lossbench.evidence.sweep import Sweep
from lossbench.pictures.style import readable
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import shown_band
from lossbench.text import figure


def of_curves(comparison: Comparison, shown: Sequence[Result]) -> str:
    """Where the lines of ``of_comparison.curves`` end."""
    epochs = max(result.epochs for result in shown)
    metric = comparison.metric
    ends = "; ".join(
        f"{it.experiment.name} {', '.join(_value(it, part, metric) for part in PARTS)}"
        for it in shown
    )
    what = f"Curves of the {readable(metric).lower()} over {epochs} epochs on {comparison.data}"
    return f"{what}, medians of the seeds. In the last epoch, train and test: {ends}."


def of_standings(comparison: Comparison, shown: Sequence[Standing]) -> str:
    """The figures of ``of_standings.standings``."""
    figures = "; ".join(f"{it.label} {it.summary}" for it in shown)
    what = f"Test {readable(comparison.metric).lower()} on {comparison.data}"
    constant = comparison.constant.get("test")
    beside = "" if constant is None else f" A constant reaches {figure(constant)}."
    return f"{what}, median and 95 % interval of the seeds: {figures}.{beside}"


def of_panel(comparison: Comparison, result: Result) -> str:
    """Where the lines of a panel of ``small_multiples`` begin and end."""
    metric = comparison.metric
    courses = "; ".join(
        f"{part} from {_value(result, part, metric, 0)} to {_value(result, part, metric)}"
        for part in PARTS
    )
    what = f"Curves of the {readable(metric).lower()} of {result.experiment.name}"
    return f"{what} over {result.epochs} epochs: {courses}."


def of_sweep(sweep: Sweep) -> str:
    """The test medians of the points of a sweep."""
    medians = "; ".join(
        f"{', '.join(map(text, it.values))} {sweep.summary(it, 'test')}" for it in sweep.points
    )
    keys = " and ".join(axis.dotted for axis in sweep.axes)
    return f"{readable(sweep.metric)} over {keys}. Test part: {medians}."


def of_boundaries(comparison: Comparison, shown: Sequence[Result]) -> str:
    """What ``decision_boundaries.boundaries`` shows, and how good these networks are."""
    accuracies = "; ".join(
        f"{it.experiment.name} {figure(it.summary('test', 'accuracy').median)}" for it in shown
    )
    what = f"Decision boundaries of {len(shown)} experiments over the test rows of"
    return f"{what} {comparison.data}. Median test accuracy: {accuracies}."


def of_learning_curves(result: Result) -> str:
    """Where the lines of ``of_result.learning_curves`` begin and end."""
    experiment = result.experiment
    courses = "; ".join(
        f"{part} {readable(name).lower()} from {_value(result, part, name, 0)} "
        f"to {_value(result, part, name)}"
        for name in dict.fromkeys(("loss", experiment.tracked[0]))
        for part in PARTS
    )
    seeds = len(result.trainings)
    of = f"the median of {seeds} seeds" if seeds > 1 else "one seed"
    what = f"Learning curves of {experiment.name} over {result.epochs} epochs, {of}"
    return f"{what}: {courses}."


def _value(result: Result, part: Part, name: str, epoch: int = -1) -> str:
    """The median over the seeds after an epoch."""
    return figure(float(shown_band(result.histories(part, name))[1][epoch]))
