"""Dates and times in the forms in which people write them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from forms import read

from lossbench.data.columns import dates
from lossbench.data.columns.read import read_column
from lossbench.data.columns.rules import Rules

DAYS = pd.Series(pd.to_datetime(["2024-01-05", "2023-12-31", "2024-02-29"]))
TIMES = DAYS + pd.to_timedelta(["10:30:00", "00:00:00", "23:59:59"])


@pytest.mark.parametrize(
    "form",
    [
        *("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y"),
        *("%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%y", "%d-%b-%Y", "%d %B %Y", "%d-%m-%Y"),
        *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y %H:%M:%S"),
        *("%m/%d/%Y %I:%M:%S %p", "%b %d, %Y %H:%M:%S", "%Y/%m/%d %H:%M:%S"),
        *("%Y-%m-%d %H:%M:%S,000", "%a, %d %b %Y", "%A, %B %d, %Y", "%a %b %d %H:%M:%S %Y"),
        "%a, %d %b %Y %H:%M:%S +0000",
    ],
)
def test_dates_are_read_as_they_are_written(form: str) -> None:
    expected = TIMES if "%S" in form else DAYS
    found, doubtful = dates.read(list(expected.dt.strftime(form)), None)
    assert found is not None
    assert found.tolist() == expected.tolist()
    assert not doubtful


def test_days_and_months_that_may_be_the_other_way_round_are_doubtful() -> None:
    texts = ["01/02/2024", "03/04/2024"]
    found, doubtful = dates.read(texts, None)
    assert doubtful
    for day_first, month in ((False, 1), (True, 2)):
        found, doubtful = dates.read(texts, day_first)
        assert found is not None
        assert (found[0].month, doubtful) == (month, "")
    # One date tells for all; and where both are the same day nothing is in doubt.
    assert dates.read(["01/02/2024", "25/02/2024"], None)[1] == ""
    assert dates.read(["01/01/2024", "02/02/2024"], None)[1] == ""
    # The example is one that differs.
    assert dates.read(["01/01/2024", "03/02/2024"], None)[1] == "03/02/2024"


def test_the_config_says_the_order_where_points_say_another() -> None:
    found, doubtful = dates.read(["01.02.2024", "03.04.2024"], None)
    assert found is not None
    assert (found[0].month, doubtful) == (2, "")
    found, _ = dates.read(["01.02.2024", "03.04.2024"], False)
    assert found is not None
    assert found[0].month == 1


@pytest.mark.parametrize("mark", ["-", "/"])
def test_short_years_that_may_come_first_are_doubtful(mark: str) -> None:
    days = pd.Series(pd.date_range("2020-01-01", "2022-12-31", freq="11D"))
    texts = list(days.dt.strftime(f"%y{mark}%m{mark}%d"))
    found, doubtful = dates.read(texts, None)
    assert doubtful
    found, _ = dates.read(texts, False)
    assert found is not None
    assert found.tolist() == days.tolist()
    by_day, _ = dates.read(texts, True)
    assert by_day is not None
    assert by_day[0] == pd.Timestamp("2001-01-20")
    # Days differ more than years: no one takes them for years.
    found, doubtful = dates.read(list(days.dt.strftime(f"%d{mark}%m{mark}%y")), None)
    assert found is not None
    assert (found.tolist(), doubtful) == (days.tolist(), "")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["01JAN2021", "02FEB2021"], ["2021-01-01", "2021-02-02"]),
        (["01JAN2021:10:00:05", "02FEB2021:00:00:00"], ["2021-01-01 10:00:05", "2021-02-02"]),
        (["20210101T100005", "20210202T000000"], ["2021-01-01 10:00:05", "2021-02-02"]),
        (["01/Jan/2021:10:00:05 +0100"], ["2021-01-01 10:00:05"]),
        (["2021/01/01 1:00:05 PM GMT+1"], ["2021-01-01 13:00:05"]),
        (["10:00:01,500", "23:59:59,000"], ["1900-01-01 10:00:01.5", "1900-01-01 23:59:59"]),
        (["12:00AM", "1:30PM"], ["1900-01-01", "1900-01-01 13:30"]),
        (["2021-W1", "2021-W10"], ["2021-01-04", "2021-03-08"]),
        (["Q1 2021", "Q4 2021"], ["2021-01-01", "2021-10-01"]),
        (["2021M02", "2021M12"], ["2021-02-01", "2021-12-01"]),
        (["2/2021", "12/2021"], ["2021-02-01", "2021-12-01"]),
    ],
)
def test_dates_as_programs_write_them(texts: list[str], expected: list[str]) -> None:
    found, doubtful = dates.read(texts, None)
    assert found is not None
    assert found.tolist() == [pd.Timestamp(it) for it in expected]
    assert not doubtful


def test_a_week_is_its_monday() -> None:
    found, _ = dates.read(["2024-W01", "2026-W53"], None)
    assert found is not None
    assert found.tolist() == [pd.Timestamp("2024-01-01"), pd.Timestamp("2026-12-28")]


@pytest.mark.parametrize(
    "texts",
    [
        *(["2024-01-01", "soon"], ["1.5", "2.5"], ["1/2", "3/4"], ["2024-13-01"], ["31.2.2024"]),
        *(["10-12", "12-14"], ["A 1", "B 2"], [], ["May", "June"], ["12345"], ["1-2-3-4"]),
        *(
            ["2001/02", "2002/03"],
            ["1999-00", "2000-01"],
            ["192.168.0.1"],
            ["555-1234-77"],
            ["3:1", "2:0"],
        ),
    ],
)
def test_texts_that_are_no_dates(texts: list[str]) -> None:
    assert dates.read(texts, None)[0] is None


def test_features_of_dates_are_those_of_pandas() -> None:
    with_gap = pd.concat([TIMES, pd.Series([pd.NaT])], ignore_index=True)
    found = {it: dates.numbers(with_gap, it) for it in dates.FEATURES}
    np.testing.assert_array_equal(found["year"], [2024, 2023, 2024, np.nan])
    np.testing.assert_array_equal(found["month"], [1, 12, 2, np.nan])
    np.testing.assert_array_equal(found["day_of_week"], [4, 6, 3, np.nan])
    np.testing.assert_allclose(found["hour"], [10.5, 0, 24 - 1 / 3600, np.nan])
    stamps = [it.timestamp() / 86400 for it in TIMES]
    np.testing.assert_allclose(found["ordinal"], [*stamps, np.nan])


def test_features_that_do_not_vary_are_not_proposed() -> None:
    assert dates.varying(DAYS) == ["year", "month", "day_of_week", "ordinal"]
    assert dates.varying(pd.Series(pd.date_range("2024-03-01", periods=5))) == [
        "day_of_week",
        "ordinal",
    ]
    months = pd.Series(pd.date_range("2023-01-01", periods=20, freq="MS"))
    assert dates.varying(months) == ["year", "month", "ordinal"]
    of_day, _ = dates.read(["10:30", "11:00"], None)
    assert dates.varying(of_day) == ["hour"]


def test_hours_are_those_of_the_clock_where_they_were_written_down() -> None:
    found, _ = dates.read(["2024-07-01T10:00:05+02:00", "2024-01-02T10:01:05+01:00"], None)
    assert found is not None
    assert [it.hour for it in found] == [10, 10]
    assert dates.read(["2024-07-01T10:00:05+02:00", "2024-01-02T10:01:05"], None)[0] is None


@pytest.mark.parametrize(("text", "year"), [("9999-12-31", 9999), ("0001-01-01", 1)])
def test_far_dates_do_not_wrap_around(text: str, year: int, tmp_path: Path) -> None:
    reading = read(tmp_path, f"d,y\n2024-01-05,1\n{text},2\n2024-02-07,3\n")
    column = read_column(reading, "d", Rules())
    if column.fault is None:  # pandas 2 has no such dates, and they are refused there
        assert dates.numbers(pd.Series(column.values), "year")[1] == year


def test_a_year_of_two_digits_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, "d,y\n01.02.55,1\n13.04.56,2\n")
    assert read_column(reading, "d", Rules()).notes == (
        "column 'd' has dates such as '13.04.56', read as 2056-04-13",
    )
