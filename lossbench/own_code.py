"""A person's own function, named as ``package.module:function``.

Nothing of it is imported before it is called for by name, so that configs and results of
strangers can be read safely.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def missing(function: str) -> str | None:
    """Why the module cannot be there, or None. It is not run, but the packages above it are."""
    module, _, _ = function.partition(":")
    _look_here_too()
    try:
        found = find_spec(module) is not None
    except Exception as error:  # whatever a package raises when it is run
        return f"cannot be imported: {' '.join(f'{type(error).__name__}: {error}'.split())}"
    return None if found else f"is nowhere: no module named '{module}' here, nor installed"


def load(function: str) -> Callable[..., Any]:
    """The function. Raises ImportError where there is none."""
    module, _, name = function.partition(":")
    _look_here_too()
    found = getattr(import_module(module), name, None)
    if not callable(found):
        raise ImportError(f"{module} has no function '{name}'")
    return found  # type: ignore[no-any-return]  # whatever it is, it can be called


def _look_here_too() -> None:
    """Look for modules in the working directory, as ``python -m`` does and a script does not."""
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
