"""A Python process beside this one: from a clean start, and with a cause where it dies.

It imports nothing from the working directory, where a stranger's file may have the name of any
module. What it writes to standard error is passed on, and the last of it is kept.
"""

import multiprocessing
import os
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import util
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from lossbench.training.startup import CHATTER

# Of several threads that start a process, each is to know its own.
_starting = threading.Lock()
LINES_KEPT = 100
LONGEST = 500  # bytes of a line that are kept
AT_ONCE = 2**16  # bytes
FATAL = re.compile(r"F\d{4} [^\]]*\] (.*)")  # how TensorFlow says why it ends the process


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
        """How the process ended by itself, as the end of a sentence, and what it wrote last."""
        code = self._exit_code()
        if code == -signal.SIGKILL:
            return "was killed by the system; was there memory enough?"
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
        """The exit code, below 0 for a signal; None if the process has not ended in 5 s."""
        end = time.monotonic() + 5
        # Its pool may learn of the end at the same time, and one of two that ask gets no answer.
        while (code := self._process.exitcode) is None and time.monotonic() < end:
            time.sleep(0.01)
        return code


def started(initializer: Callable[[Connection], None]) -> tuple[ProcessPoolExecutor, ChildProcess]:
    """A pool of one process, which is started at once and gets what to take for standard error.

    Raises OSError where the system has no room for its semaphores.
    """
    # A forked TensorFlow hangs; a spawned process starts clean.
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    with _starting, _isolated(), writer:
        others = multiprocessing.active_children()
        try:
            pool = ProcessPoolExecutor(1, context, initializer, (writer,))
        except OSError as error:
            message = f"no process can be started: {error.strerror}"
            raise OSError(error.errno, message, "/dev/shm") from error
        pool.submit(os.getpid)
        (process,) = set(multiprocessing.active_children()).difference(others)
    return pool, ChildProcess(process, reader)


@contextmanager
def _isolated() -> Iterator[None]:
    """Start processes of Python with -I.

    The command of multiprocessing is ``python -c``, which has the working directory before all
    other places of modules, until the process hears of the ``sys.path`` here. Python 3.11 has -P
    and PYTHONSAFEPATH for that, Python 3.10 has not.
    """
    flags = util._args_from_interpreter_flags  # type: ignore[attr-defined]
    util._args_from_interpreter_flags = lambda: [*flags(), "-I"]  # type: ignore[attr-defined]
    try:
        yield
    finally:
        util._args_from_interpreter_flags = flags  # type: ignore[attr-defined]


def _name(number: int) -> str:
    """The name of a signal; those of real time have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _pass_on(errors: Connection, kept: deque[str]) -> None:
    """Write what a process writes to standard error there, and keep the last lines."""
    with errors, open(errors.fileno(), "rb", closefd=False) as lines:
        # Of a line that never ends, a part at a time.
        for line in iter(lambda: lines.readline(AT_ONCE), b""):
            if not CHATTER.match(line):
                kept.append(line[:LONGEST].decode("utf-8", "replace"))
                with suppress(OSError):  # nobody listens
                    os.write(2, line)
