"""What a person sees: results on standard output, progress and errors on standard error."""

import codecs
import sys
import traceback

from rich.console import Console

from lossbench.text import to_json

# Text is printed as it is. What a user has written may look like Rich's markup, such as [red].
out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(highlight=False, soft_wrap=True, markup=False, emoji=False, stderr=True)


def is_screen(console: Console) -> bool:
    """Whether a person looks at what is printed, so that it may be wrapped and coloured.

    For Rich a pipe is a terminal, too, if FORCE_COLOR is set.
    """
    return console.is_terminal and console.file.isatty()


def can_draw(console: Console) -> bool:
    """Whether what is printed can be drawn over, as bars are."""
    return is_screen(console) and not console.is_dumb_terminal


def print_plain(console: Console, text: str) -> None:
    """Print lines as they are, without Rich: to lay them out takes it far longer."""
    console.file.write(f"{text}\n")


def print_json(document: object) -> None:
    """One JSON document on standard output, in ASCII unless the encoding is UTF-8.

    JSON is UTF-8, and ASCII has the same bytes in almost every encoding.
    """
    ascii_only = codecs.lookup(sys.stdout.encoding).name != "utf-8"
    sys.stdout.write(to_json(document, ascii_only))


def print_end(*sentences: str) -> None:
    """Print the last line of a command, on standard error and to a person only."""
    told = [*filter(None, sentences)]
    if told and is_screen(err):
        line = ". ".join(told)
        # A command that a line break cuts cannot be copied.
        err.print(line if len(line) <= err.width else "\n".join(told))


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
