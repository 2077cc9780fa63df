"""Numbers as people write them, compared with what they mean."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossbench.data.columns.numbers import read

# How a column is written, and what its numbers are.
COLUMNS: list[tuple[str, list[float]]] = [
    ("1 2.5 -3 +4 1e-3 .5 2.", [1, 2.5, -3, 4, 1e-3, 0.5, 2]),
    ("50% 7.5% -3%", [50, 7.5, -3]),
    ("50 %|7.5 %", [50, 7.5]),
    ("$3.50 $1,062.00 -$2 $-4", [3.5, 1062, -2, -4]),
    ("$1,680|($300)", [1680, -300]),
    ("1,062 312,573 7 1,000,000", [1062, 312573, 7, 1000000]),
    ("1,23,456 12,345", [123456, 12345]),
    ("0,5 12,75 -3", [0.5, 12.75, -3]),
    ("1.062,5 0,25 12", [1062.5, 0.25, 12]),
    ("1.200,50 €|3,00 €", [1200.5, 3]),
    ("€ 5|€ 7,5", [5, 7.5]),
    ("1 062|12 500|3", [1062, 12500, 3]),
    ("1 062,5|3,25", [1062.5, 3.25]),
    ("1'062.5 3", [1062.5, 3]),
    ("1.234,56- 300,00", [-1234.56, 300]),
    ("1\u2009062|7", [1062, 7]),
    ("3 kg|4.5 kg|12kg", [3, 4.5, 12]),
    ("1 year|2 years|3 Years", [1, 2, 3]),
    ("25°C -3°C", [25, -3]),
    ("5 EUR|1,062 EUR", [5, 1062]),
    ("USD 5|USD 7", [5, 7]),
    ("5' 6'", [5, 6]),
    ("1.50 2.- 1'062.--", [1.5, 2, 1062]),
    ("2,- 3,50", [2, 3.5]),
    ("1,000+ 500,000+ 5+", [1000, 500000, 5]),
    ("\u22125 3", [-5, 3]),
]


@pytest.mark.parametrize(("written", "expected"), COLUMNS, ids=[it[0] for it in COLUMNS])
def test_a_column_is_read_by_one_rule(written: str, expected: list[float]) -> None:
    texts = written.split("|") if "|" in written else written.split()
    found = read(texts, ".")
    assert found.others == ()
    assert [found.values[it] for it in texts] == expected


@pytest.mark.parametrize(
    ("texts", "decimal", "expected"),
    [
        (["1,062", "3,250"], ".", [1062, 3250]),
        (["1,062", "3,250"], ",", [1.062, 3.25]),
        (["1.062", "3.250"], ".", [1.062, 3.25]),
        (["1.062", "3.250"], ",", [1062, 3250]),
        (["1.062", "3.25"], ",", [1.062, 3.25]),
        (["1,062", "3,25"], ".", [1.062, 3.25]),
        (["1.062", "7"], ",", [1062, 7]),
        (["0.062", "1.062"], ",", [0.062, 1.062]),
    ],
)
def test_the_file_decides_where_a_column_does_not_tell(
    texts: list[str], decimal: Literal[".", ","], expected: list[float]
) -> None:
    assert list(read(texts, decimal).values.values()) == expected


@pytest.mark.parametrize(
    ("texts", "others"),
    [
        (["3 kg", "4 kg", "400 g"], ["400 g"]),
        (["1,5", "2,25", "1.5"], ["1.5"]),
        (["50%", "60%", "0.7"], ["0.7"]),
        (["1", "2", "n/x"], ["n/x"]),
        (["$5", "$6", "€7"], ["€7"]),
        (["1", "2", "90+"], ["90+"]),
    ],
)
def test_what_is_written_in_another_way_is_no_number_of_the_column(
    texts: list[str], others: list[str]
) -> None:
    found = read(texts, ".")
    assert list(found.others) == others
    assert found.in_other_ways == set(others) - {"n/x"}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "0x10",
            "A12",
            "Q1",
            "1/2",
            "12:30",
            "2024-01-01",
            "1.2.3.4",
            "555-1234",
            "2-",
            "1st",
            "3½",
        ),
        *("nan", "inf", "e5", "--5", "+-5", "(5", "5)", "-(5)", "3 x 4", "1_000", "1,0,6", "", "%"),
    ],
)
def test_texts_that_are_no_numbers(text: str) -> None:
    assert read([text], ".").values == {}


@settings(deadline=None)  # whatever else a machine does
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_plain_numbers_are_those_of_python(numbers: list[float]) -> None:
    found = read([*dict.fromkeys(map(repr, numbers))], ".")
    assert found.is_plain
    np.testing.assert_array_equal([found.values[repr(it)] for it in numbers], numbers)


@settings(deadline=None)  # whatever else a machine does
@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1))
def test_numbers_grouped_as_pythons_formats_group_them_are_read_back(numbers: list[object]) -> None:
    english = [f"{it:,}" for it in numbers]
    german = [it.translate(str.maketrans(",.", ".,")) for it in english]
    for texts in (english, german, [f"{it} €" for it in german], [f"${it}" for it in english]):
        different = [*dict.fromkeys(texts)]
        found = read(different, ".")
        assert found.others == ()
        assert [found.values[it] for it in texts] == [float(str(it)) for it in numbers]


def test_codes_with_zeros_before_them_are_no_numbers() -> None:
    assert read(["007", "10"], ".").values == {}
    assert read(["01234", "02345"], ".").values == {}
    assert read(["0", "7", "0.5"], ".").others == ()


def test_letters_of_codes_are_no_units() -> None:
    for codes in (["1A", "2B", "3C"], ["7 Elm Rd", "8 Oak Ave"], ["28. Jan", "16. Dec"]):
        assert read(codes, ".").in_other_ways == frozenset()
    assert read(["1 kg", "500 g", "2 l"], ".").in_other_ways == {"500 g", "2 l"}
    assert read(["1 €", "5 USD"], ".").in_other_ways == {"5 USD"}


def test_prefixes_of_units_keep_their_case() -> None:
    assert read(["2 mW", "8 MW"], ".").others == ("8 MW",)
    assert read(["2 KG", "8 kg"], ".").others == ()


def test_nothing_is_nothing_in_any_unit() -> None:
    found = read(["18%", "0", "5%"], ".")
    assert (found.others, found.values["0"]) == ((), 0)
