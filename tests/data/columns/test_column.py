"""Columns of a data file: what cannot be a feature, and the values that are refused."""

from pathlib import Path
from typing import Any

import numpy as np
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


def test_six_digits_are_dates_where_the_name_says_so_and_one_order_fits(tmp_path: Path) -> None:
    text = "date,n,day,y\n111597,111597,10203,1\n10298,10298,10204,2\n122997,122997,10205,3\n"
    found = columns_of(tmp_path, text)
    assert found["date"].kind == "dates"
    assert found["date"].values[1] == np.datetime64("1998-01-02")
    assert found["date"].notes == (
        "column 'date' has whole numbers such as 111597, taken for dates such as 1997-11-15",
    )
    assert (found["n"].kind, found["day"].kind) == ("numbers", "numbers")


def test_a_placeholder_among_dates_has_a_remedy(tmp_path: Path) -> None:
    text = "d,y\n" + "2024-01-31,1\n2024-02-01,2\n" * 5 + "?,3\n"
    fault = columns_of(tmp_path, text)["d"].fault
    assert fault is not None
    assert fault.message.startswith("line 12, column 'd': '?' is text among dates; missing_values:")
    assert columns_of(tmp_path, text, missing_values=("?",))["d"].kind == "dates"


def test_missing_numbers_are_read_as_those_of_the_file(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "a;y\n1,5;1\n-99,9;2\n", missing_values=("-99,9",), decimal=",")
    assert found["a"].missing.tolist() == [False, True]


# Values in equal shares, and what is said of them.
MIXED = [
    (
        ["1 kg", "500 g"],
        "line 3, column 'a': '500 g' is a number written in another way than '1 kg'",
    ),
    (["0 USD", "1 EUR"], "'1 EUR' is a number written in another way than '0 USD'"),
    (["1,5", "2.5"], "'1,5' is a number written in another way than '2.5'"),
    (["2024-01-05", "05.02.2024"], "dates such as '2024-01-05' and '05.02.2024', not all in one"),
    (["25/02/2024", "02/25/2024"], "dates such as '25/02/2024' and '02/25/2024', not all in one"),
    (["1/1/2024", "25/02/2024", "02/25/2024"], "'25/02/2024' and '02/25/2024', not all in one"),
    (["1. Januar 2024", "2. Mai 2024"], "dates such as '1. Januar 2024', in no form that is known"),
    (["2024-01-05", "2024-01-06", "soon"], "line 4, column 'a': 'soon' is text among dates (20 r"),
    (["2024-01-05", "2024-01-06", "0000-00-00"], "'0000-00-00' is text among dates (20 rows)"),
]


@pytest.mark.parametrize(("values", "said"), MIXED, ids=[it[1] for it in MIXED])
def test_numbers_and_dates_in_several_ways_are_no_categories_in_silence(
    values: list[str], said: str, tmp_path: Path
) -> None:
    lines = [f'"{values[number % len(values)]}",{number}' for number in range(20 * len(values))]
    found = columns_of(tmp_path, "\n".join(["a,y", *lines]), decimal=".")["a"]
    assert found.fault is not None
    assert said in found.fault.message
    assert "categories: ['a'] takes every value for a category" in found.fault.message


def test_what_is_like_numbers_or_dates_may_be_categories(tmp_path: Path) -> None:
    kinds = {
        "place": ["1st", "2nd", "3rd", "Crew"],
        "seat": ["1A", "2B", "3C", "4D", "5E", "6F"],
        "season": ["2001/02", "2002/03"],
        "version": ["1.2.3", "1.2.4"],
        "age": ["0-9", "10-19"],
        "address": ["7 Elm Rd", "8 Oak Ave", "9 Main St"],
        "flat": ["5A", "16B"],
        "score": ["3-2", "1-1"],
    }
    for name, values in kinds.items():
        text = "\n".join([f"{name},y", *(f"{values[n % len(values)]},{n}" for n in range(60))])
        found = columns_of(tmp_path, text)[name]
        assert (name, found.kind, found.fault) == (name, "categories", None)


def test_na_between_true_and_false_is_missing(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "a,y\n" + "TRUE,1\nFALSE,2\nNA,3\n" * 3)["a"]
    assert found.missing.tolist() == [False, False, True] * 3
    assert found.notes == ("column 'a' has 'NA', taken for missing there",)


def test_words_that_may_mean_the_same_are_told(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "a,y\n" + "True,1\nFalse,2\n1,3\n0,3\n" * 3)["a"]
    assert found.notes == (
        "column 'a' has 'True' and '1', taken for different values",
        "column 'a' has 'False' and '0', taken for different values",
        "column 'a' has numbers such as '1' among texts, taken for texts",
    )


def test_whole_numbers_that_a_float_would_round_are_no_numbers(tmp_path: Path) -> None:
    text = "a,b,y\n" + "".join(f"{10**17 + n},{2**53 - n},{n}\n" for n in range(9))
    found = columns_of(tmp_path, text)
    assert found["a"].fault is not None
    assert found["a"].fault.message.startswith(
        "column 'a' has whole numbers above 2^53, such as 100000000000000008, which would be round"
    )
    assert found["b"].fault is None
    gap = columns_of(tmp_path, text + ",1,2\n")["a"]
    assert gap.fault is not None
    measured = columns_of(tmp_path, "a,y\n1e30,1\n2.5e31,2\n,3\n")["a"]
    assert measured.fault is None


def test_numbers_among_texts_are_told(tmp_path: Path) -> None:
    text = "a,y\n" + "<0.01,1\n0.27,2\n<0.01,3\n0.42,4\n<0.05,5\n" * 5
    assert columns_of(tmp_path, text)["a"].notes == (
        "column 'a' has numbers such as '0.27' among texts, taken for texts",
    )


@pytest.mark.parametrize(
    ("usual", "wrong"), [("2021-02-{:02}", "2021-02-30"), ("{:02}.02.2021", "30.02.2021")]
)
def test_an_impossible_date_is_placed(usual: str, wrong: str, tmp_path: Path) -> None:
    days = [usual.format(n % 28 + 1) for n in range(56)]
    for row in (0, 40):
        lines = [f"{it},{n}" for n, it in enumerate([*days[:row], wrong, *days[row:]])]
        fault = columns_of(tmp_path, "\n".join(["a,y", *lines]))["a"].fault
        assert fault is not None
        assert fault.message.startswith(
            f"line {row + 2}, column 'a': '{wrong}' is no date as the others; missing_values: "
            f"['{wrong}'] takes it for missing"
        )


def test_a_date_that_stands_for_none_is_told(tmp_path: Path) -> None:
    text = "a,y\n2024-01-05,1\n9999-12-31,2\n2024-01-06,3\n"
    found = columns_of(tmp_path, text)["a"]
    note = (
        "column 'a' has dates as late as '9999-12-31'; missing_values: ['9999-12-31'] takes it for "
    )
    # pandas 2 has no such dates: they are refused there.
    assert found.notes == (f"{note}missing",) or (
        found.fault and "'9999-12-31'" in found.fault.message
    )
    assert columns_of(tmp_path, text, missing_values=("9999-12-31",))["a"].missing.tolist() == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            ["1.1", "1.10", "1.2"],
            "has '1.1' and '1.10', read as 1.1; categories: ['a']",
        ),
        (["01.11", "10.2", "7"], "has '01.11', read as 1.11; categories: ['a']"),
        (["1.1", "1.2", "1"], ""),
        ([f"{n}.{n}" for n in range(1, 60)] + ["3.30"], ""),
    ],
)
def test_codes_with_a_point_are_told(values: list[str], said: str, tmp_path: Path) -> None:
    reading = read(tmp_path, "a,y\n" + "".join(f"{it},1\n" for it in values))
    column = read_column(reading, "a", Rules())
    assert list(column.values) == list(map(float, values))
    assert column.notes == ((f"column 'a' {said} keeps codes",) if said else ())
    if said:
        kept = read_column(reading, "a", Rules(categories=frozenset("a")))
        assert list(kept.values) == values
