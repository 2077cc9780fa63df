"""Where ``lossbench`` starts, and ``python -m lossbench``.

A folder of a stranger may hold a file with the name of any module. ``python -m`` and some values
of PYTHONPATH let Python look in the working directory first; here it is told not to, before
anything else is imported. A checkout that is not installed stays where it was found.
"""

import os
import sys

import lossbench

HOME = os.path.dirname(os.path.dirname(os.path.abspath(lossbench.__file__)))


def _is_here(place: str) -> bool:
    return os.path.exists(place or ".") and os.path.samefile(place or ".", ".")


sys.path[:] = [place for place in sys.path if place == HOME or not _is_here(place)]

import signal  # noqa: E402

# What is imported next takes a moment, in which Ctrl-C would end in a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from lossbench.cli.main import main  # noqa: E402

if __name__ == "__main__":
    main()
