"""Columns of a data file: what cannot be a feature, and the values that are refused."""

from pathlib import Path
from typing import Any

import pytest
from dataset_configs import check_complaint
from forms import read

from lossbench.data.columns.column import Column
from lossbench.data.columns.read import read_column
from lossbench.data.columns.rules import Rules

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
        "file: 'd.csv' column 'b' has no values; leave it out: drop: ['b']",
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
        "file: 'd.csv' column 'a' has 300 different texts in 300 rows, such as 'id0', too many for",
    ),
]


@pytest.mark.parametrize(
    ("content", "keys", "loss", "said"), REFUSED, ids=[it[3] for it in REFUSED]
)
def test_what_is_not_a_feature_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_complaint(monkeypatch, tmp_path, content, keys, loss, said)


def columns_of(folder: Path, content: str, **rules: Any) -> dict[str, Column]:
    reading = read(folder, content)
    return {name: read_column(reading, name, Rules(**rules)) for name in reading.frame.columns}


def test_usual_spellings_are_missing_among_numbers_and_values_among_texts(tmp_path: Path) -> None:
    spellings = ["NA", "N/A", "NaN", "null", "None", "#N/A", "#DIV/0!", "<NA>", "n/a"]
    lines = [f"{number},{number},w{number % 2}" for number in range(20)]
    lines += [f"{number},{it},{it}" for number, it in enumerate(spellings)]
    found = columns_of(tmp_path, "\n".join(["a,b,c", *lines, "5,,"]))
    assert found["b"].kind == "numbers"
    assert int(found["b"].missing.sum()) == len(spellings) + 1
    assert found["b"].fault is None
    assert found["b"].notes == ("column 'b' has 'NA', 'N/A', 'NaN', taken for missing there",)
    assert found["c"].kind == "categories"
    assert int(found["c"].missing.sum()) == 1
    assert set(found["c"].values[20:29]) == set(spellings)
    assert found["c"].notes[-1].startswith("column 'c' has 'NA' (1 row), 'N/A' (1 row)")


def test_the_config_says_what_is_missing_in_all_columns(tmp_path: Path) -> None:
    text = "a,b,c\n1,?,?\n-999,2,x\n3,-999.0,-\n4,5,z\n"
    found = columns_of(tmp_path, text, missing_values=("?", -999, "-"))
    assert {name: it.kind for name, it in found.items()} == {
        "a": "numbers",
        "b": "numbers",
        "c": "categories",
    }
    assert {name: it.missing.tolist() for name, it in found.items()} == {
        "a": [False, True, False, False],
        "b": [True, False, True, False],
        "c": [True, False, True, False],
    }


@pytest.mark.parametrize("mark", ["?", "-", ".", "unknown"])
def test_a_placeholder_among_numbers_has_a_remedy_and_a_slip_has_none(
    mark: str, tmp_path: Path
) -> None:
    body = "".join(f"{number},{number}\n" for number in range(20))
    found = columns_of(tmp_path, f"a,b\n{body}{mark},1\n{mark},1O5\n")
    fault = found["a"].fault
    assert fault is not None
    assert fault.remedy == {"missing_values": [mark]}
    assert fault.message.startswith(
        f"line 22, column 'a': {mark!r} is text among numbers (2 rows);"
    )
    slip = found["b"].fault
    assert slip is not None
    assert slip.remedy == {}
    assert "missing_values: ['1O5'] takes it for missing" in slip.message


def test_a_column_of_texts_that_nearly_all_differ_is_left_out(tmp_path: Path) -> None:
    lines = [f"name {number},{number % 9},k{number % 8}" for number in range(40)]
    found = columns_of(tmp_path, "\n".join(["a,b,c", *lines]))
    assert (found["a"].kind, found["c"].kind) == ("texts", "categories")
    assert found["a"].fault is not None
    assert found["a"].fault.remedy == {"drop": ["a"]}
    same = columns_of(tmp_path, "\n".join(["a,b,c", *lines]), categories=frozenset({"a", "b"}))
    assert (same["a"].kind, same["a"].fault, same["b"].kind) == ("categories", None, "categories")


def test_spellings_that_differ_in_capitals_are_told_and_can_be_one(tmp_path: Path) -> None:
    text = "a,y\n" + "Yes,1\nyes ,2\nYes,3\nno,4\n" * 3
    found = columns_of(tmp_path, text)["a"]
    assert set(found.values) == {"Yes", "yes", "no"}
    assert found.notes == (
        "column 'a' has 'Yes' (6 rows) and 'yes' (3 rows); ignore_case: true takes them for one",
    )
    same = columns_of(tmp_path, text, ignore_case=True)["a"]
    assert same.values.tolist() == ["Yes", "Yes", "Yes", "no"] * 3
    assert same.notes == ()


def test_dates_that_are_numbers_may_have_gaps(tmp_path: Path) -> None:
    text = "d,y\n20240131,1\n,2\n20240201,3\n-999,4\n"
    found = columns_of(tmp_path, text, missing_values=(-999,))["d"]
    assert found.kind == "dates"
    assert found.missing.tolist() == [False, True, False, True]


def test_a_placeholder_among_dates_has_a_remedy(tmp_path: Path) -> None:
    text = "d,y\n" + "2024-01-31,1\n2024-02-01,2\n" * 5 + "?,3\n"
    fault = columns_of(tmp_path, text)["d"].fault
    assert fault is not None
    assert fault.message.startswith("line 12, column 'd': '?' is text among dates; missing_values:")
    assert columns_of(tmp_path, text, missing_values=("?",))["d"].kind == "dates"


def test_missing_numbers_are_read_as_those_of_the_file(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "a;y\n1,5;1\n-99,9;2\n", missing_values=("-99,9",), decimal=",")
    assert found["a"].missing.tolist() == [False, True]
