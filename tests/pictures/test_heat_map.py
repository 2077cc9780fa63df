"""The heat maps of a sweep over two keys."""

import numpy as np
import pytest
from drawn_texts import check_texts
from made_up import LOSSES, RATES, WRONG_LABELS, sweep_of

from lossbench.pictures.of_sweep import picture


@pytest.mark.parametrize("settings", [(RATES, LOSSES), (LOSSES, RATES)])
def test_cells_are_the_medians_of_their_row_and_column(settings: tuple[str, str]) -> None:
    sweep = sweep_of("hinge", *settings, diverged={5: 10})
    drawn = picture(sweep)
    assert drawn
    for panel, part in zip(drawn.axes, ("train", "test"), strict=False):
        assert panel.get_title(loc="left") == part
        cells = panel.images[0].get_array()
        columns = [it.get_text() for it in drawn.axes[0].get_xticklabels()]
        rows = [it.get_text() for it in drawn.axes[0].get_yticklabels()]
        assert rows == ["hinge", "squared_hinge", "binary_crossentropy"]
        for point in sweep.points:
            names = {str(value) for value in point.values}
            row = next(number for number, name in enumerate(rows) if name in names)
            column = next(number for number, name in enumerate(columns) if name in names)
            median = point.result.summary(part, "accuracy").median  # type: ignore[arg-type]
            np.testing.assert_equal(float(cells.filled(np.nan)[row, column]), median)


@pytest.mark.parametrize(
    ("settings", "framed", "said"),
    [
        ((RATES, LOSSES), [(3, 2)], "framed: best test median: 0.752 at 1, binary_crossentropy"),
        (  # values grow from point to point
            (LOSSES, WRONG_LABELS),
            [(0, 2), (1, 2), (2, 2), (3, 2)],
            "framed: the best test median of each column; test rows are not disturbed",
        ),
        (
            (RATES, WRONG_LABELS),
            [(3, 0), (3, 1), (3, 2), (3, 3)],
            "framed: the best test median of each row; test rows are not disturbed",
        ),
        (("dataset.disturb.random_state=0,1", WRONG_LABELS), [], "test rows are not disturbed"),
    ],
    ids=["one best", "of columns", "of rows", "nothing to pick"],
)
def test_a_frame_is_round_the_best_of_those_that_are_disturbed_alike(
    settings: tuple[str, str], framed: list[tuple[int, int]], said: str
) -> None:
    drawn = picture(sweep_of("hinge", *settings))
    assert drawn
    corners = [it.get_xy() for it in drawn.axes[1].patches]
    assert sorted((int(x + 0.5), int(y + 0.5)) for x, y in corners) == framed
    assert f"Median of 10 seeds; {said}" in [it.get_text() for it in drawn.texts]
    check_texts(drawn)
