"""Standard output and standard error, of which no failure to write ends a run.

A reader that went away, a full disk behind a redirection or a terminal that hung up costs what
would have been printed, and nothing else.
"""

import errno
import io
import os
import sys
from typing import TextIO

OUT, ERR = 1, 2


class Stream(io.TextIOWrapper):
    """Writes text at once, and after the first failure to nowhere; ``error`` says which it was.

    A character that the encoding has not is written as an escape.
    """

    error: OSError | None = None

    def write(self, text: str) -> int:
        """Write and flush; raises no OSError."""
        try:
            super().write(text)
            super().flush()
        except OSError as error:
            self.error = self.error or error
            # What is left in the buffer goes there, too, instead of failing again at the exit.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
        return len(text)


def protect() -> None:
    """Put such streams in place of Python's own; what another program put there stays."""
    for number in (0, OUT, ERR):
        try:
            os.fstat(number)
        except OSError:
            # The next file would get this number, and with it what is printed, here and in the
            # processes that are started.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdout is sys.__stdout__:
        sys.stdout = _protected(OUT, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _protected(ERR, sys.stderr)


def failure() -> OSError | None:
    """Why standard output has not all that was printed, or None."""
    return sys.stdout.error if isinstance(sys.stdout, Stream) else None


def _protected(number: int, stream: TextIO | None) -> Stream:
    """A stream of a file descriptor in the encoding of Python's own, which is None if closed."""
    file = os.fdopen(number, "wb", closefd=False)
    protected = Stream(file, stream.encoding if stream else "utf-8", "backslashreplace")
    if not stream:
        protected.error = OSError(errno.EBADF, os.strerror(errno.EBADF))
    return protected
