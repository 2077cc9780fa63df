"""A Python process beside this one, which starts clean and whose death is explained.

It imports nothing from the working directory, where a stranger's file may have the name of any
module. What it writes to standard error is passed on, and the last lines are kept.
"""

import os
import pickle
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from lossbench.execution import template
from lossbench.training.startup import LOG_MESSAGE

# One thread at a time starts a process. Until the template has imported, the others wait, and may
# learn that theirs is not wanted any more.
_starting = threading.Lock()
LINES_KEPT = 100
BYTES_KEPT = 500  # of a line
MOST_BYTES = 2**16  # that are read at once of a line that does not end
FATAL = re.compile(r"F\d{4} [^\]]*\] (.*)")  # how TensorFlow logs why it ends the process


class Ended(Exception):
    """The process has ended, by itself or by force."""


class ChildProcess:
    """A process that calls what it is sent, and the last lines that it wrote to standard error.

    One thread at a time sends and asks for answers. A pipe serves it: the queues and threads of a
    pool would take as long as all else that a short experiment needs in the process that sends.
    """

    def __init__(self, process: BaseProcess, messages: Connection, errors: Connection) -> None:
        self._process, self._messages = process, messages
        self._sent = self._answered = 0
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._reader = threading.Thread(target=_pass_on, args=(errors, self._lines), daemon=True)
        self._reader.start()

    def send(self, function: Callable[..., Any], *given: Any) -> "Sent":
        """Let the process call a function, after all that it was sent before.

        Only what is small may be sent before earlier answers are read: where the pipe is full in
        both directions, both sides would wait. Raises Ended if the process has ended.
        """
        message = pickle.dumps((function, given), pickle.HIGHEST_PROTOCOL)
        try:
            self._messages.send_bytes(message)
        except OSError:
            raise Ended from None
        self._sent += 1
        return Sent(self, self._sent)

    def answer(self, number: int) -> Any:
        """What the call with this number gave; raises what it raised, and Ended if it ends.

        Answers are asked for in the order of the calls. Those that nobody asked for are dropped.
        """
        while self._answered < number:
            message = self._next()
        outcome, error, trace = pickle.loads(message)
        if error:
            raise error from RuntimeError(trace)
        return outcome

    def settle(self) -> None:
        """Wait until all calls are answered, and drop the answers; raises Ended if it has ended."""
        while self._answered < self._sent:
            self._next()
        if wait([self._process.sentinel], 0):
            raise Ended

    def _next(self) -> bytes:
        """The next answer."""
        try:
            # What a person's own loss has started may hold the pipe open, so look at both.
            ready = wait([self._messages, self._process.sentinel])
            if self._messages not in ready and not self._messages.poll():
                raise Ended
            message = self._messages.recv_bytes()
        except (EOFError, OSError):
            raise Ended from None
        self._answered += 1
        return message

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()

    def join(self) -> None:
        """Wait until the process has ended."""
        self._process.join()

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
        while (code := self._process.exitcode) is None and time.monotonic() < end:
            time.sleep(0.01)
        return code


class Sent(NamedTuple):
    """A call that a process was sent."""

    process: ChildProcess
    number: int

    def answer(self) -> Any:
        """What it gave, see ``ChildProcess.answer``."""
        return self.process.answer(self.number)


def started(
    serve: Callable[[Connection, Connection], None], unwanted: Callable[[], bool]
) -> ChildProcess:
    """A process that calls ``serve`` with a connection for messages and one for standard error.

    ``serve`` answers each message with another one, see ``child_tasks.serve``. Raises EOFError
    where the template was ended, or where the process is ``unwanted`` when its turn comes.
    """
    # A signal raises an exception in the main thread. One that cut a start short would leave a
    # process that waits in vain for what it shall do, and says so in a traceback.
    with ThreadPoolExecutor(1) as thread:
        starting = thread.submit(_start, serve, unwanted)
        try:
            return starting.result()
        except BaseException:
            starting.result().kill()
            raise


def _start(
    serve: Callable[[Connection, Connection], None], unwanted: Callable[[], bool]
) -> ChildProcess:
    """Start a process in a thread that does nothing else, see ``template.isolated``."""
    context = template.context()
    reader, writer = context.Pipe(duplex=False)
    ours, theirs = context.Pipe()
    with _starting, writer, theirs:
        if unwanted():  # it would start another template than the one that was ended
            raise EOFError
        template.start()
        # Python ends daemons at its own end, where it would wait for others.
        process = context.Process(target=serve, args=(theirs, writer), daemon=True)
        # A copy of the template is there as soon as that has imported.
        try:
            with nullcontext() if template.forks() else template.isolated():
                process.start()
        except (EOFError, ConnectionError):
            template.discard()
            raise
    if template.forks():
        _ask_in_turn(process)
    template.copied()
    return ChildProcess(process, ours, reader)


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
