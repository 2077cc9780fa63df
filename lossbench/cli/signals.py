"""Signals that end a command: whatever it is doing, with an exit code that names the signal."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

# Windows has no SIGHUP, which says that the terminal was closed.
SIGNALS = [getattr(signal, it) for it in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, it)]
INTERRUPTED = "Interrupted: what was finished is kept."
GRACE = 1.5  # seconds from a signal until the process is ended by force
received: list[int] = []


def handle() -> None:
    """End the command at any of the signals; not left to Python and typer, which ignore some."""
    for number in SIGNALS:
        # nohup lets a process ignore SIGHUP; it stays ignored.
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def end_if_received() -> None:
    """Raise SystemExit if a signal came, for what it raised may have been lost."""
    if received:
        _end(received[0], None)


def exit_code() -> int | None:
    """The exit code that names the signal that came; None if none came."""
    return 128 + received[0] if received else None


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    received.append(number)
    if len(received) == 1:
        timer = threading.Timer(GRACE, _end_by_force, [number])
        timer.daemon = True
        timer.start()
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
    print(INTERRUPTED, file=sys.stderr)
    os._exit(128 + number)
