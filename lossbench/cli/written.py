"""The last line of a command: what it wrote, and what to do with it next."""

from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from lossbench.results.folders import RESULTS
from lossbench.text import counted, listed

if TYPE_CHECKING:
    from lossbench.suite.suite import Suite

MOST_PLACES = 3


def end(places: Sequence[str], following: Sequence[str], word: str = "Written") -> list[str]:
    """Where what a command wrote is, and commands that can follow; nothing of what is empty.

    >>> end(["results/hinge"], ["lossbench report --open"])
    ['Written: results/hinge', 'Next: lossbench report --open']
    """
    where = [f"{word}: {listed(places, most=MOST_PLACES)}"] if places else []
    then = [f"Next: {listed(following, 'or', most=MOST_PLACES)}"] if following else []
    return [*where, *then]


def end_of_suite(suite: "Suite", unchanged: Sequence[Path]) -> list[str]:
    """Where the results of a suite are, and how to make reports of them.

    ``unchanged`` are the tables that were not written.
    """
    folders = suite.folders
    parents = list(dict.fromkeys(folder.parent for folder in folders))
    places = [*map(str, folders)]
    if len(folders) > 1:
        counts = [sum(it.parent == parent for it in folders) for parent in parents]
        places = [
            f"{counted(count, 'result')} in {parent}"
            for parent, count in zip(parents, counts, strict=True)
        ]
    if folders and suite.summary and suite.summary not in unchanged:
        places.append(str(suite.summary))
    word = "Stored" if suite.was_stored else "Written"
    return end(places, [*map(report_of, parents)], word)


def report_of(folder: Path) -> str:
    """The command that makes a report of the results in a folder, and opens it."""
    where = "" if folder == RESULTS else f" {quote(str(folder))}"
    return f"lossbench report{where} --open"
