"""The picture of a sweep."""

from typing import Any

import numpy as np
import pytest
from drawn_texts import check_texts
from made_up import LOSSES, MANY_RATES, RATES, WRONG_LABELS, sweep_of
from matplotlib.figure import Figure

from lossbench.evidence.sweep import Sweep
from lossbench.pictures.encode import encoded
from lossbench.pictures.of_sweep import picture
from lossbench.pictures.style import COLOURS, STYLES, Style

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


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_no_text_of_a_picture_overlaps_another_or_is_cut_off(sweep: Sweep, style: Style) -> None:
    drawn = picture(sweep, style)
    assert drawn
    assert encoded(drawn) == encoded(picture(sweep, style) or Figure())
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


@pytest.mark.parametrize(
    ("settings", "best"),
    [
        (RATES, "best test median: 0.752 at 1"),
        (LOSSES, "best test median: 0.752 at binary_crossentropy"),
        (WRONG_LABELS, None),  # how data are disturbed is given, not chosen
    ],
    ids=["numbers", "names", "nothing to pick"],
)
def test_the_best_point_is_ringed_and_named(settings: str, best: str | None) -> None:
    drawn = picture(sweep_of("hinge", settings))
    assert drawn
    named = [it.get_text() for legend in drawn.legends for it in legend.texts]
    assert [it for it in named if it.startswith("best")] == ([best] if best else [])
    panel = drawn.axes[0]
    rings = [it for it in panel.lines if it.get_label() == best]
    [test] = [it for it in panel.lines if it.get_label() == "test"]
    for ring in rings:
        assert ring.get_xydata().tolist()[0] == test.get_xydata().tolist()[-1]
    assert len(rings) == bool(best)


@pytest.mark.parametrize("settings", [RATES, LOSSES])
def test_without_colours_marks_tell_train_and_test_apart(settings: str) -> None:
    drawn = picture(sweep_of("hinge", settings))
    assert drawn
    train, test = (
        next(it for it in drawn.axes[0].lines if it.get_label() == part) for part in COLOURS
    )
    assert train.get_marker() != test.get_marker()
