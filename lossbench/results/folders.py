"""Which folders hold results, and where some are if a folder that is named holds none."""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import chain
from pathlib import Path

from lossbench.results.files import CONFIG, FIGURES, HISTORY, WEIGHTS

FILES = {FIGURES, CONFIG, WEIGHTS, HISTORY}
RESULTS = Path("results")  # the folder of results, if no other one is given
MOST_LOOKED_AT = 100  # folders in a folder: a person's home may have many more


def holds_a_result(folder: Path) -> bool:
    """Whether a folder has a file that a result has. Raises OSError where it cannot be read."""
    return bool(FILES & {it.name for it in folder.iterdir()})


def holds_results(folder: Path) -> bool:
    """Whether a folder, such as that of a sweep, has folders of results."""
    return any(map(_is_of_a_result, _entries(folder)))


def none_in(folder: Path) -> str:
    """Why a folder has no results to read, and which folder near it has some, on one line."""
    if folder.is_dir():
        why = "holds no results"
    else:
        why = "is not a folder" if folder.exists() else "does not exist"
    found = next(filter(holds_results, _near(folder)), None)
    hint = f"{found} holds some" if found else "'lossbench run-all' makes some"
    return f"{folder}: {why}; {hint}"


def _near(folder: Path) -> Iterator[Path]:
    """Where results may be that were meant: below, beside under a similar name, here, above."""
    beside = {it.name: it for it in _entries(folder.parent)}
    similar = get_close_matches(folder.name, beside)
    usual = [RESULTS] if folder.resolve() != RESULTS.resolve() else []
    return chain(
        _entries(folder),
        (beside[name] for name in similar),
        usual,
        _entries(RESULTS),
        [folder.parent],
        beside.values(),
    )


def _entries(folder: Path) -> list[Path]:
    """The folders in a folder, in the order of their names; none of one that cannot be read."""
    try:
        return [it for it in sorted(folder.iterdir()) if it.is_dir()][:MOST_LOOKED_AT]
    except OSError:
        return []


def _is_of_a_result(folder: Path) -> bool:
    try:
        return holds_a_result(folder)
    except OSError:
        return False
