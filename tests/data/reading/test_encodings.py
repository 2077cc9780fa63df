"""Texts in UTF-8 and in other encodings."""

from pathlib import Path

import pytest
from forms import read, rows

from lossbench.data.arrays import DatasetError

TEXT = "city,y\nKöln,1\nUlm,2\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", ["read as utf-16"]),
        ("utf-16-le", ["read as utf-16-le"]),
        ("utf-16-be", ["read as utf-16-be"]),
        ("latin-1", ["read as cp1252, with texts such as 'Köln'; encoding: NAME says another"]),
    ],
)
def test_texts_are_read_in_the_encoding_they_have(
    encoding: str, said: list[str], tmp_path: Path
) -> None:
    reading = read(tmp_path, TEXT.encode(encoding))
    assert rows(reading) == [["Köln", 1], ["Ulm", 2]]
    assert list(reading.frame.columns) == ["city", "y"]
    assert list(reading.notes) == said


def test_the_encoding_can_be_said(tmp_path: Path) -> None:
    text = "привет,y\nжизнь,1\nящик,2\n"
    reading = read(tmp_path, text.encode("cp1251"), encoding="cp1251")
    assert rows(reading) == [["жизнь", 1], ["ящик", 2]]
    with pytest.raises(DatasetError, match=r"line 1 is not text in ascii \(byte 0xd0\)") as caught:
        read(tmp_path, text, encoding="ascii")
    assert caught.value.key == "encoding"
