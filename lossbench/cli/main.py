"""Where the command line starts, and the exit code it ends with."""

import errno
import os
import sys
import traceback
from typing import Any, NoReturn

from lossbench.cli import signals, streams
from lossbench.cli.trainer import importing
from lossbench.pictures.settings import ignore_settings

# NumPy's products of large matrices have other last bits with several threads than with one.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
BROKEN_PIPE = 128 + 13  # the exit code that a shell shows if the reader of a pipe went away


def main() -> NoReturn:
    """Run the command line and exit."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # before NumPy is imported
    streams.protect()
    signals.handle()
    code: Any = 0
    try:
        ignore_settings()
        with importing(sys.argv[1:]):
            from lossbench.cli.commands import app

            app(prog_name="lossbench")
    except SystemExit as end:
        code = end.code or 0
    except Exception as error:
        # An import that a signal interrupts can raise any exception.
        code = 0 if signals.received else _code_of(error)
    if signals.received:
        code = 128 + signals.received[0]
        signals.tell()
    if code == 0 and (failure := streams.failure()):
        code = _code_of_unprinted(failure)
    sys.exit(code)


def _code_of(error: Exception) -> int:
    """Print an error and give its exit code."""
    from lossbench.cli.app import FAILED, WRONG_USAGE
    from lossbench.config.complaints import ConfigError
    from lossbench.results.atomic import os_error_message
    from lossbench.text import described

    hint = " (--debug shows the traceback)"
    if "--debug" in sys.argv:
        traceback.print_exc()
    elif isinstance(error, ConfigError):
        print(f"Error: {error}", file=sys.stderr)
    elif isinstance(error, OSError):
        print(f"Error: {os_error_message(error)}{hint}", file=sys.stderr)
    else:
        print(f"Error: {described(error)}{hint}", file=sys.stderr)
    return WRONG_USAGE if isinstance(error, ConfigError) else FAILED


def _code_of_unprinted(failure: OSError) -> int:
    """The exit code if not all could be printed; silent if the reader of a pipe has seen enough."""
    if failure.errno == errno.EPIPE:
        return BROKEN_PIPE
    from lossbench.cli.app import FAILED

    print(f"Error: standard output: {failure.strerror}", file=sys.stderr)
    return FAILED
