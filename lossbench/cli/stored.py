"""The results that ``compare`` and ``report`` are about."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
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


def stored_in_all(folders: Sequence[Path]) -> "tuple[list[Result], list[str]]":
    """The results in several folders, as ``stored_results``.

    Where two folders have results of one name, every name begins with that of its folder. A folder
    that is given twice counts once.
    """
    once = list({folder.resolve(): folder for folder in folders}.values())
    found = [stored_results(folder) for folder in once]
    complaints = [it for _, of_folder in found for it in of_folder]
    names = Counter(it.experiment.name for results, _ in found for it in results)
    if max(names.values()) == 1:
        return [it for results, _ in found for it in results], complaints
    last = Counter(folder.resolve().name for folder in once)
    return [
        _renamed(it, folder.resolve().name if last[folder.resolve().name] == 1 else str(folder))
        for folder, (results, _) in zip(once, found, strict=True)
        for it in results
    ], complaints


def _renamed(result: "Result", folder: str) -> "Result":
    name = f"{folder}/{result.experiment.name}"
    return replace(result, experiment=result.experiment.model_copy(update={"name": name}))
