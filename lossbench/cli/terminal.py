"""What a person sees: results on standard output, progress and errors on standard error."""

import codecs
import sys
import traceback

from rich.console import Console

from lossbench.text import to_json

# Nothing is printed but as it is: a name may look like Rich's markup, such as [f1].
out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(highlight=False, soft_wrap=True, markup=False, emoji=False, stderr=True)


def print_json(document: object) -> None:
    """One JSON document on standard output, in ASCII unless the encoding is UTF-8.

    JSON is UTF-8, and ASCII has the same bytes in almost every encoding.
    """
    ascii_only = codecs.lookup(sys.stdout.encoding).name != "utf-8"
    sys.stdout.write(to_json(document, ascii_only))


def print_warning(message: str) -> None:
    """Print one line about something that does not stop the command."""
    err.print(f"Warning: {message}")


def print_error(message: str) -> None:
    """Print one line about an error."""
    err.print(f"Error: {message}")


def print_exception(message: str, error: Exception, debug: bool) -> None:
    """Print one line about an exception, below its traceback when debugging."""
    if debug:
        traceback.print_exception(error)
    hint = "" if debug else " (--debug shows the traceback)"
    print_error(f"{' '.join(message.split())}{hint}")
