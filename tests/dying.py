"""What a process does in which something goes wrong; without TensorFlow, so that it soon does."""

import os
import signal
import time
from multiprocessing.connection import Connection
from typing import Any

from lossbench.execution.child_tasks import answer


def listen(messages: Connection, errors: Connection) -> None:
    """Answer messages, with a connection as standard error."""
    os.dup2(errors.fileno(), 2)
    while True:
        messages.send_bytes(answer(messages.recv_bytes()))


def die(how: str) -> None:
    """Die by a signal or in another way."""
    os.write(2, b"I0000 00:00:1.1 1 note.cc:1] of no interest\nlast words\n  not these\n")
    if how == "flood":
        os.write(2, b"x" * 10**6)
    if how == "without a name":
        os.kill(os.getpid(), signal.SIGRTMIN + 3)
    if how in ("exit", "flood"):
        os._exit(3)
    if how == "fatal":
        os.write(2, b"F0000 00:00:1.1 1 file.cc:7] Check failed: 1 == 2\n*** stack trace ***\n")
        os.abort()
    os.kill(os.getpid(), signal.Signals[how])


def throw(error: BaseException) -> None:
    """Raise an error."""
    raise error


class Odd(Exception):
    """An error that pickle cannot make anew, for it passes on one argument of two."""

    def __init__(self, words: str, number: int) -> None:
        super().__init__(words * number)


def throw_odd() -> None:
    """Raise an error that cannot be sent."""
    raise Odd("of two arguments", 1)


def unsendable() -> Any:
    """Give what cannot be sent."""
    return lambda: 1


def leave_behind() -> int:
    """Start a process that holds all that is open here for a while; gives its number."""
    number = os.fork()
    if not number:
        time.sleep(20)
        os._exit(0)
    return number
