"""CSV and TSV files: what is read, and where a complaint says a mistake is."""

from pathlib import Path

import pytest
from dataset_configs import TEXT, check_complaint, split_of


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(TEXT)
    plain = split_of(tmp_path, "file: d.csv, target: y")
    lines = TEXT.replace(b"\n", b"\r\n\r\n")
    (tmp_path / "d.csv").write_bytes(b"\xef\xbb\xbf" + lines)
    assert split_of(tmp_path, "file: d.csv, target: y").sha256 == plain.sha256


# What the file holds, further keys of the dataset, the loss, and what is said.
REFUSED: list[tuple[bytes, str, str, str]] = [
    (b"", "", "bce", "file: 'd.csv' is empty"),
    (b"\n\n", "", "bce", "file: 'd.csv' is empty"),
    (b"a,y\n", "", "bce", "file: 'd.csv' has a header but no rows"),
    (b"a,y\n1,x\n2,\0\n3,z\n", "", "bce", "file: 'd.csv' line 3 has a NUL byte"),
    (
        b"a,y\nb,x\n\xe9,z\nb,x\n\xe9,z\n",
        "encoding: utf-8",
        "bce",
        "encoding: 'utf-8' line 3 is not text in utf-8",
    ),
    (
        b"a,y\n1,x\n2,z,3\n",
        "",
        "bce",
        "file: 'd.csv' line 3 has 3 values for 2 columns, '2,z,3'; skip_footer: 1 leaves out wha",
    ),
    (b"a,y\n1,x\n2,z,3\n3,x\n", "", "bce", "file: 'd.csv' line 3 has 3 values for 2 columns"),
    (b"a,y\n1,x,3\n2,z,3\n", "", "bce", "file: 'd.csv' line 2 has 3 values for 2 columns"),
    (b"a,y\n1,x\n\n2\n3,z\n", "", "bce", "file: 'd.csv' line 4 has 1 value for 2 columns"),
    (b'a,y\n1,"x\n2,z\n3,x\n', "", "bce", "file: 'd.csv' line 2 has a quote that is never closed"),
]


@pytest.mark.parametrize(
    ("content", "keys", "loss", "said"), REFUSED, ids=[it[3] for it in REFUSED]
)
def test_what_is_not_a_table_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_complaint(monkeypatch, tmp_path, content, keys, loss, said)
