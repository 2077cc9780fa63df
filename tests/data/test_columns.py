"""Columns of a data file: what cannot be a feature, and the values that are refused."""

from pathlib import Path

import pytest
from dataset_configs import check_complaint

# What the file holds, further keys of the dataset, the loss, and what is said.
REFUSED: list[tuple[bytes, str, str, str]] = [
    (
        b",a,y\n0,1,x\n1,2,z\n",
        "",
        "bce",
        "file: 'd.csv' column 'Unnamed: 0' has no name in the header",
    ),
    (
        b"a,b,y\n1,,x\n2,,z\n",
        "",
        "bce",
        "file: 'd.csv' column 'b' has no values; leave it out: drop",
    ),
    (
        b'a,b,y\n1,"p\nq",x\n\ninf,r,z\n',
        "",
        "bce",
        "file: 'd.csv' line 5, column 'a': inf is not fin",
    ),
    (
        b"a,y\n1,x\n1e300,z\n",
        "",
        "bce",
        "file: 'd.csv' line 3, column 'a': 1e+300 is too large for a 32-b",
    ),
    (
        b"a,y\n1,x\n2,z\nn/x,x\n4,z\n",
        "",
        "bce",
        "file: 'd.csv' line 4, column 'a': 'n/x' is text am",
    ),
    (
        b"a,y\n" + b"".join(b"id%d,%d\n" % (n, n % 2) for n in range(300)),
        "",
        "bce",
        "file: 'd.csv' column 'a' has 300 different texts, such as 'id0', too many for categories",
    ),
]


@pytest.mark.parametrize(
    ("content", "keys", "loss", "said"), REFUSED, ids=[it[3] for it in REFUSED]
)
def test_what_is_no_feature_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_complaint(monkeypatch, tmp_path, content, keys, loss, said)
