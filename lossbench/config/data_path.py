"""The path of a data file as somebody writes it, with ``~`` and variables of the environment."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lossbench.data.arrays import DatasetError

VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)


def expanded(path: str, folder: str | Path = "") -> str:
    """The path from a folder, with the home folder and the values of variables in it.

    A file that is there by the path as written is meant as it is. So the config of a result works
    if a file's own name has a ``$``. A variable that is not set stays as it is.
    """
    written = str(Path(folder, path))
    # Unlike the methods of Path, these take any text.
    if os.path.lexists(written):
        return written
    try:
        return str(Path(folder, os.path.expandvars(os.path.expanduser(path))))  # noqa: PTH111
    except ValueError:  # not a path, as reading it will say
        return written


def with_expanded_file(dataset: Any, folder: str | Path = "") -> Any:
    """The keys of a dataset, with the path of its file, if it has one, expanded."""
    file = dataset.get("file") if isinstance(dataset, dict) else None
    return {**dataset, "file": expanded(file, folder)} if isinstance(file, str) else dataset


@contextmanager
def naming_unset_variables(path: str) -> Iterator[None]:
    """Let a DatasetError about a file that is not there name a variable of its path."""
    try:
        yield
    except DatasetError as error:
        if message := unset_variable(path):
            raise DatasetError(error.key, f"{error}: {message}") from None
        raise


def unset_variable(path: str) -> str | None:
    """The first variable in the path of a file that is not there, if it is not set."""
    names = (plain or braced for plain, braced in VARIABLE.findall(path))
    unset = next((name for name in names if name not in os.environ), None)
    return f"the variable {unset} is not set" if unset and not os.path.lexists(path) else None
