"""The picture of a sweep."""

from typing import Any

import numpy as np
import pytest
from drawn_texts import check_texts
from made_up import LOSSES, MANY_RATES, RATES, WRONG_LABELS, sweep_of
from matplotlib.figure import Figure

from lossbench.evidence.sweep import Sweep
from lossbench.pictures.of_sweep import picture
from lossbench.pictures.style import png

SWEEPS: dict[str, tuple[Any, ...]] = {
    "numbers": ("hinge", RATES, {1: 10, 3: 4}),
    "numbers that do not span decades": ("mse", "optimizer.momentum=0,0.5,0.9", {}),
    "whole numbers": ("mse", "epochs=5,6", {}),
    "many numbers": ("mse", MANY_RATES, {59: 10}),
    "disturbed data": ("hinge", WRONG_LABELS, {1: 3, 2: 10}),
    "names": ("hinge", LOSSES, {0: 3, 2: 10}),
    "lists": ("mse", "model.hidden=[5],[50,50],[100,100,100]", {}),
    "numbers and names": ("hinge", RATES, LOSSES, {4: 3, 5: 10}),
    "names and numbers": ("hinge", LOSSES, RATES, {}),
    "many of both": ("mse", MANY_RATES, "model.hidden=[5],[50,50],[100,100,100,100]", {}),
    "long keys and few rows": (
        "mse",
        "optimizer.learning_rate.schedule=CosineDecay",
        "optimizer.learning_rate.initial_learning_rate=0.1",
        "optimizer.learning_rate.alpha=0,0.5",
        "optimizer.learning_rate.decay_steps=500,1600",
        {},
    ),
    "all diverged": ("mse", RATES, {0: 10, 1: 10, 2: 10, 3: 10}),
    "a grid that diverged": (
        "mse",
        "optimizer.momentum=0,0.9",
        "epochs=5,6",
        dict.fromkeys(range(4), 10),
    ),
}


@pytest.fixture(scope="module", params=SWEEPS)
def sweep(request: pytest.FixtureRequest) -> Sweep:
    config, *settings, diverged = SWEEPS[request.param]
    return sweep_of(config, *settings, diverged=diverged)


def test_no_text_of_a_picture_overlaps_another_or_is_cut_off(sweep: Sweep) -> None:
    drawn = picture(sweep)
    assert drawn
    assert png(drawn) == png(picture(sweep) or Figure())
    check_texts(drawn)


def test_lines_are_the_medians_over_the_values_in_order() -> None:
    sweep = sweep_of("hinge", "optimizer.learning_rate=1,0.001,0.1", diverged={2: 10})
    drawn = picture(sweep)
    assert drawn
    panel = drawn.axes[0]
    assert panel.get_xscale() == "log"
    for part, line in zip(("train", "test"), panel.lines, strict=False):
        assert line.get_label() == part
        assert line.get_xdata().tolist() == [0.001, 0.1, 1]
        by_rate = {
            point.values[0]: point.result.summary(part, "accuracy").median  # type: ignore[arg-type]
            for point in sweep.points
        }
        expected = [by_rate[rate] for rate in (0.001, 0.1, 1)]
        np.testing.assert_array_equal(line.get_ydata(), expected)
    (cross,) = (line for line in panel.lines if line.get_label() == "all diverged")
    assert cross.get_xdata().tolist() == [0.1]
