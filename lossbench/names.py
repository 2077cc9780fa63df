"""Help with a name that is not among those that are known."""

from collections.abc import Iterable
from difflib import get_close_matches


def close_to(name: object, allowed: Iterable[str]) -> str | None:
    """The allowed name that was meant, if one is like it."""
    return next(iter(get_close_matches(str(name), list(allowed), n=1)), None)


def nearest(name: object, allowed: Iterable[str]) -> str:
    """The words that help with a name that is not among the allowed ones."""
    names = sorted(allowed)
    close = close_to(name, names)
    hint = f"did you mean '{close}'? " if close else ""
    return f"{hint}allowed: {', '.join(names)}" if names else "none is allowed here"
