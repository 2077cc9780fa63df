"""The pictures of losses: each can be read, and its numbers are those of the loss."""

import re

import numpy as np
import pytest
from drawn_texts import check_texts

from lossbench.pictures.encode import encoded
from lossbench.pictures.line_labels import apart
from lossbench.pictures.loss_courses import Course, Setting, course, defaults
from lossbench.pictures.of_loss import line_name, picture, small
from lossbench.pictures.of_losses import gallery
from lossbench.tables.losses import LOSSES, Loss, own
from lossbench.tables.losses.summed import summed

EVERY = pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda it: it.name)


def course_of(name: str, **parameters: float) -> Course:
    loss = LOSSES[name]
    assert loss.explained
    return course(loss, loss.explained.over, Setting(defaults(loss) | parameters))


@EVERY
def test_no_text_of_a_picture_overlaps_another_or_is_cut_off(loss: Loss) -> None:
    for drawn in (picture(loss), small(loss, defaults(loss))):
        assert drawn
        check_texts(drawn)


@EVERY
def test_a_picture_names_the_loss_and_all_that_it_is_beside(loss: Loss) -> None:
    drawn = picture(loss)
    assert drawn
    assert loss.explained
    panels = drawn.axes
    written = [{it.get_text() for it in panel.texts} for panel in panels]
    beside = {line_name(LOSSES[it]) for it in loss.explained.beside}
    assert written[0] == written[1] == {line_name(loss), *beside}
    values = [it for row in loss.parameters.values() for it in row.drawn]
    for names in written[2:] if values else []:
        assert len(names) == len(values)


def test_a_gallery_can_be_read() -> None:
    check_texts(gallery([*LOSSES.values()]))
    check_texts(gallery([LOSSES["mean_squared_error"], LOSSES["huber"]]))


@EVERY
def test_the_gradient_is_the_slope_of_the_loss(loss: Loss) -> None:
    assert loss.explained
    over = loss.explained.over
    it = course(loss, over, Setting(defaults(loss)))
    unit = it.x
    if over == "probability":  # a constant more, where there are several classes, is no matter
        unit = np.log(it.x / (1 - it.x))
    if loss.activation == "exponential":
        unit = np.log(it.x)
    slopes = np.diff(it.loss) / np.diff(unit)
    between = (it.gradient[1:] + it.gradient[:-1]) / 2
    near = np.abs(slopes - between) < 0.03 * max(1, np.ptp(it.gradient))
    assert near.mean() > 0.97  # but at a corner of the loss


def test_known_values() -> None:
    hinge = course_of("hinge")
    np.testing.assert_allclose(hinge.loss, np.maximum(0, 1 - hinge.x))
    cross_entropy = course_of("categorical_crossentropy")
    np.testing.assert_allclose(cross_entropy.loss, -np.log(cross_entropy.x))
    np.testing.assert_allclose(cross_entropy.gradient, cross_entropy.x - 1, atol=1e-6)
    poisson = course_of("poisson")
    np.testing.assert_allclose(poisson.gradient, poisson.x - 1, atol=1e-6)
    generalized = course_of("categorical_generalized_cross_entropy", q=0.5)
    x = generalized.x
    np.testing.assert_allclose(generalized.gradient, -np.sqrt(x) * (1 - x), atol=1e-6)


def test_of_one_hot_labels_an_error_is_drawn_over_the_probability() -> None:
    loss = LOSSES["mean_absolute_error"].of_classes
    drawn = small(loss, {})
    assert drawn
    (panel,) = drawn.axes
    assert panel.get_xlabel() == "Probability of the right class"
    curve = panel.lines[-1]
    x, y = map(np.asarray, curve.get_data())
    np.testing.assert_allclose(y, 2 * (1 - x) / 3, atol=1e-9)  # the mean over three units


def test_what_the_formula_does_not_tell_is_not_drawn() -> None:
    assert picture(own("mine", "real", "linear")) is None
    assert small(summed("a sum", [LOSSES["huber"], LOSSES["log_cosh"]]), {}) is None
    smoothed = LOSSES["categorical_crossentropy"]
    assert small(smoothed, {"label_smoothing": 0.0})
    assert small(smoothed, {"label_smoothing": 0.1}) is None
    focal = LOSSES["categorical_focal_crossentropy"]
    assert small(focal, defaults(focal) | {"alpha": [0.1, 0.2, 0.3]}) is None
    assert small(LOSSES["cosine_similarity"].taking("numbers"), {}) is None


def test_a_large_parameter_is_seen_whole() -> None:
    drawn = small(LOSSES["huber"], {"delta": 1000.0})
    assert drawn
    assert drawn.axes[0].get_xlim()[1] > 1000


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_the_same_picture_is_the_same_bytes(ending: str) -> None:
    first, second = (encoded(picture(LOSSES["huber"]), ending) for _ in range(2))  # type: ignore[arg-type]
    assert first == second
    assert not re.search(rb"20\d\d-\d\d", first)


def test_names_stand_apart_and_as_near_as_can_be() -> None:
    assert apart([0.5], [0.1]) == [0.5]
    places = apart([0.5, 0.5, 0.5], [0.1, 0.1, 0.1])
    np.testing.assert_allclose(np.diff(places), 0.1)
    within = apart([1.0, 1.0, 0.0], [0.2, 0.2, 0.2])
    assert max(within) <= 0.9 + 1e-9
    assert min(within) >= 0
