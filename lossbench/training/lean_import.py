"""Import TensorFlow and Keras in four fifths of the time, to do nothing but train.

What no training needs is left out, or loaded where it is used. This is for a process of our own:
while it imports, another part of a user's process might miss that.
"""

import re
import sys
import typing
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from lossbench.training.startup import import_modules

# Keras imports these where they are installed, for parts that no training uses.
UNUSED = ("matplotlib", "pandas", "PIL", "scipy", "sklearn")
# TensorFlow's public modules, such as ``tf.nn``, do nothing but import what they offer, of some 900
# modules, and nearly all of it is never used. Those in ``tf.compat`` do more. ``tf.distribute`` and
# ``tf.lite`` have the names of packages: who imports one of these later gives it that name.
PUBLIC = re.compile(r"tensorflow\._api\.v2\.(?!compat\.|distribute\b|lite\b)")
OFFERS = re.compile(r"^from (\S+) import (\w+)(?: as (\w+))?", re.MULTILINE)


class _WhereUsed(MetaPathFinder, Loader):
    """Makes public modules of TensorFlow that import a name when it is first used."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if PUBLIC.match(name) else None
        if spec and spec.origin:
            spec.loader = self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        assert module.__file__
        offers = {
            shown or name: (origin, name)
            for origin, name, shown in OFFERS.findall(Path(module.__file__).read_text("utf-8"))
        }

        def first_used(shown: str) -> Any:
            if shown not in offers:
                raise AttributeError(f"module {module.__name__!r} has no attribute {shown!r}")
            origin, name = offers[shown]
            if origin == module.__name__:
                return import_module(f"{origin}.{name}")
            value = getattr(import_module(origin), name)
            setattr(module, shown, value)
            return value

        vars(module).update(__getattr__=first_used, __dir__=lambda: [*offers])


def import_lean() -> None:
    """Import what a training needs; nothing of TensorFlow is used yet, so one can still fork."""
    sys.meta_path.insert(0, _WhereUsed())
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]
    # TensorFlow's types name one another in 16,000 strings, and ``typing`` compiles each of them.
    # A few dozen differ.
    vars(typing)["compile"] = cache(compile)
    try:
        import_modules()
    finally:
        del vars(typing)["compile"]
        for name in UNUSED:  # a user's own loss may need them
            del sys.modules[name]
