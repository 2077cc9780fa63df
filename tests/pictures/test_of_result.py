"""The learning curves of a result."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_texts import boxes, check_texts
from made_up_curves import experiment, history, result
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from lossbench.config.bundled import BUNDLED, in_folder
from lossbench.config.load import load
from lossbench.pictures.encode import encoded
from lossbench.pictures.of_result import learning_curves
from lossbench.pictures.style import COLOURS
from lossbench.results.result import Result, Training

CONFIGS = [path.stem for path in in_folder(BUNDLED)]
OF_EACH_PROBLEM = {"mse", "squared_hinge", "categorical_crossentropy"}


def line(panel: Axes, part: str) -> Line2D:
    [found] = [it for it in panel.lines if it.get_label() == part]
    return found


def leader(panel: Axes, text: str) -> float:
    """The value on the panel's axis at which the line to a label begins."""
    [number] = [n for n, it in enumerate(panel.texts) if text in it.get_text().split("\n")]
    start = panel.collections[-1].get_segments()[number][0]
    pixels = panel.transAxes.transform(start)
    return float(panel.transData.inverted().transform(pixels)[1])


def marked_value(panel: Axes, part: str) -> float:
    """The value on the panel's axis at which the mark of a published figure begins."""
    [label] = [
        it.get_text() for it in panel.texts if it.get_text().startswith(f"published\n{part}: ")
    ]
    return leader(panel, label.split("\n")[1])


def published_labels(figure: Figure) -> list[str]:
    return [it.get_text() for it in figure.findobj(Text) if "published" in it.get_text()]


def heading(figure: Figure) -> str:
    return "\n".join(it.get_text() for it in figure.texts)


@pytest.mark.parametrize(
    ("loss", "published", "labels"),
    [
        ("mean_squared_error", "mse", ["Mean squared error"]),
        ("mean_squared_error", "mae", ["Loss", "Mean absolute error"]),
        ("mean_absolute_error", "mse", ["Loss", "Mean squared error"]),
        ("kl_divergence", "accuracy", ["Loss", "Accuracy"]),
        ("squared_hinge", "accuracy", ["Loss", "Accuracy"]),
        ("squared_hinge", "rounded_accuracy", ["Loss", "Rounded accuracy"]),
    ],
)
def test_the_first_metric_is_below_the_loss_unless_it_is_the_loss(loss, published, labels):
    of = experiment(loss, published={published: {"train": 0.5}})
    figure = learning_curves(result(of))
    assert [panel.get_ylabel() for panel in figure.axes] == labels
    assert figure.axes[-1].get_xlabel() == "Epoch"


def test_of_a_transformed_target_loss_and_metric_have_other_units():
    plain = experiment("mse")
    transformed = plain.dataset.model_copy(update={"target_transform": "log"})
    of = plain.model_copy(update={"dataset": transformed})
    for it, labels in ((plain, ["Mean squared error"]), (of, ["Loss", "Mean squared error"])):
        panels = learning_curves(result(it)).axes
        assert [panel.get_ylabel() for panel in panels] == labels


def test_a_loss_of_real_targets_that_is_below_0_is_in_the_picture():
    shown = result(experiment("gaussian_nll"))
    trainings = [
        replace(it, history={**it.history, **{k: -v for k, v in it.history.items() if "loss" in k}})
        for it in shown.trainings
    ]
    panel = learning_curves(replace(shown, trainings=tuple(trainings))).axes[0]
    assert panel.get_yscale() == "linear"
    low, high = panel.get_ylim()
    assert (
        low < line(panel, "test").get_ydata().min() < line(panel, "test").get_ydata().max() < high
    )


@pytest.mark.parametrize("part", ["train", "test"])
def test_each_line_is_the_median_over_the_seeds(part):
    shown = result(experiment("hinge", published={"rounded_accuracy": {"test": 0.7}}))
    panels = learning_curves(shown).axes
    for panel, name in zip(panels, ("loss", "rounded_accuracy"), strict=True):
        x, y = line(panel, part).get_data()
        assert x.tolist() == list(range(1, 21))
        np.testing.assert_allclose(y, np.median(shown.curves(part, name), axis=0), rtol=1e-6)


@pytest.mark.parametrize("part", ["train", "test"])
def test_each_band_reaches_from_the_10th_to_the_90th_percentile(part):
    shown = result(experiment("hinge"))
    panel = learning_curves(shown).axes[0]
    band = panel.collections[["train", "test"].index(part)]
    assert same_color(band.get_facecolor()[0][:3], line(panel, part).get_color())
    corners = band.get_paths()[0].vertices
    low, high = np.percentile(shown.curves(part, "loss"), (10, 90), axis=0)
    for epoch in range(1, 21):
        ys = corners[corners[:, 0] == epoch, 1]
        assert ys.min() == pytest.approx(low[epoch - 1])
        assert ys.max() == pytest.approx(high[epoch - 1])


def test_parts_differ_by_colour_and_by_dashes_and_are_named_at_the_ends_of_their_lines():
    figure = learning_curves(result(experiment()))
    for panel in figure.axes:
        assert line(panel, "train").get_color() == COLOURS["train"]
        assert line(panel, "test").get_color() == COLOURS["test"]
        assert line(panel, "train").is_dashed()
        assert not line(panel, "test").is_dashed()
        assert {it.get_text() for it in panel.texts} == {"train", "test"}
        found = boxes(figure)
        assert all(panel.bbox.x1 < box.x0 for text, box in found.items() if "train" in text)


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_leader_begins_where_its_line_ends(part):
    panel = learning_curves(result(experiment())).axes[0]
    assert leader(panel, part) == pytest.approx(line(panel, part).get_ydata()[-1], rel=1e-5)


@pytest.mark.parametrize("loss", ["hinge", "mae"])
def test_published_figures_are_marked_where_they_lie(loss):
    metric = "accuracy" if loss == "hinge" else "mse"
    # The second lies far from every curve, and must be in the picture nevertheless.
    figures = {"train": 0.792, "test": 0.0002}
    panel = learning_curves(result(experiment(loss, published={metric: figures}))).axes[-1]
    assert marked_value(panel, "train") == pytest.approx(0.792)
    assert marked_value(panel, "test") == pytest.approx(0.0002)


def test_a_published_zero_is_marked_at_the_bottom_of_a_logarithmic_axis():
    of = experiment("mse", published={"mse": {"train": 0.0, "test": 0.02}})
    [panel] = learning_curves(result(of)).axes
    assert panel.get_yscale() == "log"
    assert marked_value(panel, "train") == pytest.approx(panel.get_ylim()[0])


def test_published_figures_keep_their_decimals():
    shown = result(load("hinge").model_copy(update={"epochs": 20}))
    assert published_labels(learning_curves(shown)) == [
        "published\ntrain: 0.792",
        "published\ntest: 0.740",
    ]
    shown = result(load("mse").model_copy(update={"epochs": 20}))
    assert published_labels(learning_curves(shown)) == [
        "published\ntrain: 0.000",
        "published\ntest: 0.001",
    ]


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_figure_published_of_one_part_is_marked_once(part):
    of = experiment(published={"accuracy": {part: 0.7}})
    figure = learning_curves(result(of))
    assert published_labels(figure) == [f"published\n{part}: 0.7"]
    assert marked_value(figure.axes[-1], part) == pytest.approx(0.7)


def test_nothing_is_marked_where_nothing_is_published():
    assert not published_labels(learning_curves(result(experiment())))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(it, marks=() if it in OF_EACH_PROBLEM else pytest.mark.thorough)
        for it in CONFIGS
    ],
)
def test_no_text_overlaps_another_or_is_cut_off(name):
    figure = learning_curves(result(load(name).model_copy(update={"epochs": 20}), diverged=2))
    assert sum("published" in text for text in boxes(figure)) == 2
    check_texts(figure)


@pytest.mark.parametrize("decades", [0.2, 0.6, 0.8, 1, 2, 3, 6, 20])
def test_the_labels_of_a_logarithmic_axis_are_plain_numbers_that_do_not_overlap(decades):
    of = experiment("mae")
    falling = np.logspace(0, -decades, of.epochs)
    curves = dict.fromkeys(history(of, 0), falling)
    figure = learning_curves(Result(of, "", (Training(0, False, {}, {}, curves, ()),)))
    check_texts(figure)
    for panel in figure.axes:
        low, high = panel.get_ylim()
        assert sum(low <= tick <= high for tick in panel.get_yticks()) >= 2
        texts = [it.get_text() for it in panel.get_yticklabels(which="both")]
        assert all(float(text.replace("\N{MINUS SIGN}", "-")) for text in texts if text)


def test_the_axes_labels_of_both_panels_are_aligned():
    of = experiment("mae")
    curves = history(of, 0)
    for part in ("train", "test"):
        curves[f"{part}_loss"] *= 1e-3  # tick labels wider than those of the other panel
    found = boxes(learning_curves(Result(of, "", (Training(0, False, {}, {}, curves, ()),))))
    loss, metric = (box for text, box in found.items() if "Loss" in text or "Mean sq" in text)
    assert loss.x1 == pytest.approx(metric.x1, abs=1)


def test_the_start_of_a_steep_curve_is_in_the_picture():
    of = experiment(epochs=100)
    curves = history(of, 0)
    for part in ("train", "test"):
        curves[f"{part}_loss"][0] = 40.0
    shown = Result(of, "", (Training(0, False, {}, {}, curves, ()),))
    assert learning_curves(shown).axes[0].get_ylim()[1] > 40


@pytest.mark.parametrize("figures", [(0.0, 0.0), (0.5, 0.5), (0.5, 0.501), (2.0, 2.0)])
def test_labels_of_figures_that_coincide_are_apart(figures):
    published = {"accuracy": dict(zip(("train", "test"), figures, strict=True))}
    found = boxes(learning_curves(result(experiment(published=published))))
    train, test = (box for text, box in found.items() if "published" in text)
    assert not train.overlaps(test)
    assert (train.y0 > test.y0) == (figures[0] >= figures[1])


def test_a_long_published_figure_is_not_cut_off():
    figure = learning_curves(result(experiment(published={"accuracy": {"test": 0.8462193571}})))
    [box] = [box for text, box in boxes(figure).items() if "published" in text]
    assert box.x1 < figure.bbox.x1


def test_the_heading_names_the_loss_and_counts_the_seeds():
    assert heading(learning_curves(result(experiment("kld")))) == (
        "KL divergence\nMedian and 10th to 90th percentile of 7 seeds"
    )
    assert heading(learning_curves(result(experiment("bce"), seeds=1))) == (
        "Binary crossentropy\n1 seed"
    )


def test_the_heading_counts_the_diverged():
    assert heading(learning_curves(result(experiment(), diverged=2))).endswith("; 2 diverged")


@pytest.mark.parametrize("loss", ["hinge", "mse"])
@pytest.mark.parametrize("diverged", [3, 7])
def test_explosions_do_not_flatten_the_other_epochs(loss, diverged):
    figure = learning_curves(result(experiment(loss, 100), diverged=diverged, at=90))
    usual = learning_curves(result(experiment(loss, 100)))
    low, high = figure.axes[0].transData.transform([(0, 0.05), (0, 1.0)])[:, 1]
    usual_low, usual_high = usual.axes[0].transData.transform([(0, 0.05), (0, 1.0)])[:, 1]
    assert high - low > (usual_high - usual_low) / 3


@pytest.mark.parametrize("loss", [pytest.param("hinge", marks=pytest.mark.thorough), "mse"])
@pytest.mark.parametrize(
    "case",
    [
        {"epochs": 1},
        {"epochs": 2},
        {"seeds": 1},
        {"seeds": 1, "epochs": 1},
        {"seeds": 1, "diverged": 1, "at": 0},
        {"diverged": 7, "at": 0},
        {"diverged": 7, "at": 3},
        {"diverged": 3, "at": 20},
        {"diverged": 7, "at": 3, "epochs": 3},  # 3e38, the end of float32, in every epoch
    ],
    ids=str,
)
def test_unusual_results_are_drawn_without_warnings(loss, case):
    settings = dict(case)
    of = experiment(
        loss, settings.pop("epochs", 20), {"mse" if loss == "mse" else "accuracy": {"test": 0}}
    )
    assert encoded(learning_curves(result(of, **settings))).startswith(b"\x89PNG")


@pytest.mark.parametrize("loss", ["hinge", "mse"])
@pytest.mark.parametrize("value", [0.0, 0.00123, 1.0])
def test_constant_curves_are_drawn_legibly_and_without_warnings(loss, value):
    of = experiment(loss)
    curves = {name: np.full_like(curve, value) for name, curve in history(of, 0).items()}
    check_texts(learning_curves(Result(of, "", (Training(0, False, {}, {}, curves, ()),))))


def test_a_single_epoch_is_visible():
    panel = learning_curves(result(experiment(epochs=1))).axes[0]
    assert line(panel, "train").get_marker() == "s"
    assert panel.collections[0].get_linewidth()[0] > 0


def test_of_very_many_epochs_some_are_drawn():
    shown = result(experiment(epochs=6000), seeds=3)
    panel = learning_curves(shown).axes[0]
    x, y = line(panel, "test").get_data()
    assert (len(x), x[0], x[-1]) == (2000, 1, 6000)
    np.testing.assert_array_equal(y, np.median(shown.curves("test", "loss"), axis=0)[x - 1])


@pytest.mark.parametrize("epochs", [1, 2, 5])
def test_epochs_are_whole_numbers(epochs):
    ticks = learning_curves(result(experiment(epochs=epochs))).axes[-1].get_xticks()
    assert epochs in ticks
    assert (ticks == np.round(ticks)).all()
