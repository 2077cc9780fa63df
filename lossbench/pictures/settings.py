"""Settings of matplotlib that a user or a folder may have: no picture depends on them."""

import logging
import os
import sys
from pathlib import Path


def ignore_settings() -> None:
    """Make matplotlib start from its own defaults, and print nothing, when it is imported.

    Raises FileNotFoundError if the working directory was deleted.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:
        message = "the working directory is gone; change to one that is there"
        raise FileNotFoundError(message) from None
    # Without a backend no window is opened, and the name of an unknown one is no error.
    os.environ.pop("MPLBACKEND", None)
    os.environ["MATPLOTLIBRC"] = os.devnull
    # It warns if the home folder cannot be written; all its errors are exceptions.
    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)
    if Path("matplotlibrc").exists():
        # It would be read before all other settings, and may come from a stranger.
        os.chdir(sys.prefix)
        try:
            import matplotlib  # noqa: F401
        finally:
            os.chdir(here)
