"""How long a training still takes."""

from lossbench.cli.time_left import TimeLeft


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_rest_takes_as_long_as_what_is_done_and_the_clock_goes_on() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    left.expect(10)
    clock.now = 100.0  # an import, which is needed once
    left.begin()
    assert (left.seconds, str(left)) == (None, "")
    clock.now = 104.0
    left.do(2)
    assert left.seconds == 16
    clock.now = 105.0
    left.begin()  # of another experiment
    assert (left.seconds, str(left)) == (15, "0:00:15 left")
    left.expect(-4)  # one that failed
    assert left.seconds == 7
    clock.now = 200.0
    assert left.seconds == 0


def test_heavy_work_counts_for_more() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    left.expect(1 + 9)
    left.begin()
    clock.now = 1.0
    left.do(1)
    assert left.seconds == 9
