"""Large data in a file that another process maps."""

import gc
import mmap
import resource
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lossbench.data import shared as module
from lossbench.data.arrays import Array, Split
from lossbench.data.freed import give_back_mapped
from lossbench.data.shared import SplitInFile, shared

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it is how others look")

ROWS = 2**16


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files for a time are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def made() -> Iterator[Callable[..., Split]]:
    """What makes a split of 32 MB in each part."""

    def split() -> Split:
        x = np.arange(ROWS * 128, dtype=np.float32).reshape(ROWS, 128)
        y = np.arange(ROWS) % 3
        return Split(x, y, x + 1, y, classes=("a", "b", "c"), weights_train=y.astype(np.float32))

    yield split
    assert not module._files, "a file is open still"


def of_file(array: Array) -> bool:
    base: object = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return isinstance(base, mmap.mmap)


def resident() -> int:
    """Kilobytes of this process that are mapped from files which have no name."""
    mapped = Path("/proc/self/smaps").read_text().split("(deleted)")[1:]
    return sum(int(it.split("Rss:")[1].split()[0]) for it in mapped)


def test_both_sides_map_one_file_that_has_no_name(folder: Path, made: Callable[[], Split]) -> None:
    split, expected = made(), made()
    sent = shared(split)
    assert isinstance(sent, SplitInFile)
    assert shared(split) is sent  # as for each share of a work
    assert list(folder.iterdir()) == []
    for it in (split, sent.split()):
        assert it.sha256 == expected.sha256
        assert it.classes == expected.classes
        for name in ("x_train", "x_test", "y_train", "y_test", "weights_train"):
            array = getattr(it, name)
            assert of_file(array), "the copy in memory stays"
            np.testing.assert_array_equal(array, getattr(expected, name))


def test_what_is_mapped_can_be_given_back(made: Callable[[], Split]) -> None:
    split = made()
    shared(split)
    before = resident()
    assert split.x_train.sum() < split.x_test.sum()
    assert resident() - before >= 2**15
    give_back_mapped(split.x_train)
    assert resident() - before < 2**10


def test_a_digest_holds_little_of_what_is_mapped(made: Callable[[], Split]) -> None:
    split = made()
    shared(split)
    before = resident()
    assert split.sha256
    assert resident() - before < 2**12


def test_other_data_of_the_same_features_are_in_a_file_of_their_own(
    made: Callable[[], Split],
) -> None:
    split = made()
    shared(split)
    other = replace(split, y_train=1 - split.y_train)
    sent = shared(other)
    assert isinstance(sent, SplitInFile)
    np.testing.assert_array_equal(sent.split().y_train, other.y_train)


def test_small_data_and_those_for_which_there_is_no_room_are_sent_as_they_are(
    folder: Path, made: Callable[[], Split], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Split(*[np.ones((2, 2), np.float32)] * 4)
    assert shared(small) is small
    split = made()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limits[1]))
        assert shared(split) is split
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "gone"))
    assert shared(split) is split
    assert not of_file(split.x_train)


def test_a_file_is_closed_when_its_split_is_gone(made: Callable[[], Split]) -> None:
    split = made()
    sent = shared(split)
    assert isinstance(sent, SplitInFile)
    del split
    gc.collect()
    with pytest.raises(OSError, match="No such file"):
        sent.split()
