"""What stands around a process and must have no say in its pictures: settings of matplotlib."""

import logging
import os
import sys
from pathlib import Path


def shut_out() -> None:
    """Let matplotlib start from its own defaults, in silence, once it is imported.

    Raises FileNotFoundError where the working directory is gone.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:
        message = "the working directory is gone; change to one that is there"
        raise FileNotFoundError(message) from None
    os.environ.pop("MPLBACKEND", None)  # no window is opened, and an unknown one is an error
    os.environ["MATPLOTLIBRC"] = os.devnull
    # It would tell of a home that cannot be written; all of its errors are exceptions.
    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)
    if Path("matplotlibrc").exists():
        # That one comes before all others, and may be a stranger's.
        os.chdir(sys.prefix)
        try:
            import matplotlib  # noqa: F401
        finally:
            os.chdir(here)
