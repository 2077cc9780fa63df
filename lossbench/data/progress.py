"""How far a long look at a data file has come, for whoever wants to show it.

The watcher stands in a context variable: all that reads files would have to pass it on otherwise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Takes what is being done, and which share of it is done, from 0 to 1.
Watcher = Callable[[str, float], None]


def _nobody(stage: str, share: float) -> None:
    """Watch nothing."""


_watcher: ContextVar[Watcher] = ContextVar("watcher", default=_nobody)


@contextmanager
def watched(by: Watcher) -> Iterator[None]:
    """Tell a watcher of all progress inside."""
    token = _watcher.set(by)
    try:
        yield
    finally:
        _watcher.reset(token)


def tell(stage: str, share: float) -> None:
    """Tell whoever watches which share of a stage, from 0 to 1, is done."""
    _watcher.get()(stage, share)
