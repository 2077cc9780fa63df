"""A person's own function or class, named as ``package.module:function``.

Its module is not run before the function is trained with, so that configs and results of
strangers can be read safely. Then no other module is imported from the working directory, where
files may have the names of modules that are installed.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from lossbench.text import described

KIND = (
    "a loss is a function of y_true and y_pred that computes a value for each row, with keras.ops "
    "or TensorFlow, or a class derived from keras.losses.Loss whose call does"
)
NOT_FUNCTIONS = (
    inspect.iscoroutinefunction,
    inspect.isasyncgenfunction,
    inspect.isgeneratorfunction,
)


def missing(function: str) -> str | None:
    """Why the module or its function is not there, or None.

    The module is read and not run, but the packages above it are.
    """
    module, _, name = function.partition(":")
    try:
        with _also_here(module):
            spec = find_spec(module)
    except Exception as error:  # a package that is run may raise anything
        return f"cannot be imported: {described(error)}"
    if spec is None:
        return f"is not found: no module named '{module}' is here or installed"
    return None if _may_have(spec, name) else f"is not found: '{module}' has no '{name}'"


def _may_have(spec: ModuleSpec, name: str) -> bool:
    """Whether a module may have a name, as far as its text says."""
    try:
        tree = ast.parse(Path(spec.origin or "").read_bytes())
    except (OSError, ValueError, SyntaxError):  # to import it says what is wrong
        return True
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=it) | ast.ClassDef(name=it) | ast.AsyncFunctionDef(name=it):
                known = it
            case ast.alias(name=it, asname=other):
                known = other or it
            case ast.Name(id=it, ctx=ast.Store()):
                known = it
            case _:
                continue
        if known in (name, "*", "__getattr__", "globals"):
            return True
    return False


def load(function: str, kind: str = KIND, base: type | tuple[()] = ()) -> Callable[..., Any]:
    """The function, or a class derived from ``base``; ``kind`` says in messages what it should be.

    Raises ImportError where there is none, and TypeError where it is another class or a coroutine.
    """
    module, _, name = function.partition(":")
    with _also_here(module):
        found = getattr(import_module(module), name, None)
    if isinstance(found, type) and not issubclass(found, base):
        raise TypeError(f"{function} is a class of another kind: {kind}")
    if any(it(found) for it in NOT_FUNCTIONS):
        raise TypeError(f"{function} is written with async or yield, and gives no values; {kind}")
    if not callable(found):
        raise ImportError(f"{module} has no function '{name}'; {kind}")
    return found


class _Here:
    """A finder for importlib: it finds one module, in the working directory."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Called by importlib. What is inside a package is found by the package itself."""
        return PathFinder.find_spec(name, [str(Path.cwd())]) if name == self.name else None


@contextmanager
def _also_here(module: str) -> Iterator[None]:
    """Let a module, or the package that it is in, be imported from the working directory.

    Raises ImportError where an installed module has that name too, as either could be meant.
    """
    here = _Here(module.partition(".")[0])
    ours, theirs = here.find_spec(here.name), find_spec(here.name)
    if ours and theirs and _place(ours) != _place(theirs):
        raise ImportError(f"another module has that name ({_place(theirs)}); rename the one here")
    sys.meta_path.insert(0, here)
    try:
        yield
    except ModuleNotFoundError as error:
        other = _Here((error.name or "").partition(".")[0])
        if other.name != here.name and other.find_spec(other.name):
            only = f"of the modules here, only '{here.name}' is imported; make one package of both"
            raise ImportError(f"{error}: {only}") from error
        raise
    finally:
        sys.meta_path.remove(here)


def _place(spec: ModuleSpec) -> str:
    """Where a module lies: its file, or the folders of a package without one."""
    return spec.origin or ", ".join(spec.submodule_search_locations or ())
