"""Where the networks of a result decide for which class: boundaries, and regions between them."""

from typing import Any

import numpy as np
from contourpy import FillType, contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path

from lossbench.config.tuned import with_point
from lossbench.pictures.style import look_of_class
from lossbench.results.result import Array, Result
from lossbench.training.predict import decisions_in_chunks, work

OTHERS = 29  # thin lines in a panel, each of another seed
WORK_OF_OTHERS = 600_000  # multiplications for one point, of a panel's thin lines together
TINT = 0.16  # of the colours of the regions
HUGE = 1e30  # margins beyond it are as good as it, and could not be drawn


def draw_regions(panel: Axes, result: Result, grid: tuple[Array, Array]) -> None:
    """Draw the boundaries of some seeds, and the regions of the one with the median accuracy."""
    # The dots are of the first split, so the networks are, too.
    accuracy = result.by_split("test", "accuracy")[0]
    finished = np.flatnonzero(np.isfinite(accuracy)).tolist()
    if not finished:
        panel.text(0.5, 0.5, "all diverged", transform=panel.transAxes, ha="center")
        return
    distance = np.abs(accuracy[finished] - np.median(accuracy[finished]))
    median = finished[int(np.argmin(distance))]
    most = min(OTHERS, WORK_OF_OTHERS // work(result.trainings[0].weights))
    others = [number for number in finished if number != median][:most]
    bold = _margins(result, median, grid)
    _fill(panel, result.experiment.loss.row.outputs, bold, grid)
    thin = [line for number in others for line in _lines(_margins(result, number, grid), grid)]
    panel.add_collection(LineCollection(thin, colors="0.25", linewidths=0.5, alpha=0.35, zorder=2))
    panel.add_collection(
        LineCollection(_lines(bold, grid), colors="black", linewidths=1.5, zorder=3)
    )


def preferred(outputs: str, margins: Array) -> list[Array]:
    """For each class a field, (...), that is positive where a network decides for it.

    ``margins``, (..., units), are those of ``decisions``.
    """
    margins = np.clip(np.nan_to_num(margins.astype(np.float64)), -HUGE, HUGE)
    if outputs == "of each class":
        return [*np.moveaxis(margins, -1, 0)]
    # Margin k is positive where the class is above k.
    passed = np.moveaxis(margins, -1, 0)
    ends = np.full_like(passed[:1], HUGE)
    return [*np.minimum(np.concatenate([ends, passed]), -np.concatenate([passed, -ends]))]


def _margins(result: Result, number: int, grid: tuple[Array, Array]) -> Array:
    """By how much a seed's network prefers a class at each point, (points, points, units)."""
    points = np.stack(np.meshgrid(*grid), axis=-1).astype(np.float32)
    training = result.trainings[number]
    experiment = with_point(result.experiment, training.tuned)
    return decisions_in_chunks(experiment, training.weights, points)


def _lines(margins: Array, grid: tuple[Array, Array]) -> list[Array]:
    lines: list[Any] = []
    for margin in np.moveaxis(margins, -1, 0):
        lines.extend(contour_generator(*grid, margin).lines(0.0))
    return lines


def _fill(panel: Axes, outputs: str, margins: Array, grid: tuple[Array, Array]) -> None:
    """Colour the region of each class lightly."""
    for number, field in enumerate(preferred(outputs, margins)):
        generator = contour_generator(*grid, field, fill_type=FillType.OuterCode)
        found: Any = generator.filled(0.0, 2 * HUGE)
        paths = [Path(corners, codes) for corners, codes in zip(*found, strict=True)]
        colour = look_of_class(number)["color"]
        panel.add_collection(PathCollection(paths, facecolors=colour, alpha=TINT, lw=0, zorder=1))
