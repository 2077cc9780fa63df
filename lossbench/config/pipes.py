"""Configs that come through a pipe."""

import re
import stat
from pathlib import Path

# Where a shell puts what it pipes: bash as /dev/fd/63, zsh as /proc/self/fd/11.
PIPED = re.compile(r"/dev/stdin|/dev/fd/\d+|/proc/[^/]+/fd/\d+")


def is_piped(path: Path) -> bool:
    """Whether a path is that of a pipe, which has no name or folder and can be read only once."""
    if PIPED.fullmatch(str(path)):
        return True
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except (OSError, ValueError):
        return False
