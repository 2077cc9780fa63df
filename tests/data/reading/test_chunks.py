"""Files that are parsed some rows at a time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from forms import read

from lossbench.data.arrays import DatasetError
from lossbench.data.progress import watched
from lossbench.data.reading import chunks


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 300)


def test_numbers_are_those_of_the_file_parsed_at_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(1000, 3)), columns=["a", "b", "c"])
    frame.loc[500:600, "b"] = np.nan
    frame["n"] = rng.integers(0, 9, 1000)
    reading = read(tmp_path, frame.to_csv(index=False))
    pd.testing.assert_frame_equal(reading.frame, frame)
    assert reading.place(999) == "line 1001"


def test_a_text_far_below_leaves_the_texts_above_as_they_are_written(tmp_path: Path) -> None:
    body = "".join(f"{number % 3},1\n" for number in range(500))
    reading = read(tmp_path, f"a,y\n{body},1\nx,2\n")
    assert list(reading.frame["a"].dropna().unique()) == ["0", "1", "2", "x"]
    assert reading.frame["a"].isna().sum() == 1


@pytest.mark.parametrize("wrong", ["7", "7,8,9", "7,8,9,9"])
def test_a_ragged_line_far_below_is_found(wrong: str, tmp_path: Path) -> None:
    body = "1,2\n" * 400
    with pytest.raises(DatasetError, match=r"line 402 has \d values? for 2 columns"):
        read(tmp_path, f"a,y\n{body}{wrong}\n{body}")


def test_a_watcher_is_told_how_much_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 30_000)
    told: list[tuple[str, float]] = []
    with watched(lambda stage, share: told.append((stage, share))):
        read(tmp_path, "a,y\n" + "1,2\n" * 200_000)
    shares = [share for _, share in told]
    assert {stage for stage, _ in told} == {"Reading rows"}
    assert len(set(shares)) > 2  # pandas takes 256 KiB at a time
    assert shares == sorted(shares)
    assert shares[-1] == 1
