"""Standard output and standard error that end no run if they cannot be written.

If the reader of a pipe went away, a disk is full or a terminal was closed, then what would have
been printed is lost, and nothing else.
"""

import codecs
import errno
import io
import os
import sys
from typing import TextIO

OUT, ERR = 1, 2
LEGIBLE = "lossbench.legible"  # what Python knows ``legible`` by
IN_ASCII = {"\N{PLUS-MINUS SIGN}": "+-", "\N{HORIZONTAL ELLIPSIS}": "..."}


def legible(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for a character that an encoding lacks: a sign of ASCII, or an escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    escape = character.encode("ascii", "backslashreplace").decode("ascii")
    return IN_ASCII.get(character, escape), error.start + 1


codecs.register_error(LEGIBLE, legible)


class Stream(io.TextIOWrapper):
    """Writes text at once; after the first failure, which is kept in ``error``, to nowhere."""

    error: OSError | None = None

    def write(self, text: str) -> int:
        """Write and flush; raises no OSError."""
        try:
            super().write(text)
            super().flush()
        except OSError as error:
            self.error = self.error or error
            # The rest of the buffer goes to nowhere, too. It would fail again at the exit.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
        return len(text)


def protect() -> None:
    """Replace Python's own streams by such ones; streams that other code has set stay."""
    for number in (0, OUT, ERR):
        try:
            os.fstat(number)
        except OSError:
            # It is closed. The next file that is opened would get this number, and with it all
            # that is printed, here and in processes that are started.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdout is sys.__stdout__:
        sys.stdout = _protected(OUT, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _protected(ERR, sys.stderr)


def failure() -> OSError | None:
    """Why something could not be printed on standard output, or None."""
    return sys.stdout.error if isinstance(sys.stdout, Stream) else None


def _protected(number: int, stream: TextIO | None) -> Stream:
    """A stream of a file descriptor, in the encoding of Python's own, which is None if closed.

    What the encoding lacks is written as ``legible`` says.
    """
    file = os.fdopen(number, "wb", closefd=False)
    protected = Stream(file, stream.encoding if stream else "utf-8", LEGIBLE)
    if not stream:
        protected.error = OSError(errno.EBADF, os.strerror(errno.EBADF))
    return protected
