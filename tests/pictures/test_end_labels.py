"""Where labels stand at the ends of lines."""

import numpy as np
import pytest

from lossbench.pictures.end_labels import identical, spread


@pytest.mark.parametrize("seed", range(20))
def test_labels_do_not_overlap_stay_inside_and_keep_their_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = random.integers(1, 9)
    ends, heights = random.uniform(0, 1, count), random.uniform(0.02, 1 / 9, count)
    places = np.array(spread(ends.tolist(), heights.tolist()))
    order = np.argsort(ends)
    assert (np.diff(places[order]) >= (heights[order][1:] + heights[order][:-1]) / 2 - 1e-9).all()
    assert (places - heights / 2 >= -1e-9).all()
    assert (places + heights / 2 <= 1 + 1e-9).all()


def test_labels_stay_where_they_are_if_there_is_room() -> None:
    assert spread([0.2, 0.8, 0.5], [0.1, 0.1, 0.1]) == pytest.approx([0.2, 0.8, 0.5])


def test_labels_that_meet_move_apart_by_the_same() -> None:
    assert spread([0.5, 0.5], [0.1, 0.1]) == pytest.approx([0.55, 0.45])  # the first one above


def test_too_many_labels_leave_both_ends_by_the_same() -> None:
    places = spread([0.5] * 3, [0.5] * 3)
    assert places == pytest.approx([1.0, 0.5, 0.0])


def test_names_of_identical_lines_share_a_label() -> None:
    assert identical(["a"]) == "a"
    assert identical(["a", "b", "c"]) == "a,\nb,\nc:\nidentical"
