"""Which loss function, and how much does it matter? Experiments described in YAML.

``load`` reads an experiment and ``run`` trains it; nothing heavy is imported before they are
asked for.
"""

from typing import TYPE_CHECKING

__version__ = "1.1.0"
__all__ = ["__version__", "load", "run"]

if TYPE_CHECKING:
    from lossbench.config.load import load
    from lossbench.suite.run import run


def __getattr__(name: str) -> object:
    if name == "load":
        from lossbench.config.load import load

        return load
    if name == "run":
        from lossbench.suite.run import run

        return run
    raise AttributeError(f"module 'lossbench' has no attribute '{name}'")
