"""Whether a target is classes or real numbers."""

from pathlib import Path

import numpy as np
import pytest
from dataset_configs import TEXT, WHOLE, check_complaint, split_of


@pytest.mark.parametrize(
    ("column", "classes"),
    [
        (["no", "yes"] * 20, ("no", "yes")),
        (["false", "true"] * 20, ("false", "true")),
        (["FALSE", "TRUE"] * 20, ("FALSE", "TRUE")),
        (["3", "1000000"] * 20, ("3", "1000000")),
        (["1.0", "2.0"] * 20, ("1.0", "2.0")),
        (["007", "010"] * 20, ("007", "010")),
        (["2", "10"] * 20, ("2", "10")),
        (["1", "2", "3", "4"] * 10, ("1", "2", "3", "4")),
        (["1", "2", "3", "4", "5"] * 8, ()),
        # Years, ratings from 3 to 6, and counts with their tail.
        (["1990", "1991", "1992"] * 20, ()),
        (["3", "4", "5", "6"] * 20, ()),
        (["0"] * 100 + ["1"] * 60 + ["2"] * 30 + ["3"] * 12, ()),
        (["0"] * 100 + ["1"] * 60 + ["2"] * 30 + ["3"], ()),
        (["1"] * 100 + ["2"] * 12 + ["3"] * 60 + ["4"] * 12, ("1", "2", "3", "4")),
        (["50%", "60%"] * 20, ()),
        (["$1", "$2"] * 20, ()),
        (["None"] * 20 + ["NA"] * 20 + ["null"] * 20, ("NA", "None", "null")),
        (["yes", "yes ", " no"] * 20, ("no", "yes")),
        (["0.5", "1.5"] * 20, ()),
        ([str(7 * number) for number in range(40)], ()),
    ],
    ids=lambda it: " ".join(dict.fromkeys(it)),
)
def test_kind_of_a_target_is_told_by_rule(
    column: list[str], classes: tuple[str, ...], tmp_path: Path
) -> None:
    lines = [f"{number},{value}" for number, value in enumerate(column)]
    (tmp_path / "d.csv").write_text("\n".join(["a,y", *lines]))
    dataset = "file: d.csv, target: y, split: {shuffle: true}"
    assert split_of(tmp_path, dataset, "kld" if classes else "mse").classes == classes


def test_kind_of_a_target_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(WHOLE)
    split = split_of(tmp_path, "file: d.csv, target: y, problem: regression", "mse")
    assert split.classes == ()
    assert split.y_train.dtype == np.float32
    (tmp_path / "d.csv").write_bytes(b"a,y\n1,0.5\n2,1.5\n3,0.5\n4,1.5\n")
    split = split_of(tmp_path, "file: d.csv, target: y, problem: classification")
    assert split.classes == ("0.5", "1.5")


@pytest.mark.parametrize("written", ["{}", '"{}"', "{}.0"])
def test_classes_that_are_numbers_are_in_their_order_for_losses_that_need_one(
    written: str, tmp_path: Path
) -> None:
    lines = [f"{number},{written.format(grade)}" for number, grade in enumerate([10, 9, 8, 11] * 9)]
    (tmp_path / "d.csv").write_text("\n".join(["a,y", *lines]))
    split = split_of(tmp_path, "file: d.csv, target: y, problem: classification", "corn")
    assert [float(name) for name in split.classes] == [8, 9, 10, 11]
    assert split.y_train[:4].tolist() == [2, 1, 0, 3]


# What the file holds, further keys of the dataset, the loss, and what is said.
REFUSED: list[tuple[bytes, str, str, str]] = [
    (
        b"a,y\n1,0.5\n2,inf\n3,1\n4,2\n",
        "",
        "mse",
        "target: 'y' line 3, column 'y': 'inf' is text among",
    ),
    (
        b"a,y\n1,1.5\n2,\n3,one\n4,2\n",
        "missing: drop",
        "mse",
        "target: 'y' line 4, column 'y': 'one' is text among numbers; missing_values: ['o",
    ),
    (
        TEXT,
        "problem: regression",
        "mse",
        "target: 'y' must be numbers for regression; it has 'x'",
    ),
]


@pytest.mark.parametrize(
    ("content", "keys", "loss", "said"), REFUSED, ids=[it[3] for it in REFUSED]
)
def test_a_wrong_target_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_complaint(monkeypatch, tmp_path, content, keys, loss, said)
