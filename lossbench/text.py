"""Names and values as text, in messages and in JSON, and help with a name that is not known."""

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite, isnan
from types import MappingProxyType
from typing import Any

MOST_NAMED = 8  # in a message


def close_to(name: object, allowed: Iterable[str]) -> str | None:
    """The allowed name that was probably meant, None where none is similar.

    Capitals and underscores do not matter: HeNormal is he_normal.
    """
    names = list(allowed)
    same = [it for it in names if _letters(it) == _letters(str(name))]
    return next(iter(same or get_close_matches(str(name), names, n=1)), None)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def unknown(
    name: object,
    allowed: Iterable[str],
    what: str = "a known name",
    former: Mapping[str, str] = MappingProxyType({}),
    elsewhere: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The end of a message about a name that is not allowed: why not, and which are.

    ``former`` maps old names to the names of today, and ``elsewhere`` what others call them.
    """
    if now := former.get(str(name)):
        return f"is now called '{now}'"
    if here := elsewhere.get(str(name)):
        return f"is called '{here}' here"
    return f"is not {what}; {nearest(name, allowed)}"


def nearest(name: object, allowed: Iterable[str]) -> str:
    """The allowed names, after the one that was probably meant; of many, those most like it."""
    names = sorted(allowed)
    close = close_to(name, names)
    hint = f"did you mean '{close}'? " if close else ""
    return f"{hint}allowed: {named(names, name)}" if names else "none is allowed here"


def named(names: Sequence[str], like: object = None) -> str:
    """Names between commas; of many, the eight that are most like a name, and how many are left.

    >>> named(["a", "b"]), named(list("abcdefghij"))
    ('a, b', 'a, b, c, d, e, f, g, h and 2 more')
    """
    kept = set(names[:MOST_NAMED] if like is None else _most_like(str(like), names))
    # A comma or a tab alone would not be seen among the commas.
    legible = (it if any(map(str.isalnum, it)) else repr(it) for it in names if it in kept)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(legible)}{more}"


def _most_like(name: str, names: Iterable[str]) -> list[str]:
    """The eight names that are most like a name, whose capitals and underscores do not matter."""
    by_letters: dict[str, list[str]] = {}
    for it in names:
        by_letters.setdefault(_letters(it), []).append(it)
    close = get_close_matches(_letters(name), by_letters, MOST_NAMED, cutoff=0)
    return [it for letters in close for it in by_letters[letters]][:MOST_NAMED]


def described(error: BaseException) -> str:
    """The name of an exception and its message, on one line."""
    try:
        text = str(error)
    except Exception:  # its class may be anybody's code
        text = ""
    return " ".join(": ".join(filter(None, (type(error).__name__, text))).split())


def message_of(error: BaseException) -> str:
    """The message of an exception, on one line."""
    return " ".join(str(error).split())


def counted(count: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def number_in_words(number: float) -> str:
    """A number as it stands in a sentence: up to twelve as a word.

    >>> number_in_words(2), number_in_words(2.5), number_in_words(20)
    ('two', '2.5', '20')
    """
    words = "one two three four five six seven eight nine ten eleven twelve".split()
    return words[int(number) - 1] if number in range(1, 13) else f"{number:g}"


def capital(text: str) -> str:
    """A text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str], word: str = "and", most: int = 0) -> str:
    """Names in a sentence; with ``most``, of more names the others are counted.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], "or", most=1)
    ('a, b and c', 'a or 2 more')
    """
    named = names[:most] if most else names
    more = [f"{len(names) - len(named)} more"] if len(names) > len(named) else []
    *first, last = (*named, *more)
    return f"{', '.join(first)} {word} {last}" if first else last


def shown(value: object) -> str:
    """A value on one line, cut to 60 characters."""
    return cut(repr(value), 60)


def on_one_line(text: str) -> str:
    """A text with escapes for line breaks and control characters, which could fool a terminal."""
    return cut(text if text.isprintable() else repr(text)[1:-1], 300)


def cut(text: str, most: int) -> str:
    """A text of at most ``most`` characters; a longer one ends with three dots."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def printable(line: str) -> str:
    """A line with words of somebody's data, where characters that cannot be shown are replaced."""
    return "".join(it if it.isprintable() else "\N{REPLACEMENT CHARACTER}" for it in line)


def finite_or_none(value: float) -> float | None:
    """A number for JSON and CSV, which have no NaN and no infinity: None stands for them."""
    return float(value) if isfinite(value) else None


def to_json(document: object, ascii_only: bool = False) -> str:
    """JSON as lossbench writes it: indented. Raises ValueError at NaN, which is not JSON."""
    return json.dumps(document, indent=2, allow_nan=False, ensure_ascii=ascii_only) + "\n"


def flattened(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """The values of nested mappings by dotted key.

    >>> flattened({"epochs": 5, "optimizer": {"name": "SGD", "momentum": 0.9}})
    {'epochs': 5, 'optimizer.name': 'SGD', 'optimizer.momentum': 0.9}
    """
    flat: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{above}{name}"
        flat |= flattened(value, f"{key}.") if isinstance(value, Mapping) else {key: value}
    return flat


def figure(value: float) -> str:
    """A figure with three decimals from 0.1 to 1, else rounded to three significant digits.

    From a thousand to ten millions it is written out.

    NaN is the figure of a seed that diverged.

    >>> figure(0.7934), figure(0.002618), figure(41.26), figure(147321.0), figure(float("nan"))
    ('0.793', '0.00262', '41.3', '147000', 'diverged')
    """
    if isnan(value):
        return "diverged"
    if 0.1 <= value <= 1:
        return f"{value:.3f}"
    rounded = f"{value:.3g}"
    return f"{float(rounded):.0f}" if 1e3 <= abs(float(rounded)) < 1e7 else rounded


def percent(share: float) -> str:
    """A share as a percentage, which is 0 or 100 only if the share is 0 or 1.

    >>> percent(0.5), percent(0.999), percent(1)
    ('50 %', '>99 %', '100 %')
    """
    if 0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"
