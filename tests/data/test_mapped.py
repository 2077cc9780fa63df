"""Numbers that are kept in a file without a name."""

import errno
from typing import Any

import numpy as np
import pytest

from lossbench.data import mapped as module
from lossbench.data.freed import give_back_mapped, is_mapped
from lossbench.data.mapped import LEAST, mapped


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8, bool])
def test_mapped_numbers_are_the_same(dtype: Any) -> None:
    values = np.arange(3 * LEAST) % 7
    values = values.astype(dtype)[::2]  # whose bytes are not side by side
    found = mapped(values)
    assert is_mapped(found)
    assert not is_mapped(values)
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)
    give_back_mapped(found)
    np.testing.assert_array_equal(found, values)
    assert mapped(found) is found


@pytest.mark.parametrize(
    "values", [np.zeros(LEAST - 1, np.uint8), np.full(LEAST, "a", object), np.zeros(LEAST, "M8[s]")]
)
def test_few_numbers_and_others_are_kept_as_they_are(values: Any) -> None:
    assert mapped(values) is values


def test_without_room_numbers_are_kept_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "TemporaryFile", fail)
    values = np.zeros(LEAST)
    assert mapped(values) is values
