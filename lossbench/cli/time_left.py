"""How long a training still takes, as far as can be told from what was trained."""

import time
from collections.abc import Callable
from datetime import timedelta


class TimeLeft:
    """Takes work in any unit, and tells how long the rest of it takes if it goes on as before.

    The clock starts with the first training, since imports are needed once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._expected = self._done = 0.0
        self._begun: float | None = None
        self._latest = 0.0

    def expect(self, work: float) -> None:
        """More work is to be done; less of it where this is negative."""
        self._expected += work

    def begin(self) -> None:
        """Start the clock, unless it runs."""
        if self._begun is None:
            self._begun = self._clock()

    def do(self, work: float) -> None:
        """Some of the work is done."""
        self.begin()
        self._done += work
        self._latest = self._clock()

    @property
    def seconds(self) -> float | None:
        """How long the rest takes; None where nothing is known of it."""
        if self._begun is None or not self._done or self._latest == self._begun:
            return None
        rate = (self._latest - self._begun) / self._done
        rest = (self._expected - self._done) * rate - (self._clock() - self._latest)
        return max(0.0, rest)

    def __str__(self) -> str:
        """The hours, minutes and seconds, or nothing where nothing is known."""
        seconds = self.seconds
        return "" if seconds is None else f"{timedelta(seconds=round(seconds))} left"
