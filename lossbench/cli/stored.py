"""The results that ``compare`` and ``report`` are about."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lossbench.cli.app import WRONG_USAGE

if TYPE_CHECKING:
    from lossbench.config.sections.claims import KnownClaims
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

    Results of one name are called by their folders, too. What is given twice counts once, also a
    result whose folder lies in another one that is given.
    """
    from lossbench.results.folders import holds_a_result

    given = {folder.resolve(): folder for folder in folders}
    once = [
        folder
        for full, folder in given.items()
        if full.parent not in given or not (full.is_dir() and holds_a_result(full))
    ]
    found = [stored_results(folder) for folder in once]
    complaints = [it for _, of_folder in found for it in of_folder]
    count = Counter(it.experiment.name for results, _ in found for it in results)
    results = []
    for folder, (of_folder, _) in zip(once, found, strict=True):
        for it in of_folder:
            clashes = count[it.experiment.name] > 1
            results.append(_called_by(folder, it) if clashes else it)
    return results, complaints


def hint_at_others(folders: Sequence[Path], results: "Sequence[Result]") -> str:
    """Where there is more to compare, if all there is in the folders is one result."""
    from lossbench.results.folders import holds_a_result

    if len(results) > 1 or len(folders) > 1 or not holds_a_result(folders[0]):
        return ""
    around = folders[0].parent if folders[0].name else folders[0].resolve().parent
    return f"; 'lossbench compare {around}' compares all results there"


def stored_claims(folders: Sequence[Path]) -> "tuple[list[KnownClaims], list[str]]":
    """The claims about the results in folders, and complaints about others, which it prints."""
    from lossbench.cli.terminal import print_error
    from lossbench.results.claims_json import read_claims
    from lossbench.results.files import DamagedResult

    claims: list[KnownClaims] = []
    complaints: list[str] = []
    for folder in folders:
        try:
            found = read_claims(folder)
        except DamagedResult as error:
            complaints.append(str(error))
            print_error(complaints[-1])
            continue
        if found and found not in claims:
            claims.append(found)
    return claims, list(dict.fromkeys(complaints))


def _called_by(folder: Path, result: "Result") -> "Result":
    """The result with the path of its folder for a name."""
    from lossbench.text import printable

    own = folder.name == result.experiment.name  # the folder of this one result
    path = folder if own else folder / result.experiment.name
    experiment = result.experiment.model_copy(update={"name": printable(str(path))})
    return replace(result, experiment=experiment)
