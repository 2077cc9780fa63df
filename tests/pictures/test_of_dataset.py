"""The picture of a dataset of two features."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_texts import check_texts
from made_up_curves import split
from matplotlib.backends.backend_agg import FigureCanvasAgg

from lossbench.data.arrays import Original
from lossbench.data.target_transform import TargetTransform
from lossbench.pictures.of_dataset import scatter
from lossbench.pictures.style import OF_CLASSES, STYLES, look_of_class


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_train_and_test_rows_have_a_panel_each_and_classes_a_look_of_their_own(classes):
    data = split(classes)
    panels = scatter(data).axes
    assert [it.get_title("left") for it in panels] == ["train, 30 rows", "test, 30 rows"]
    parts = ((data.x_train, data.y_train), (data.x_test, data.y_test))
    for panel, (x, y) in zip(panels, parts, strict=True):
        assert len(panel.lines) == classes
        for number, points in enumerate(panel.lines):
            np.testing.assert_array_equal(points.get_xydata(), x[y == number])
    looks = [(it.get_marker(), it.get_color()) for it in panels[0].lines]
    assert len(set(looks)) == classes
    assert len({marker for marker, _ in looks[:7]}) == min(7, classes)
    assert [colour for _, colour in looks[:6]] == list(OF_CLASSES[:classes])


def test_hundreds_of_classes_look_different():
    looks = [look_of_class(number) for number in range(290)]
    assert len({(it["marker"], it["color"]) for it in looks[:42]}) == 42
    assert looks[0] != looks[42]


def test_where_all_rows_train_they_are_drawn_once():
    data = split(3)
    data = replace(data, x_test=data.x_train, y_test=data.y_train)
    [panel] = scatter(data).axes
    assert panel.get_title("left") == "all 30 rows"


def test_the_legend_of_a_scatter_plot_names_the_classes_and_hides_no_data():
    picture = scatter(split(3))
    FigureCanvasAgg(picture).draw()
    [legend] = picture.legends
    assert [it.get_text() for it in legend.get_texts()] == ["class 0", "class 1", "class 2"]
    assert not any(legend.get_window_extent().overlaps(it.bbox) for it in picture.axes)


def is_equal(stretch: float) -> bool:
    """Whether both axes of a picture have one scale."""
    panel = scatter(split(stretch=stretch)).axes[0]
    across, up = np.ptp(panel.get_xlim()), np.ptp(panel.get_ylim())
    return bool(np.isclose(across / up, panel.bbox.width / panel.bbox.height, rtol=1e-6))


def test_features_of_one_scale_have_equal_aspect_and_others_have_not():
    assert is_equal(1.0)
    assert not is_equal(100.0)
    assert not is_equal(0.0)


def test_of_very_many_rows_a_vector_file_has_an_image():
    few, many = (scatter(split(2, rows=it)).axes[0].lines for it in (60, 10_100))
    assert not any(it.get_rasterized() for it in few)
    assert all(it.get_rasterized() for it in many)


def test_a_real_target_is_a_colour_with_a_bar():
    data = split(classes=0)
    *panels, bar = scatter(data).axes
    for panel, target in zip(panels, (data.y_train, data.y_test), strict=True):
        colours = panel.collections[0]
        np.testing.assert_array_equal(colours.get_array(), target)
        both = np.concatenate([data.y_train, data.y_test])
        assert colours.get_clim() == (both.min(), both.max())
    assert bar.get_ylabel() == "Target"


def test_a_transformed_target_has_its_own_units():
    data = split(classes=0)
    train, test = (1e7 * np.exp(it) for it in (data.y_train, data.y_test))
    picture = scatter(replace(data, original=Original(TargetTransform("log", 3, 2), train, test)))
    for panel, target in zip(picture.axes, (train, test), strict=False):
        np.testing.assert_array_equal(panel.collections[0].get_array(), target)
    check_texts(picture)


def test_training_rows_are_drawn_as_they_are_trained_on():
    clean = split(3)
    data = replace(clean, y_train=(clean.y_train + 1) % 3, clean_train=clean.y_train)
    for number, points in enumerate(scatter(data).axes[0].lines):
        np.testing.assert_array_equal(points.get_xydata(), data.x_train[data.y_train == number])


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("classes", [0, 3, 30])
def test_no_text_of_a_scatter_plot_overlaps_or_is_cut_off(classes, style):
    check_texts(scatter(split(classes, stretch=100.0), style))


def test_a_scatter_plot_refuses_other_than_two_features():
    with pytest.raises(ValueError, match="two features"):
        scatter(split(features=3))
