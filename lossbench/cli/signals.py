"""Signals that end a command: whatever it is doing, with an exit code that names the signal."""

import os
import signal
import sys
import threading
import time
from functools import cache
from types import FrameType
from typing import NoReturn

# Windows has no SIGHUP, which says that the terminal was closed.
SIGNALS = [getattr(signal, it) for it in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, it)]
GRACE = 1.5  # seconds from a signal until the process is ended by force
received: list[int] = []


def handle() -> None:
    """Let each of the signals end the command, whatever it is doing, with its own exit code."""
    for number in SIGNALS:
        # nohup lets a process ignore SIGHUP; it stays ignored.
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)
    signal.set_wakeup_fd(_watched(), warn_on_full_buffer=False)


@cache
def _watched() -> int:
    """The end of a pipe that Python writes signals to at once; one of SIGNALS sets the timer.

    Its handlers wait until NumPy is done, which may compute for seconds on large data.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    threading.Thread(target=_end_in_time, args=[reader], daemon=True).start()
    return writer


def _end_in_time(reader: int) -> None:
    while (number := os.read(reader, 1)[0]) not in SIGNALS:
        pass
    time.sleep(GRACE)
    _end_by_force(number)


def end_if_received() -> None:
    """Raise SystemExit if a signal came; what it raised before may have been lost."""
    if received:
        _end(received[0], None)


@cache  # so that it is printed once, although the process may be ended by force after that
def tell() -> None:
    """Say on standard error that the command was interrupted."""
    print("Interrupted: what was finished is kept.", file=sys.stderr)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    received.append(number)
    # An exception that is raised while an object is deleted is lost, and Python prints it. Here it
    # stays quiet: the timer ends the process, and what waits for Dask asks for signals.
    sys.unraisablehook = lambda _: None
    raise SystemExit(128 + number)


def _end_by_force(number: int) -> None:
    """End a process that is still there after a signal, because other code caught SystemExit.

    Training processes end with it. The next run clears away what is half-written.
    """
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[?25h")  # show the cursor, which the bars hide
    tell()
    os._exit(128 + number)
