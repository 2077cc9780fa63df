"""Excel sheets."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from forms import rows

from lossbench.data.arrays import DatasetError
from lossbench.data.files import DataFiles
from lossbench.data.reading.form import Form

REPORT = [
    ["Report", None, None],
    [None] * 3,
    ["size", "kind", "price"],
    [1, "NA", 3.5],
    [2, "b", 4],
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A sheet with a title and an empty line above its columns, and another sheet."""
    with pd.ExcelWriter(tmp_path / "d.xlsx") as writer:
        for name, cells in (("first", REPORT), ("second", [["a", "y"], [1, "x"], [7, "z"]])):
            frame = pd.DataFrame(cells)
            frame.to_excel(writer, sheet_name=name, index=False, header=False)
    return tmp_path / "d.xlsx"


def test_a_sheet_is_read_below_its_title(book: Path) -> None:
    reading = DataFiles().read(book)
    assert list(reading.frame.columns) == ["size", "kind", "price"]
    assert rows(reading) == [[1, "NA", 3.5], [2, "b", 4]]
    assert reading.frame["price"].dtype == float
    assert reading.place(1) == "row 5"
    assert reading.notes == (
        "sheet 'first' is read; sheet: NAME reads another ('second')",
        "1 row above the columns: left out",
    )


def test_another_sheet_is_read_where_it_is_named(book: Path) -> None:
    files = DataFiles()
    assert rows(files.read(book, form=Form(sheet="second"))) == [[1, "x"], [7, "z"]]
    with pytest.raises(DatasetError, match="is not a sheet; there are: first, second") as caught:
        files.read(book, form=Form(sheet="third"))
    assert caught.value.key == "sheet"


def test_a_sheet_without_a_header_wants_a_key(tmp_path: Path) -> None:
    pd.DataFrame([[1.5, "a"], [2.5, "b"], [3.5, "a"]]).to_excel(
        tmp_path / "d.xlsx", index=False, header=False
    )
    reading = DataFiles().read(tmp_path / "d.xlsx")
    assert len(reading.frame) == 3
    assert [it.remedy for it in reading.faults] == [{"header": False}]


def test_a_second_header_of_a_sheet_is_left_out(tmp_path: Path) -> None:
    cells = [["a", "y"], ["kg", "m"], [1.5, 2], [2.5, 3], [3.5, 4]]
    pd.DataFrame(cells).to_excel(tmp_path / "d.xlsx", index=False, header=False)
    found = DataFiles().read(tmp_path / "d.xlsx")
    assert [it.remedy for it in found.faults] == [{"skip_rows": [2]}]
    for reading in (found, DataFiles().read(tmp_path / "d.xlsx", form=Form(skip_rows=(2,)))):
        assert rows(reading) == cells[2:]
        assert reading.place(0) == "row 3"
        assert reading.frame["a"].dtype == float


def test_what_is_no_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "d.xlsx").write_bytes(b"a,y\n1,x\n")
    with pytest.raises(DatasetError, match="is not an Excel file that can be read"):
        DataFiles().read(tmp_path / "d.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(DatasetError, match=r"needs openpyxl .* 'lossbench\[excel\]'"):
        DataFiles().read(tmp_path / "d.xlsx")
