"""Where networks decide for another class, over the test rows of a data set of two features."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lossbench.data import generators
from lossbench.data.array_files import is_array_file
from lossbench.data.arrays import Array, DatasetError, Split
from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import Comparison
from lossbench.pictures.axes import limits_of_points
from lossbench.pictures.regions import draw_regions
from lossbench.pictures.short_names import short_names
from lossbench.pictures.style import (
    LINE,
    NORMAL,
    STYLE,
    Style,
    axis_labels,
    heading_height,
    legend_columns,
    literal,
    look_of_class,
    which_of_many,
    write_heading,
)
from lossbench.results.result import Result
from lossbench.tables.problems import CLASSIFICATION
from lossbench.text import figure
from lossbench.training.predict import work

GRID = 100  # points along an axis on which boundaries are looked for
MOST_COLUMNS, MOST_PANELS = 3, 12
DOTS = 250  # in a panel
MOST_CLASSES = 100
# Larger data are not made or read again for a picture: so many values, or bytes of a file.
MOST_VALUES, MOST_BYTES = 2_000_000, 2**24
MOST_WORK = 500_000  # multiplications of a network for one point of the grid
LONGEST_TITLE = 36  # characters of the data's name in a title
TICK = 0.4  # inches from one label of an axis to the next at least
BESIDE, BETWEEN = 0.58, 0.1  # inches, at the left of the panels and between them
HEIGHTS = {1: 2.9, 2: 1.95, 3: 1.4}  # inches of a panel at most, by the columns


def has_boundaries(comparison: Comparison, allow_code: bool = False) -> bool:
    """Whether some of the networks tell classes apart by two features."""
    of_classes = comparison.problem in CLASSIFICATION
    return of_classes and bool(shown_in_boundaries(comparison, allow_code))


def needing_code(comparison: Comparison) -> list[str]:
    """The names of experiments whose boundaries only their own code can compute."""
    if comparison.problem not in CLASSIFICATION:
        return []
    names = [it.experiment.name for it in comparison.results if it.experiment.runs_code]
    return names if any(map(has_two_inputs, comparison.results)) else []


def data_of(comparison: Comparison, files: DataFiles) -> Split | None:
    """The data of a comparison in the first split; None where they are large or not to be had.

    Another version of scikit-learn, for example, may generate other data.
    """
    return data_of_result(source_of(comparison), files)


def source_of(comparison: Comparison) -> Result:
    """The result whose config the data are loaded by: one that runs no code, if there is one."""
    plain = (it for it in comparison.results if not it.experiment.runs_code)
    return next(plain, comparison.results[0])


def data_of_result(result: Result, files: DataFiles) -> Split | None:
    """The data of a result, as ``data_of``."""
    experiment = result.experiment
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
    return split if split and split.sha256 == result.data_sha256 else None


def shown_in_boundaries(comparison: Comparison, allow_code: bool = False) -> tuple[Result, ...]:
    """The experiments that ``boundaries`` draws: of many the best ones, with two features.

    Networks that would take long to compute for every point of a panel are left out, and without
    ``allow_code`` those that come from code.
    """
    return tuple(it for it in comparison.best(MOST_PANELS) if can_be_drawn(it, allow_code))


def can_be_drawn(result: Result, allow_code: bool = False) -> bool:
    """Whether a network tells classes apart by two features, and is not too large for a picture."""
    return (
        result.experiment.loss.row.problem in CLASSIFICATION
        and has_two_inputs(result)
        and work(result.trainings[0].weights) <= MOST_WORK
        and (allow_code or not result.experiment.runs_code)
    )


def boundaries(
    comparison: Comparison, split: Split, allow_code: bool = False, style: Style = NORMAL
) -> Figure | None:
    """Draw where each experiment's networks decide for another class, over the test rows.

    Of more than MOST_PANELS experiments, the best are drawn; see ``boundaries_of``.
    """
    shown = shown_in_boundaries(comparison, allow_code)
    remarks = which_of_many(len(comparison.results), MOST_PANELS)
    return boundaries_of(shown, split, comparison.data, remarks, style)


@rc_context(STYLE)
def boundaries_of(
    results: Sequence[Result],
    split: Split,
    data: str,
    remarks: Sequence[str] = (),
    style: Style = NORMAL,
) -> Figure | None:
    """Draw where the networks of each result decide for another class, a panel each.

    The bold line and the colours of the regions are of the seed with the median test accuracy, or
    the first that is nearest to it. The thin lines are of other seeds, fewer of large networks. A
    seed that diverged has no line. Of many test rows, DOTS are drawn. Above each panel stands the
    median test accuracy of all seeds. None where the data do not have two features, or not 1 to
    MOST_CLASSES classes.
    """
    shown = [it for it in results if _has_units_for(split, it)]
    if split.row_shape != (2,) or not 0 < len(split.classes) <= MOST_CLASSES or not shown:
        return None
    across = columns_for(len(shown))
    down = -(-len(shown) // across)
    wide = (style.width - BESIDE - 0.08 - BETWEEN * (across - 1)) / across
    tall = min(wide, HEIGHTS[across])
    entries = _legend(split)
    columns = legend_columns([str(it.get_label()) for it in entries], style)
    below = 0.42 + 0.1 + LINE * -(-len(entries) // columns)
    lines = _remarks(len(split.y_test), remarks)
    names = 0.06 + 2 * style.line  # inches above a panel
    above = heading_height(len(lines), style) + names
    height = above + below + tall * down + (names + 0.06) * (down - 1)
    picture = Figure(figsize=(style.width, height))
    write_heading(picture, f"Decision boundaries on {literal(data, LONGEST_TITLE)}", lines, style)
    edges = (BESIDE / style.width, below / height, 1 - 0.08 / style.width, 1 - above / height)
    picture.subplots_adjust(*edges, wspace=BETWEEN / wide, hspace=(names + 0.06) / tall)
    panels = picture.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
    grid = _grid(np.concatenate([split.x_train, split.x_test]), wide / tall)
    titles = _titles(shown, int(0.94 * wide / style.letter))
    for panel, result, title in zip(panels, shown, titles, strict=False):
        _draw_panel(panel, result, split, grid)
        panel.locator_params(axis="x", nbins=int(wide / TICK))
        panel.locator_params(axis="y", nbins=min(5, int(tall / TICK) + 1))
        panel.set_title(title, loc="left", size=style.small, pad=3)
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
        panels[len(shown) - across].xaxis.set_tick_params(labelbottom=True)
    first, second = axis_labels(split)
    picture.supxlabel(first, y=(below - 0.4) / height, size=8)
    middle = (below + height - above) / 2 / height  # of the panels, not of a long legend
    picture.supylabel(second, x=0.04 / style.width, y=middle, size=8)
    picture.legend(handles=entries, loc="lower center", ncols=columns)
    return picture


def _remarks(rows: int, others: Sequence[str]) -> list[str]:
    """The lines of the heading, with how many of the test rows are drawn."""
    dots = "Dots: test rows" if rows <= DOTS else f"Dots: {DOTS} of {rows} test rows"
    return ["Bold: the seed with the median test accuracy; thin: others", dots, *others]


def columns_for(panels: int) -> int:
    """How many panels stand side by side, so that few or no places of the last row stay empty."""
    few = range(min(2, panels), min(panels, MOST_COLUMNS) + 1)
    return min(few, key=lambda it: (-panels % it, -it))


def _draw_panel(panel: Axes, result: Result, split: Split, grid: tuple[Array, Array]) -> None:
    """Draw one experiment: regions, dots, and boundaries over them."""
    _scatter(panel, split)
    draw_regions(panel, result, grid)
    panel.set(xlim=grid[0][[0, -1]], ylim=grid[1][[0, -1]])
    panel.grid(False)


def _titles(results: Sequence[Result], letters: int) -> list[str]:
    """The names of experiments and their accuracies, in lines of at most so many letters."""
    figures = [figure(it.summary("test", "accuracy").median) for it in results]
    longest = max(map(len, figures))
    words = ("test accuracy", "accuracy")
    word = next((it for it in words if len(it) + longest <= letters + 2), "acc.")
    names = short_names([it.experiment.name for it in results], letters)
    return [f"{name}\n{word} {it}" for name, it in zip(names, figures, strict=True)]


def _scatter(panel: Axes, split: Split) -> None:
    chosen = np.linspace(0, len(split.y_test) - 1, min(DOTS, len(split.y_test))).astype(int)
    points, labels = split.x_test[chosen], split.y_test[chosen]
    for number in range(len(split.classes)):
        x, y = points[labels == number].T
        panel.plot(x, y, **look_of_class(number), markersize=3, alpha=0.7, mew=0, zorder=1.5)


def _grid(points: Array, shape: float) -> tuple[Array, Array]:
    """Where on both axes boundaries are looked for, in a panel of a width to its height."""
    x, y = (np.linspace(*ends, GRID) for ends in limits_of_points(points, shape))
    return x, y


def has_two_inputs(result: Result) -> bool:
    """Whether its network takes two numbers, as far as its first weight tells."""
    return len(result.trainings[0].weights[0]) == 2


def _has_units_for(split: Split, result: Result) -> bool:
    units = result.experiment.loss.row.units(split.target_shape)
    return len(result.trainings[0].weights[-1]) == units


def _legend(split: Split) -> list[Line2D]:
    return [
        *(
            Line2D([], [], label=f"class {literal(name)}", markersize=4, mew=0, **look)
            for name, look in zip(split.classes, map(look_of_class, count()), strict=False)
        ),
        Line2D([], [], color="black", linewidth=1.5, label="median seed"),
        Line2D([], [], color="0.25", linewidth=0.5, alpha=0.6, label="other seeds"),
    ]
