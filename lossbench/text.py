"""Names and values in messages, and help with a name that is not among those that are known."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType


def close_to(name: object, allowed: Iterable[str]) -> str | None:
    """The allowed name that was meant, if one is like it; HeNormal is most like he_normal."""
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
) -> str:
    """What is wrong with a name that is not among the allowed ones.

    ``former`` maps names that some of them had once to those that they have now.
    """
    now = former.get(str(name))
    return f"is now called '{now}'" if now else f"is not {what}; {nearest(name, allowed)}"


def nearest(name: object, allowed: Iterable[str]) -> str:
    """The words that help with a name that is not among the allowed ones."""
    names = sorted(allowed)
    close = close_to(name, names)
    hint = f"did you mean '{close}'? " if close else ""
    return f"{hint}allowed: {', '.join(names)}" if names else "none is allowed here"


def described(error: BaseException) -> str:
    """An exception by its name and what it says, on one line."""
    try:
        text = str(error)
    except Exception:  # as its class may be anybody's
        text = ""
    return " ".join(": ".join(filter(None, (type(error).__name__, text))).split())


def message_of(error: BaseException) -> str:
    """The message of an exception, on one line."""
    return " ".join(str(error).split())


def shown(value: object) -> str:
    """A value on one line, cut where it is long."""
    return cut(repr(value), 60)


def on_one_line(text: str) -> str:
    """A text without line breaks and control characters, which could deceive on a terminal."""
    return cut(text if text.isprintable() else repr(text)[1:-1], 300)


def cut(text: str, most: int) -> str:
    """A text of so many characters at most."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def printable(line: str) -> str:
    """A line with words of somebody's data, which may have characters of any kind."""
    return "".join(it if it.isprintable() else "\N{REPLACEMENT CHARACTER}" for it in line)
