"""A terminal that no person sits at: commands in it, and a stream that passes for one."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from command import COMMAND

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What would change how a command sees its terminal.
UNSET = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


class Screen(io.StringIO):
    """A stream that is a terminal, as far as anybody asks it."""

    def isatty(self) -> bool:
        return True


class Shown(NamedTuple):
    """The exit code of a command, and all that it wrote to its terminal, with escape codes."""

    code: int
    raw: bytes

    @property
    def text(self) -> str:
        """What was written without escape codes; what was drawn over is there, too."""
        return ESCAPES.sub("", self.raw.decode("utf-8", "replace")).replace("\r\n", "\n")

    @property
    def lines(self) -> list[str]:
        """The lines below what was drawn over, without blanks at their ends."""
        below = self.raw.decode("utf-8", "replace").rpartition("\x1b[2K")[2]
        return [it.rstrip() for it in ESCAPES.sub("", below).splitlines()]


def in_terminal(
    cwd: Path,
    *arguments: object,
    columns: int = 80,
    command: Sequence[str] = COMMAND,
    **environment: str,
) -> Shown:
    """Run a command in a terminal of so many columns."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in UNSET}
    process = subprocess.Popen(
        [*command, *map(str, arguments)],
        cwd=cwd,
        env=inherited | {"TERM": "xterm-256color"} | environment,
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    written = []
    try:
        while block := os.read(ours, 2**16):
            written.append(block)
    except OSError:  # so a terminal says on Linux that nobody writes any more
        pass
    finally:
        os.close(ours)
        code = process.wait(60)
    return Shown(code, b"".join(written))
