"""A Python process beside this one, which starts clean and whose death is explained.

It imports nothing from the working directory, where a stranger's file may have the name of any
module. What it writes to standard error is passed on, and the last lines are kept.
"""

import multiprocessing
import os
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from lossbench.execution import template
from lossbench.training.startup import LOG_MESSAGE

# One thread at a time starts a process, since the new child must be told from all others.
_starting = threading.Lock()
LINES_KEPT = 100
BYTES_KEPT = 500  # of a line
MOST_BYTES = 2**16  # that are read at once of a line that does not end
FATAL = re.compile(r"F\d{4} [^\]]*\] (.*)")  # how TensorFlow logs why it ends the process


class ChildProcess:
    """The one process of a pool, and the last lines that it wrote to standard error."""

    def __init__(self, process: BaseProcess, errors: Connection) -> None:
        self._process = process
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._reader = threading.Thread(target=_pass_on, args=(errors, self._lines), daemon=True)
        self._reader.start()

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()

    def death(self) -> str:
        """How the process ended and what it wrote last, as the end of a sentence."""
        code = self._exit_code()
        if code == -signal.SIGKILL:
            return "was killed by the system; was there enough memory?"
        self._reader.join(1)
        if code is None:
            how = "does not answer"
        elif code < 0:
            how = f"was ended by {_name(-code)}"
        else:
            how = f"ended with exit code {code}"
        fatal = [found[1] for found in map(FATAL.match, self._lines) if found]
        last = fatal or [line for line in self._lines if line.strip() and not line[0].isspace()]
        return f"{how}; it last wrote: {last[-1].strip()}" if last else how

    def _exit_code(self) -> int | None:
        """The exit code, negative for a signal; None if the process does not end within 5 s."""
        end = time.monotonic() + 5
        # The pool may ask for the exit code at the same time, and only one of the two gets it.
        while (code := self._process.exitcode) is None and time.monotonic() < end:
            time.sleep(0.01)
        return code


def started(
    initializer: Callable[[Connection], None], unwanted: Callable[[], bool]
) -> tuple[ProcessPoolExecutor, ChildProcess]:
    """A pool of one process, which starts at once and calls the initializer.

    The initializer gets the connection to use for standard error. Raises OSError where the system
    has no room for the semaphores of the pool. Raises EOFError where the template was ended, or
    where the process is ``unwanted`` when its turn comes.
    """
    # A signal raises an exception in the main thread. One that cut a start short would leave a
    # process that waits in vain for what it shall do, and says so in a traceback.
    with ThreadPoolExecutor(1) as thread:
        starting = thread.submit(_start, initializer, unwanted)
        try:
            return starting.result()
        except BaseException:
            pool, process = starting.result()
            process.kill()
            pool.shutdown(cancel_futures=True)
            raise


def _start(
    initializer: Callable[[Connection], None], unwanted: Callable[[], bool]
) -> tuple[ProcessPoolExecutor, ChildProcess]:
    """Start a process in a thread that does nothing else, see ``template.isolated``."""
    context = template.context()
    reader, writer = context.Pipe(duplex=False)
    with _starting, writer:
        if unwanted():  # it would start another template than the one that was ended
            raise EOFError
        template.start()
        others = multiprocessing.active_children()
        try:
            pool = ProcessPoolExecutor(1, context, initializer, (writer,))
        except OSError as error:
            message = f"no process can be started: {error.strerror}"
            raise OSError(error.errno, message, "/dev/shm") from error
        # A copy of the template is there as soon as that has imported.
        try:
            with nullcontext() if template.forks() else template.isolated():
                pool.submit(os.getpid)
        except (EOFError, ConnectionError):
            template.discard()
            raise
        (process,) = set(multiprocessing.active_children()).difference(others)
    if template.forks():
        _ask_in_turn(process)
    template.copied()
    return pool, ChildProcess(process, reader)


def _ask_in_turn(process: BaseProcess) -> None:
    """Let one thread at a time ask for the exit code of a copy.

    The template sends it once. A second thread that reads at that moment finds nothing, and tells
    all others that the code is 255.
    """
    popen: Any = process._popen  # type: ignore[attr-defined]
    poll, asking = popen.poll, threading.Lock()

    def poll_in_turn(flag: int = os.WNOHANG) -> int | None:
        if flag != os.WNOHANG:
            wait([popen.sentinel])
        with asking:
            code: int | None = poll(os.WNOHANG)
            return code

    popen.poll = poll_in_turn


def _name(number: int) -> str:
    """The name of a signal; real-time signals have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _pass_on(errors: Connection, kept: deque[str]) -> None:
    """Pass on and keep what the process writes to standard error, without TensorFlow's log."""
    with errors, open(errors.fileno(), "rb", closefd=False) as lines:
        for line in iter(lambda: lines.readline(MOST_BYTES), b""):
            if not LOG_MESSAGE.match(line):
                kept.append(line[:BYTES_KEPT].decode("utf-8", "replace"))
                with suppress(OSError):  # as when standard error is closed
                    os.write(2, line)
