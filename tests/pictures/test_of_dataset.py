"""The picture of a dataset of two features."""

from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from drawn_texts import check_texts
from made_up_curves import split
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color

from lossbench.data.arrays import Original
from lossbench.data.target_transform import TargetTransform
from lossbench.pictures.of_dataset import scatter


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_classes_have_the_colours_of_tab10_in_order(classes):
    data = split(classes)
    panel = scatter(data).axes[0]
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    assert len(panel.lines) == classes
    for number, colour in enumerate(matplotlib.colormaps["tab10"].colors[:classes]):
        points = panel.lines[number]
        assert same_color(points.get_markerfacecolor(), colour)
        np.testing.assert_array_equal(points.get_xydata(), x[y == number])


def test_the_legend_of_a_scatter_plot_names_the_classes_and_hides_no_data():
    panel = scatter(split(3)).axes[0]
    FigureCanvasAgg(panel.figure).draw()
    legend = panel.get_legend()
    assert legend.get_title().get_text() == "Class"
    assert [it.get_text() for it in legend.get_texts()] == ["0", "1", "2"]
    assert not legend.get_window_extent().overlaps(panel.bbox)


def test_features_of_one_scale_have_equal_aspect_and_others_have_not():
    assert scatter(split()).axes[0].get_aspect() == 1
    assert scatter(split(stretch=100.0)).axes[0].get_aspect() == "auto"
    assert scatter(split(stretch=0.0)).axes[0].get_aspect() == "auto"


def test_a_real_target_is_a_colour_with_a_bar():
    data = split(classes=0)
    panel, bar = scatter(data).axes
    np.testing.assert_array_equal(
        panel.collections[0].get_array(), np.concatenate([data.y_train, data.y_test])
    )
    assert bar.get_ylabel() == "Target"


def test_a_transformed_target_has_its_own_units():
    data = split(classes=0)
    train, test = (1e7 * np.exp(it) for it in (data.y_train, data.y_test))
    picture = scatter(replace(data, original=Original(TargetTransform("log", 3, 2), train, test)))
    colours = picture.axes[0].collections[0].get_array()
    np.testing.assert_array_equal(colours, np.concatenate([train, test]))
    check_texts(picture)


def test_training_rows_are_drawn_as_they_are_trained_on():
    clean = split(3)
    data = replace(clean, y_train=(clean.y_train + 1) % 3, clean_train=clean.y_train)
    drawn = [it.get_xydata() for it in scatter(data).axes[0].lines]
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    for number, points in enumerate(drawn):
        np.testing.assert_array_equal(points, x[y == number])


@pytest.mark.parametrize("classes", [0, 3])
def test_no_text_of_a_scatter_plot_overlaps_or_is_cut_off(classes):
    check_texts(scatter(split(classes, stretch=100.0)))


def test_a_scatter_plot_refuses_other_than_two_features():
    with pytest.raises(ValueError, match="unpack"):
        scatter(split(features=3))
