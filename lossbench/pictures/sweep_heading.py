"""The heading of a sweep's picture, and how wide its texts are."""

from matplotlib.figure import Figure

from lossbench.evidence.sweep import Sweep
from lossbench.pictures.style import cut, readable, write_heading

CHARACTER, BOLD = 0.062, 0.082  # inches that a letter of a label and of a title is wide
LONGEST = 32  # characters of a name on an axis


def write_sweep_heading(picture: Figure, sweep: Sweep, subtitle: str) -> None:
    """Write which metric is shown over which keys, and the subtitle below."""
    width = picture.get_figwidth()
    labels = " and ".join(axis.label for axis in sweep.axes)
    title = f"{sweep.base}: {readable(sweep.metric).lower()} over {labels}"
    disturbed = any(it.result.experiment.dataset.disturb for it in sweep.points)
    subtitle += "; test rows are not disturbed" if disturbed else ""
    write_heading(picture, cut(title, int(width / BOLD)), [subtitle], left=0.09 / width)


def seeds(sweep: Sweep) -> str:
    """How many seeds each point has: "30 seeds"."""
    counts = {len(point.result.trainings) for point in sweep.points}
    few, many = min(counts), max(counts)
    if few == many:
        return f"{many} seed{'s' if many > 1 else ''}"
    return f"{few} to {many} seeds"
