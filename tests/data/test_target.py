"""Whether a target is classes or real numbers."""

from pathlib import Path

import numpy as np
import pytest
from dataset_configs import TEXT, WHOLE, check_complaint, split_of


@pytest.mark.parametrize(
    ("column", "classes"),
    [
        (["no", "yes"] * 20, ("no", "yes")),
        (["false", "true"] * 20, ("False", "True")),
        (["3", "1000000"] * 20, ("3", "1000000")),
        (["1.0", "2.0"] * 20, ("1", "2")),
        (["1", "2", "3", "4"] * 10, ("1", "2", "3", "4")),
        (["1", "2", "3", "4", "5"] * 8, ()),
        (["0.5", "1.5"] * 20, ()),
        ([str(7 * number) for number in range(40)], ()),
    ],
    ids=str,
)
def test_kind_of_a_target_is_told_by_rule(
    column: list[str], classes: tuple[str, ...], tmp_path: Path
) -> None:
    lines = [f"{number},{value}" for number, value in enumerate(column)]
    (tmp_path / "d.csv").write_text("\n".join(["a,y", *lines]))
    assert (
        split_of(tmp_path, "file: d.csv, target: y", "kld" if classes else "mse").classes == classes
    )


def test_kind_of_a_target_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(WHOLE)
    split = split_of(tmp_path, "file: d.csv, target: y, problem: regression", "mse")
    assert split.classes == ()
    assert split.y_train.dtype == np.float32
    (tmp_path / "d.csv").write_bytes(b"a,y\n1,0.5\n2,1.5\n3,0.5\n4,1.5\n")
    split = split_of(tmp_path, "file: d.csv, target: y, problem: classification")
    assert split.classes == ("0.5", "1.5")


# What the file holds, further keys of the dataset, the loss, and what is said.
REFUSED: list[tuple[bytes, str, str, str]] = [
    (b"a,y\n1,0.5\n2,inf\n3,1\n", "", "mse", "target: 'y' line 3, column 'y': inf is not finite"),
    (
        b"a,y\n1,1.5\n2,\n3,one\n4,2\n",
        "missing: drop",
        "mse",
        "target: 'y' line 4, column 'y': 'one' is text among numbers; problem: classification",
    ),
    (
        TEXT,
        "problem: regression",
        "mse",
        "target: 'y' must be numbers for regression; line 2 has 'x'",
    ),
]


@pytest.mark.parametrize(
    ("content", "keys", "loss", "said"), REFUSED, ids=[it[3] for it in REFUSED]
)
def test_a_wrong_target_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_complaint(monkeypatch, tmp_path, content, keys, loss, said)
