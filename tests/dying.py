"""A process that dies; without TensorFlow, so that it soon does."""

import os
import signal
from multiprocessing.connection import Connection


def listen(errors: Connection) -> None:
    """Make a connection standard error."""
    os.dup2(errors.fileno(), 2)


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
