"""The heat maps of a sweep over two keys."""

import numpy as np
import pytest
from made_up import LOSSES, RATES, sweep_of

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
