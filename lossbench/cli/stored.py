"""The results that ``compare`` and ``report`` are about."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lossbench.cli.app import WRONG_USAGE

if TYPE_CHECKING:
    from lossbench.results.result import Result


def stored_results(folder: Path) -> "tuple[list[Result], list[str]]":
    """The results in a folder, and complaints about others, which it prints.

    Exits if there is no result.
    """
    from lossbench.cli.terminal import print_error
    from lossbench.results.read import read_all

    results, complaints = read_all(folder)
    for complaint in complaints:
        print_error(complaint)
    if not results:
        raise typer.Exit(WRONG_USAGE)
    return results, complaints
