"""Where networks decide for another class, over the test rows of a data set of two features."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lossbench.config.tuned import with_point
from lossbench.data import generators
from lossbench.data.array_files import is_array_file
from lossbench.data.arrays import Array, DatasetError, Split
from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import Comparison
from lossbench.pictures.style import (
    LETTER,
    LINE,
    STYLE,
    WIDTH,
    axis_labels,
    literal,
    shortened,
    top_below_heading,
    which_of_many,
    write_heading,
)
from lossbench.results.result import Result
from lossbench.tables.problems import CLASSIFICATION
from lossbench.training.predict import decisions_in_chunks, work

GRID = 100  # points along an axis on which boundaries are looked for
COLUMNS, MOST_PANELS = 2, 12
OTHERS = 29  # thin lines in a panel, each of another seed
DOTS = 500  # in a panel
MOST_CLASSES = 100
# Larger data are not made or read again for a picture: so many values, or bytes of a file.
MOST_VALUES, MOST_BYTES = 2_000_000, 2**24
# Multiplications for one point of the grid: of one network, and of a panel's thin lines together.
MOST_WORK, WORK_OF_OTHERS = 500_000, 600_000
LONGEST = 31  # characters of a panel's title
LONGEST_TITLE = 36  # characters of the data's name in a title


def has_boundaries(comparison: Comparison, allow_code: bool = False) -> bool:
    """Whether some of the networks tell classes apart by two features."""
    of_classes = comparison.problem in CLASSIFICATION
    return of_classes and bool(shown_in_boundaries(comparison, allow_code))


def needing_code(comparison: Comparison) -> list[str]:
    """The names of experiments whose boundaries only their own code can compute."""
    if comparison.problem not in CLASSIFICATION:
        return []
    names = [it.experiment.name for it in comparison.results if it.experiment.runs_code]
    return names if any(map(_has_two_inputs, comparison.results)) else []


def data_of(comparison: Comparison, files: DataFiles) -> Split | None:
    """The data of a comparison in the first split; None where they are large or not to be had.

    Another version of scikit-learn, for example, may generate other data.
    """
    experiment = comparison.results[0].experiment
    dataset = experiment.dataset
    try:
        if dataset.function is not None:
            large = False
        elif dataset.file is None:
            large = generators.most_values(dataset.parameters)[0] > MOST_VALUES
        else:
            path = Path(dataset.file)
            large = path.stat().st_size > MOST_BYTES
            large = large or (not is_array_file(path) and files.most_values(path) > MOST_VALUES)
        split = None if large else experiment.load(files)[0]
    except (DatasetError, OSError):
        return None
    return split if split and split.sha256 == comparison.data_sha256 else None


def shown_in_boundaries(comparison: Comparison, allow_code: bool = False) -> tuple[Result, ...]:
    """The experiments that ``boundaries`` draws: of many the best ones, with two features.

    Networks that would take long to compute for every point of a panel are left out, and without
    ``allow_code`` those that come from code.
    """
    return tuple(
        it
        for it in comparison.best(MOST_PANELS)
        if _has_two_inputs(it)
        and work(it.trainings[0].weights) <= MOST_WORK
        and (allow_code or not it.experiment.runs_code)
    )


@rc_context(STYLE)
def boundaries(comparison: Comparison, split: Split, allow_code: bool = False) -> Figure | None:
    """Draw where each experiment's networks decide for another class, over the test rows.

    The bold line is of the seed with the median test accuracy, or the first that is nearest to it.
    The thin lines are of other seeds, at most OTHERS, and fewer of large networks. A seed that
    diverged has no line. Of more than MOST_PANELS experiments, the best are drawn, and of many
    test rows, DOTS. None where the data do not have two features, or not 1 to MOST_CLASSES classes.
    """
    drawn = shown_in_boundaries(comparison, allow_code)
    shown = [it for it in drawn if _has_units_for(split, it)]
    if split.row_shape != (2,) or not 0 < len(split.classes) <= MOST_CLASSES or not shown:
        return None
    down = -(-len(shown) // COLUMNS)
    entries = _legend(split)
    columns = _columns([str(it.get_label()) for it in entries])
    legend = LINE * -(-len(entries) // columns)
    rows = len(split.y_test)
    lines = [
        "Bold: the seed with the median test accuracy; thin: others",
        "Dots: test rows" if rows <= DOTS else f"Dots: {DOTS} of {rows} test rows",
        *which_of_many(len(comparison.results), MOST_PANELS),
    ]
    height = 1.05 + legend + LINE * len(lines) + 2.1 * down
    picture = Figure(figsize=(WIDTH, height))
    title = f"Decision boundaries on {literal(comparison.data, LONGEST_TITLE)}"
    write_heading(picture, title, lines)
    top = top_below_heading(picture, lines)
    picture.subplots_adjust(0.1, (0.6 + legend) / height, 0.985, top, wspace=0.06, hspace=0.22)
    panels = picture.subplots(down, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    grid = _grid(np.concatenate([split.x_train, split.x_test]))
    for panel, result in zip(panels, shown, strict=False):
        _draw_panel(panel, result, split, grid)
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
        panels[len(shown) - COLUMNS].xaxis.set_tick_params(labelbottom=True)
    first, second = axis_labels(split)
    picture.supxlabel(first, y=(0.12 + legend) / height, size=8)
    picture.supylabel(second, x=0.008, size=8)
    picture.legend(handles=entries, loc="lower center", ncols=columns)
    return picture


def _draw_panel(panel: Axes, result: Result, split: Split, grid: tuple[Array, Array]) -> None:
    """Draw one experiment: dots, and boundaries over them."""
    _scatter(panel, split)
    _draw_boundaries(panel, result, grid)
    panel.set_title(shortened(result.experiment.name, LONGEST), loc="left", size=7)
    panel.set(xlim=grid[0][[0, -1]], ylim=grid[1][[0, -1]])
    panel.set_aspect("equal" if _of_one_scale(grid) else "auto", adjustable="box")
    panel.grid(False)


def _scatter(panel: Axes, split: Split) -> None:
    chosen = np.linspace(0, len(split.y_test) - 1, min(DOTS, len(split.y_test))).astype(int)
    points, labels = split.x_test[chosen], split.y_test[chosen]
    for number in range(len(split.classes)):
        x, y = points[labels == number].T
        panel.plot(x, y, "o", color=f"C{number}", markersize=2, alpha=0.45, mew=0, zorder=1)


def _draw_boundaries(panel: Axes, result: Result, grid: tuple[Array, Array]) -> None:
    points = np.stack(np.meshgrid(*grid), axis=-1).astype(np.float32)
    # The dots are of the first split, so the networks are, too.
    accuracy = result.by_split("test", "accuracy")[0]
    finished = np.flatnonzero(np.isfinite(accuracy))
    if not finished.size:
        panel.text(0.5, 0.5, "all diverged", transform=panel.transAxes, ha="center")
        return
    distance = np.abs(accuracy[finished] - np.median(accuracy[finished]))
    median = finished[np.argmin(distance)]
    thin: list[Array] = []
    bold: list[Array] = []
    most = min(OTHERS, WORK_OF_OTHERS // work(result.trainings[0].weights))
    others = [number for number in finished if number != median][:most]
    for number in (median, *others):
        training = result.trainings[number]
        experiment = with_point(result.experiment, training.tuned)
        margins = decisions_in_chunks(experiment, training.weights, points)
        for margin in np.moveaxis(margins, -1, 0):
            lines: Any = contour_generator(*grid, margin).lines(0.0)
            (bold if number == median else thin).extend(lines)
    panel.add_collection(LineCollection(thin, colors="0.25", linewidths=0.5, alpha=0.35, zorder=2))
    panel.add_collection(LineCollection(bold, colors="black", linewidths=1.8, zorder=3))


def _grid(points: Array) -> tuple[Array, Array]:
    """Where on both axes boundaries are looked for: as far as the data reach, and 5 % more."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.05 * (high - low)
    x, y = np.linspace(low - margin, high + margin, GRID).T
    return x, y


def _of_one_scale(grid: tuple[Array, Array]) -> bool:
    """Whether both axes can have one scale, on which a circle is a circle."""
    wide, high = (np.ptp(axis) for axis in grid)
    return bool(wide < 3 * high and high < 3 * wide)


def _has_two_inputs(result: Result) -> bool:
    """Whether its network takes two numbers, as far as its first weight tells."""
    return len(result.trainings[0].weights[0]) == 2


def _has_units_for(split: Split, result: Result) -> bool:
    units = result.experiment.loss.row.units(split.target_shape)
    return len(result.trainings[0].weights[-1]) == units


def _columns(labels: Sequence[str]) -> int:
    """How many columns of a legend the picture is wide enough for."""
    letters = int(WIDTH / LETTER)
    widths = [len(label) + 8 for label in labels]  # with the symbol and the space between
    return len(labels) if sum(widths) <= letters else max(1, letters // max(widths))


def _legend(split: Split) -> list[Line2D]:
    dots: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 4}
    return [
        *(
            Line2D([], [], color=f"C{number}", label=f"class {literal(name)}", **dots)
            for number, name in enumerate(split.classes)
        ),
        Line2D([], [], color="black", linewidth=1.8, label="median seed"),
        Line2D([], [], color="0.25", linewidth=0.5, alpha=0.6, label="other seeds"),
    ]
