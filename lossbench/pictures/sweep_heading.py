"""The heading of a sweep's picture, and how wide its texts are."""

from matplotlib.figure import Figure

from lossbench.config.grid import text
from lossbench.evidence.sweep import Point, Sweep
from lossbench.pictures.style import Style, cut, readable, write_heading
from lossbench.text import figure

CHARACTER, BOLD = 0.062, 0.082  # inches that a letter of a label and of a title is wide
LONGEST = 32  # characters of a name on an axis


def write_sweep_heading(picture: Figure, sweep: Sweep, subtitle: str, style: Style) -> None:
    """Write which metric is shown over which keys, and the subtitle below."""
    width = picture.get_figwidth()
    labels = " and ".join(axis.label for axis in sweep.axes)
    title = f"{sweep.base}: {readable(sweep.metric).lower()} over {labels}"
    disturbed = any(it.result.experiment.dataset.disturb for it in sweep.points)
    subtitle += "; test rows are not disturbed" if disturbed else ""
    title = cut(title, int(width / BOLD)) if style.headed else title
    write_heading(picture, title, [subtitle], style)


def best_point(sweep: Sweep) -> Point | None:
    """The best point; None where all seeds diverged, or where all that varies is given.

    Which data they are, and how they are disturbed, is not for a reader to pick.
    """
    return None if sweep.given == sweep.axes else sweep.best


def name_of_best(sweep: Sweep, point: Point) -> str:
    """What to write of the best point: "best test median: 0.846 at 0.01"."""
    values = ", ".join(map(text, point.values))
    return f"best test median: {figure(sweep.summary(point, 'test').median)} at {values}"


def seeds(sweep: Sweep) -> str:
    """How many seeds each point has: "30 seeds"."""
    counts = {len(point.result.trainings) for point in sweep.points}
    few, many = min(counts), max(counts)
    if few == many:
        return f"{many} seed{'s' if many > 1 else ''}"
    return f"{few} to {many} seeds"
