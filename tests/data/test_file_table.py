"""From a data file to a table: columns left out, missing values, weights of rows."""

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dataset_configs import REAL, TEXT, WEIGHTED, check_complaint, complaints, houses, split_of
from sklearn.model_selection import train_test_split

from lossbench.data import features
from lossbench.data.choice import Choice
from lossbench.data.columns.rules import Rules
from lossbench.data.file_table import table_from_file
from lossbench.data.parts import Parts
from lossbench.data.reading.form import Reading
from lossbench.data.scaling import Scaling
from lossbench.data.splitting import split


def test_missing_rows_are_dropped_where_asked_and_without_a_target_always(tmp_path: Path) -> None:
    frame = houses()
    frame.loc[[7, 8, 9], "price"] = np.nan
    frame.to_csv(tmp_path / "h.csv", index=False)
    file = "file: h.csv, target: price, missing"
    counts = {
        strategy: len(split.x_train) + len(split.x_test)
        for strategy in ("drop", "mean")
        for split in [split_of(tmp_path, f"{file}: {strategy}", "mse")]
    }
    assert counts == {"drop": 60 - 4 - 3, "mean": 60 - 3}
    (line,) = complaints(tmp_path, "file: h.csv, target: price", "mse")
    said = "(2 in column 'size', 2 in column 'city', 3 in column 'price')"
    assert line.startswith("1: dataset.missing: is needed where values are missing " + said)


def test_weights_of_rows_follow_their_rows_and_are_no_feature(tmp_path: Path) -> None:
    frame = houses().assign(weight=np.arange(60) / 10)
    frame.loc[[50, 51], "weight"] = np.nan
    frame.to_csv(tmp_path / "h.csv", index=False)
    data = (
        "file: h.csv, target: price, missing: median, train_size: 40, "
        "split: {shuffle: true, random_state: 3}"
    )
    split = split_of(tmp_path, f"{data}, sample_weight: weight", "mse")
    train, _ = train_test_split(frame.dropna(subset="weight"), train_size=40, random_state=3)
    assert split.weights_train is not None
    np.testing.assert_allclose(split.weights_train, train["weight"], rtol=1e-6)
    assert "weight" not in split.features
    without = split_of(tmp_path, f"{data}, drop: [weight]", "mse")
    assert without.weights_train is None
    assert without.features == split.features


# What the file holds, further keys of the dataset, the loss, and what is said.
REFUSED: list[tuple[bytes, str, str, str]] = [
    (WEIGHTED, "sample_weight: v", "mse", "sample_weight: 'v' is not a column; allowed: a, w, y"),
    (WEIGHTED, "sample_weight: y", "mse", "sample_weight: 'y' is the target"),
    (WEIGHTED, "sample_weight: w", "mse", "sample_weight: 'w' must be at least 0; line 5 has -1"),
    (
        b"a,b,y\n1,1,0.5\n2,0,1.5\n3,2,3.5\n4,1,2.5\n",
        "sample_weight: a, drop: [a]",
        "mse",
        "drop: ['a'] leaves out the sample_weight",
    ),
    (REAL, "sample_weight: a", "mse", "file: 'd.csv' has no column besides the target"),
    (
        b"a,w,y\n1,x,2.5\n2,z,1.5\n3,x,3.5\n4,z,2.5\n",
        "sample_weight: w",
        "mse",
        "sample_weight: 'w' has no numbers but categories",
    ),
    (
        b"a,w,y\n1,1,2.5\n2,x,1.5\n3,2,3.5\n4,1,2.5\n",
        "sample_weight: w",
        "mse",
        "sample_weight: 'w' line 3, column 'w': 'x' is text among numbers",
    ),
    (
        b"a,w,y\n1,,2.5\n2,,1.5\n3,,3.5\n4,,2.5\n",
        "sample_weight: w",
        "mse",
        "sample_weight: 'w' has no values",
    ),
    (b"y\nx\nz\n", "", "bce", "file: 'd.csv' has no column besides the target"),
    (TEXT, "drop: [b]", "bce", "drop: ['b'] has 'b', which is not a column; allowed: a, y"),
    (TEXT, "drop: [y]", "bce", "drop: ['y'] leaves out the target"),
    (REAL + b"5,1.5\n", "rare: drop", "mse", "rare: 'drop' is for classes; the target has numbers"),
    (TEXT, "dates: [year]", "bce", "dates: ['year'] has nothing to do: no column that is used has"),
    (TEXT, "day_first: true", "bce", "day_first: True has nothing to do: no column that is used h"),
    (
        b"a,y\n1,yes\n2,\n3,yes\n4,\n",
        "missing: drop",
        "bce",
        "target: 'y' has 'yes' or nothing (2 rows), and a missing value is no class",
    ),
]


@pytest.mark.parametrize(
    ("content", "keys", "loss", "said"), REFUSED, ids=[it[3] for it in REFUSED]
)
def test_a_wrong_column_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_complaint(monkeypatch, tmp_path, content, keys, loss, said)


def test_all_names_that_are_wrong_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(WEIGHTED)
    keys = "file: d.csv, target: z, drop: [p, q], sample_weight: v"
    said = complaints(tmp_path, keys, "mse")
    assert [line.split(" ")[1] for line in said] == [
        "dataset.target:",
        "dataset.sample_weight:",
        "dataset.drop:",
        "dataset.drop:",
    ]


def test_a_value_or_nothing_is_one_or_zero(tmp_path: Path) -> None:
    lines = [f"{'x' if n % 3 else ''},{'' if n % 4 else 1},{n % 5 or ''},{n}" for n in range(40)]
    (tmp_path / "d.csv").write_text("\n".join(["a,b,c,y", *lines]))
    split = split_of(tmp_path, "file: d.csv, target: y, missing: median", "mse")
    assert split.features == ("a", "b", "c")
    found = np.concatenate([split.x_train, split.x_test])
    assert found[:, 0].tolist() == [float(n % 3 > 0) for n in range(40)]
    assert found[:, 1].tolist() == [float(n % 4 == 0) for n in range(40)]
    assert found[0, 2] > 0  # other numbers with gaps are filled in


def test_columns_of_numbers_are_never_copied_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it takes to split a file is its features, which have half of its size, and a little."""
    monkeypatch.setattr(features, "BLOCK", 2**16)
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20_000, 100)))
    frame.columns = [*map(str, range(99)), "y"]
    parts, scaling = Parts(slice(10_000), slice(10_000, None)), Scaling("train")

    def read_and_split() -> None:
        reading = Reading(frame, lambda row: f"row {row}")
        split(table_from_file(reading, Choice(("y",), "regression"), Rules()), parts, scaling)

    read_and_split()  # imports
    tracemalloc.start()
    read_and_split()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.8 * frame.to_numpy().nbytes
