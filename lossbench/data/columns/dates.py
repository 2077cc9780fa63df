"""Dates and times: which texts are dates, and the features that are made of them.

pandas is imported only when there is a column to look at.
"""

import re
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, get_args

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.columns.rules import DateFeature

if TYPE_CHECKING:
    import pandas as pd

FEATURES: tuple[DateFeature, ...] = get_args(DateFeature)
# What a date looks like before pandas reads it: two or three parts, one of them perhaps the name of
# a month, and perhaps a time.
LOOKS_LIKE = re.compile(
    r"(\d{1,4}[-/. ]+(\d{1,2}|[^\W\d_]{3,9})\.?[-/. ,]+\d{1,4}|\d{1,2}[A-Za-z]{3}\d{4}|"
    r"[A-Za-z]{3,9}\.?[-/ ]+\d{1,2}(st|nd|rd|th)?,?[-/ ]+\d{2,4}|\d{4}-\d{2}-\d{2}T.*|"
    r"[A-Za-z]{3,9}[-/ ]+\d{2,4}|\d{4}[- ]?Q[1-4]|Q[1-4][- ]?\d{4}|\d{4}-?W\d{1,2}|"
    r"\d{4}M\d{2}|\d{4}[-/]\d{2}|\d{1,2}/\d{4})"
    r"([ T,:]+\d{1,2}:\d{2}.*)?|\d{8}[T ]\d\d:?\d\d.*|\d{1,2}:\d{2}(:\d{2})?.*"
)
# A date with the name of a month, which need not be English.
HAS_MONTH = re.compile(r"\d{1,2}\.? +[^\W\d_]{3,9}\.? +\d{4}.*")
# A time and its offset. From the end, as there may be a million: the last colon is found at once.
OFFSET = re.compile(
    r"(.*:\d\d(?:\.\d+)?(?: ?[AP]M)?)(?: ?UTC| ?GMT|Z| ?(?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)?)$"
)
QUARTER = re.compile(r"(?P<year>\d{4})[- ]?(?P<quarter>Q[1-4])")
QUARTER_FIRST = re.compile(r"(?P<quarter>Q[1-4])[- ]?(?P<year>\d{4})")
WEEK = re.compile(r"(\d{4})-?W(\d{1,2})")
PART = re.compile(r"\d+|[^\W\d_]+")
# A season or a year of accounts, from one year into the next: 2001/02 is no month.
SEASON = re.compile(r"\d\d(\d\d)[-/](\d\d)")
# What a date is cleared of: the day of the week, a comma before fractions of a second, and the time
# between the day and the year.
CLEARED = (
    (re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+", re.IGNORECASE), ""),
    (re.compile(r"(?<=:\d\d),(?=\d{1,9}$)"), "."),
    (re.compile(r"^([A-Za-z]{3} +\d{1,2}) (\d{1,2}:\d{2}:\d{2}) (\d{4})$"), r"\1 \3 \2"),
)
NO_DATE = np.datetime64("NaT", "us")
SAMPLE = 50  # texts by which most columns are known to have no dates
TIMES = (
    *("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S.%f", " %I:%M%p"),
    ":%H:%M:%S",
)
YEAR_FIRST = ("%Y/%m/%d", "%Y.%m.%d", "%Y %m %d", "%Y-%m", "%Y/%m", "%Y%m%d", "%YM%m")
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y")
SHORT_YEAR_FIRST = ("%y-%m-%d", "%y/%m/%d")
NAMED = (
    *("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y"),
    *("%b-%d-%Y", "%d-%b-%y", "%d-%B-%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y-%b-%d"),
    *("%d. %B %Y", "%d%b%Y", "%d/%b/%Y", "%m/%Y"),
)
OF_DAY = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p")
SIX_DIGITS = ("%y%m%d", "%m%d%y", "%d%m%y")
OF_DATES = re.compile(r"(.*[\W_])?(date|datum|day)([\W_].*)?", re.IGNORECASE)
# All forms whose order is clear.
CLEAR = ("ISO8601", *(it + time for it in (*YEAR_FIRST, *NAMED) for time in TIMES), *OF_DAY)
ORDERS = (*DAY_FIRST, *MONTH_FIRST, *SHORT_YEAR_FIRST)
NEARLY = 0.9  # the share of texts in one form, where the others are mistakes


def read(texts: Sequence[str], day_first: bool | None) -> tuple["pd.Series | None", str]:
    """Different texts as dates, and one whose day may be the first number or another.

    Gives None where not all are dates in one form. A time of day is a time on 1900-01-01, and a
    week is its Monday. Hours are those of the clock where they were written down: a time zone is
    left out.
    """
    import pandas as pd

    texts = _all_cleared(texts)
    if not texts or not all(LOOKS_LIKE.fullmatch(it) for it in texts[:SAMPLE]):
        return None, ""
    if all(map(_is_season, texts)):
        return None, ""
    for quarter in (QUARTER, QUARTER_FIRST):
        if all(quarter.fullmatch(it) for it in texts):
            quarters = [quarter.sub(r"\g<year>\g<quarter>", it) for it in texts]
            return pd.Series(pd.PeriodIndex(quarters, freq="Q").to_timestamp()), ""
    if all(WEEK.fullmatch(it) for it in texts):
        return _parse([WEEK.sub(r"\1-\2-1", it) for it in texts], "%G-%V-%u"), ""
    if all(map(OFFSET.fullmatch, texts)):
        texts = [OFFSET.sub(r"\1", it) for it in texts]
    elif any(map(OFFSET.fullmatch, texts)):
        return None, ""
    for form in CLEAR:
        if (found := _parse(texts, form)) is not None:
            return found, ""
    return _by_order(texts, day_first)


def mistakes(texts: Sequence[str]) -> list[str]:
    """The few texts that are no dates, where nearly all are dates in one form; else none."""
    import pandas as pd

    cleared = pd.Series(_all_cleared(texts), dtype=object)
    some = cleared.iloc[:: max(1, len(cleared) // SAMPLE)]
    for form in (*CLEAR, *(it + time for it in ORDERS for time in TIMES)):
        if _coerced(some, form).notna().mean() >= NEARLY:
            wrong = _coerced(cleared, form).isna().to_numpy()
            return [it for it, is_wrong in zip(texts, wrong, strict=True) if is_wrong]
    return []


def _coerced(texts: "pd.Series", form: str) -> "pd.Series":
    import pandas as pd

    return pd.to_datetime(texts, format=form, utc=True, errors="coerce")


def _all_cleared(texts: Sequence[str]) -> Sequence[str]:
    """The texts, cleared if some of the first ones have to be: there may be a million."""
    needed = any(_cleared(it) != it for it in texts[:SAMPLE])
    return [_cleared(it) for it in texts] if needed else texts


def of_any_form(texts: Sequence[str]) -> dict[str, list[str]]:
    """Those of some texts that are dates in any form, by what their parts may be."""
    forms: dict[str, list[str]] = {}
    if not any(LOOKS_LIKE.fullmatch(_cleared(it)) for it in texts[: 10 * SAMPLE]):
        return forms  # there may be a million, of free text
    for it in texts:
        if LOOKS_LIKE.fullmatch(_cleared(it)):
            forms.setdefault(PART.sub(_kind_of_part, it), []).append(it)
    return {form: those for form, those in forms.items() if any(map(_is_date, those[:3]))}


def _kind_of_part(part: re.Match[str]) -> str:
    """A month or a day, a day, a year, or a name."""
    text = part[0]
    if not text.isdecimal():
        return "a"
    return next((kind for kind, most in (("m", 12), ("d", 31)) if int(text) <= most), "y")


def _is_date(text: str) -> bool:
    return bool(HAS_MONTH.fullmatch(text)) or read([text], None)[0] is not None


def _cleared(text: str) -> str:
    for pattern, by in CLEARED:
        text = pattern.sub(by, text)
    return text


def _is_season(text: str) -> bool:
    match = SEASON.fullmatch(text)
    return match is not None and (int(match[1]) + 1) % 100 == int(match[2])


def _by_order(texts: Sequence[str], day_first: bool | None) -> tuple["pd.Series | None", str]:
    """Dates of three numbers in some order, and one for which it is in doubt."""
    by_day, by_month, by_year = (
        _first(texts, it) for it in (DAY_FIRST, MONTH_FIRST, SHORT_YEAR_FIRST)
    )
    # Years differ less than days: the first number is no year if it differs more than the last.
    other = by_year if by_year is not None and _may_have_years_first(texts) else by_month
    if by_day is None or other is None:
        return by_day if by_day is not None else other, ""
    # A point between the parts is the German way, with the day first.
    if day_first is None and "." in texts[0].split()[0]:
        return by_day, ""
    differ = np.flatnonzero((by_day != other).to_numpy())
    doubtful = texts[differ[0]] if day_first is None and len(differ) else ""
    return by_day if day_first else other, doubtful


def _may_have_years_first(texts: Sequence[str]) -> bool:
    parts = [PART.findall(it)[:3] for it in texts]
    firsts, lasts = {it[0] for it in parts}, {it[-1] for it in parts}
    return len(firsts) <= len(lasts)


def of_numbers(name: str, values: Array) -> Array | None:
    """Whole numbers such as 20240131 as dates, NaT for NaN; None where some are none.

    In a column whose name says that it has dates, they may have six digits, such as 240131.
    """
    is_known = ~np.isnan(values)
    known = values[is_known]
    if not len(known) or not (known == np.floor(known)).all():
        return None
    if ((known >= 19000101) & (known < 21000101)).all():
        found = _parse([f"{it:.0f}" for it in known], "%Y%m%d")
    elif OF_DATES.fullmatch(name) and ((known >= 10000) & (known < 10**6)).all():
        texts = [f"{it:06.0f}" for it in known]
        readings = [it for form in SIX_DIGITS if (it := _parse(texts, form)) is not None]
        found = readings[0] if len(readings) == 1 else None
    else:
        return None
    if found is None:
        return None
    dates = np.full(len(values), NO_DATE)
    dates[is_known] = found.to_numpy()
    return dates


def numbers(dates: "pd.Series", feature: DateFeature) -> Array:
    """A feature of dates in float64, (rows,), NaN where one is missing.

    ``ordinal`` counts the days since 1970-01-01, with the time as their fraction. Days of the week
    count from Monday, which is 0, and hours have the minutes as their fraction.
    """
    if feature == "ordinal":
        since = dates - np.datetime64("1970-01-01")
        return np.asarray(since / np.timedelta64(1, "D"), np.float64)
    if feature == "hour":
        return np.asarray((dates - dates.dt.normalize()) / np.timedelta64(1, "h"), np.float64)
    return np.asarray(getattr(dates.dt, feature), np.float64)


def are_times_of_day(dates: "pd.Series") -> bool:
    """Whether all that are known have no date: they are read as if of one day in 1900."""
    return bool((dates.dropna().dt.normalize() == np.datetime64("1900-01-01")).all())


def varying(dates: "pd.Series") -> list[DateFeature]:
    """The features that differ from date to date, and mean something.

    Times of day have no ordinal, and the first days of months no day of the week.
    """
    known = dates.dropna()
    found = [it for it in FEATURES if len(np.unique(numbers(known, it))) > 1]
    if are_times_of_day(known):
        return ["hour"]
    meaningless = set()
    if known.dt.normalize().nunique() == 1:
        meaningless.add("ordinal")
    if (known.dt.day == 1).all():
        meaningless.add("day_of_week")
    return [it for it in found if it not in meaningless]


def _first(texts: Sequence[str], forms: Sequence[str]) -> "pd.Series | None":
    for date, time in product(forms, TIMES):
        if (found := _parse(texts, date + time)) is not None:
            return found
    return None


def _parse(texts: Sequence[str], form: str) -> "pd.Series | None":
    """The dates in a form of ``strptime``, without time zones; None where one is not."""
    import pandas as pd

    for some in (texts[:SAMPLE], texts):
        try:
            found = pd.to_datetime(pd.Series(some, dtype=object), format=form, utc=True)
        except (ValueError, OverflowError):
            return None
    return found.dt.tz_localize(None)
