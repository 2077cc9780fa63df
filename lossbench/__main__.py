"""The start of the ``lossbench`` command and of ``python -m lossbench``.

The working directory may be a stranger's folder, with files named like Python's modules. With
``python -m`` and some values of PYTHONPATH, Python looks for modules there first. So the working
directory is taken off the path before anything else is imported, unless lossbench lies in it.
"""

import atexit
import gc
import os
import sys

import lossbench

HOME = os.path.dirname(os.path.dirname(os.path.abspath(lossbench.__file__)))


def _is_working_directory(place: str) -> bool:
    return os.path.exists(place or ".") and os.path.samefile(place or ".", ".")


sys.path[:] = [place for place in sys.path if place == HOME or not _is_working_directory(place)]

import signal  # noqa: E402

# The next import takes a moment. Ctrl-C would end it with a traceback; now it ends in silence.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from lossbench.cli.main import main  # noqa: E402

# At its end Python looks for garbage among all objects that are left, for up to half a second.
atexit.register(gc.freeze)

if __name__ == "__main__":
    main()
