"""A panel of curves for each loss."""

from dataclasses import replace

import made_up_curves
import numpy as np
from drawn_texts import check_texts

from lossbench.evidence.comparison import Comparison, compare
from lossbench.pictures.small_multiples import panels
from lossbench.report.charts import chart
from lossbench.results.result import PARTS


def comparison_of(epochs: int = 20, diverged: int = 0) -> Comparison:
    results = [
        replace(
            made_up_curves.result(made_up_curves.experiment(loss, epochs), 7, diverged, at=10),
            data_sha256="abc",
            constants=({part: {"accuracy": 0.5} for part in PARTS},),
        )
        for loss in ("hinge", "squared_hinge")
    ]
    named = [
        replace(it, experiment=it.experiment.model_copy(update={"name": f"a-{n}"}))
        for n, it in enumerate(results)
    ]
    (comparison,) = compare([replace(named[0], trainings=named[0].trainings[:6]), named[1]])
    return comparison


def test_all_panels_have_the_same_axes_and_the_names_of_their_losses() -> None:
    first, second = panels(comparison_of())
    assert (first.label, second.label) == ("a-0", "a-1")
    assert first.limits == second.limits == first.picture.axes[0].get_ylim()
    assert first.ticks
    assert first.picture.axes[0].get_xlim() == second.picture.axes[0].get_xlim() == (0.5, 20.5)
    for panel in (first, second):
        check_texts(panel.picture)
        _, middle, low, high = panel.bands["test"]
        values = panel.result.curves("test", "accuracy")
        np.testing.assert_allclose(middle, np.median(values, axis=0), rtol=1e-6)
        assert (low <= middle).all()
        assert (middle <= high).all()
        np.testing.assert_allclose(panel.picture.axes[0].lines[1].get_ydata(), middle)


def test_of_many_epochs_two_hundred_are_told_with_the_first_and_the_last() -> None:
    comparison = comparison_of(epochs=1000)
    told = chart(panels(comparison)[1], comparison)
    assert (len(told["epochs"]), told["epochs"][0], told["epochs"][-1]) == (200, 1, 1000)
    median = np.median(comparison.results[1].curves("test", "accuracy")[:, told["epochs"][7] - 1])
    assert told["parts"]["test"][0][7] == float(f"{median:.4g}")


def test_seeds_are_counted_up_to_the_epoch_in_which_they_diverged() -> None:
    comparison = comparison_of(diverged=2)
    told = chart(panels(comparison)[1], comparison)
    assert (told["seeds"][8], told["seeds"][-1], told["longest"]) == (7, 5, 20)
