"""Packed files."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from forms import read, rows

from lossbench.data.arrays import DatasetError

CONTENT = b"a,y\n1,x\n2,z\n"


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.csv.gz", gzip.compress(CONTENT)),
        ("d.zip", zipped(some_csv=CONTENT)),
        ("d.csv.zip", zipped(some_csv=CONTENT)),
        ("d.zip", zipped(some_csv=CONTENT, MACOSX__some_csv=b"").replace(b"MACOSX/", b"_MACOSX")),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_packed_file_is_read(name: str, content: bytes, tmp_path: Path) -> None:
    if b"_MACOSX" in content:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("some.csv", CONTENT)
            archive.writestr("__MACOSX/._some.csv", b"\0\1")
        content = buffer.getvalue()
    assert rows(read(tmp_path, content, name)) == [[1, "x"], [2, "z"]]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("d.csv.gz", CONTENT, "cannot be unpacked: Not a gzipped file"),
        ("d.csv.gz", gzip.compress(CONTENT)[:-9], "cannot be unpacked"),
        ("d.zip", CONTENT, "cannot be unpacked: File is not a zip file"),
        ("d.zip", zipped(a_csv=CONTENT, b_csv=CONTENT), r"holds 2 files \(a.csv, b.csv\): unpack"),
        ("d.zip", zipped(a=CONTENT), "holds 'a', which must end in one of .csv"),
        ("d.gz", gzip.compress(CONTENT), "holds 'd', which must end in one of .csv"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_what_cannot_be_unpacked_is_refused(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match=said):
        read(tmp_path, content, name)
