"""The picture of a dataset of two features."""

from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from lossbench.data.arrays import Array, Split
from lossbench.pictures.axes import limits_of_points
from lossbench.pictures.style import (
    LINE,
    NORMAL,
    STYLE,
    Style,
    axis_labels,
    legend_columns,
    literal,
    look_of_class,
)

TICK = 0.4  # inches from one label of an axis to the next at least
MOST_SHAPES = 5000  # dots that a PDF or SVG file has as shapes; more become an image in it
BESIDE, BETWEEN, MARGIN = 0.58, 0.22, 0.2  # inches, around the panels
BAR = 0.95  # inches, for the bar of colours


@rc_context(STYLE)
def scatter(split: Split, style: Style = NORMAL) -> Figure:
    """Draw the rows of a dataset of two features, by class or coloured by a real target.

    The training and the test rows have a panel each, on the same axes; there is one panel where
    they are the same rows. Raises ValueError for any other number of features.
    """
    if split.row_shape != (2,):
        raise ValueError("a scatter plot needs two features")
    parts = _parts(split)
    entries = [f"class {literal(name)}" for name in split.classes]
    columns = legend_columns(entries, style) if entries else 1
    below = 0.42 + (0.08 + LINE * -(-len(entries) // columns) if entries else 0.0)
    right = MARGIN if entries else BAR
    across = (style.width - BESIDE - right - BETWEEN * (len(parts) - 1)) / len(parts)
    up = min(across, 2.6)
    height = below + up + 0.26
    picture = Figure(figsize=(style.width, height))
    edges = (BESIDE / style.width, below / height, 1 - right / style.width, 1 - 0.26 / height)
    picture.subplots_adjust(*edges, wspace=BETWEEN / across)
    panels = picture.subplots(1, len(parts), sharex=True, sharey=True, squeeze=False)[0]
    first, second = axis_labels(split)
    panels[0].set_ylabel(second)
    limits = limits_of_points(np.concatenate([points for _, points, _ in parts]), across / up)
    scale = Normalize(*_ends([target for *_, target in parts]))
    for panel, (title, points, target) in zip(panels, parts, strict=True):
        panel.set_title(title, loc="left", size=8)
        panel.set_xlabel(first)
        panel.locator_params(axis="x", nbins=int(across / TICK))
        _draw(panel, points, target, len(split.classes), scale)
        panel.set(xlim=limits[0], ylim=limits[1])
    by = "class" if entries else "target"
    picture.set_label(f"Training and test rows by {by}")
    if entries:
        handles = panels[0].get_legend_handles_labels()[0]
        picture.legend(handles, entries, loc="lower center", ncols=columns, markerscale=1.4)
    else:
        place = (1 - (BAR - 0.08) / style.width, edges[1], 0.1 / style.width, up / height)
        beside = picture.add_axes(place)
        # By default a factor such as 1e7 would stand above the bar, outside of the picture.
        picture.colorbar(ScalarMappable(scale), cax=beside, label="Target", format="{x:g}")
    return picture


def _parts(split: Split) -> list[tuple[str, Array, Array]]:
    """The title, the features and the target of each panel."""
    (x_train, x_test), (y_train, y_test) = (split.x_train, split.x_test), split.measured
    if np.array_equal(x_train, x_test):
        return [(f"all {len(x_train)} rows", x_train, y_train)]
    return [
        (f"train, {len(x_train)} rows", x_train, y_train),
        (f"test, {len(x_test)} rows", x_test, y_test),
    ]


def _draw(panel: Axes, points: Array, target: Array, classes: int, scale: Normalize) -> None:
    look: dict[str, Any] = {"rasterized": len(points) > MOST_SHAPES}
    x, y = points.T
    for number in range(classes):
        rows = target == number
        shape = look_of_class(number)
        panel.plot(x[rows], y[rows], markersize=3, mew=0, label=str(number), **shape, **look)
    if not classes:
        panel.scatter(x, y, c=target, s=6, norm=scale, **look)


def _ends(targets: list[Array]) -> tuple[float, float]:
    """The least and the largest target."""
    return min(it.min() for it in targets), max(it.max() for it in targets)
