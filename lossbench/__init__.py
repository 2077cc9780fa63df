"""Which loss function should I take, and how much does it matter?

An experiment trains one network with one loss from several seeds. ``load`` reads it, ``run`` trains
it, ``read`` finds results again, and ``compare`` says which loss is better:

>>> import lossbench
>>> settings = {"epochs": 5, "repeats": 3, "optimizer.learning_rate": 0.05}
>>> for name in ("hinge", "squared_hinge"):
...     experiment = lossbench.load(name, settings)
...     result = lossbench.run(experiment, "results")
>>> result.final("test", "accuracy").shape  # a value for each seed
(3,)
>>> frame = result.to_frame()  # for pandas
>>> (comparison,) = lossbench.compare(lossbench.read("results"))
>>> print(comparison.pairs[-1].sentence)  # doctest: +ELLIPSIS
Not judged, ... against ...: ..., ahead in ... (test accuracy, pairs of fewer than 20 seeds)

The types are ``Experiment``, ``Result`` and ``Comparison``. The errors are ``ConfigError`` of
``load``, ``DatasetError`` and ``WrongSetting`` of ``run``, ``DamagedResult`` of ``read`` and
``NothingToCompare`` of ``compare``. Libraries are imported only when needed: TensorFlow by ``run``,
pandas by the frames.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossbench.config.complaints import ConfigError
    from lossbench.config.experiment import Experiment
    from lossbench.config.load import load
    from lossbench.data.arrays import DatasetError
    from lossbench.evidence.comparison import Comparison, NothingToCompare, compare
    from lossbench.results.files import DamagedResult
    from lossbench.results.read import read
    from lossbench.results.result import Result
    from lossbench.suite.run import run
    from lossbench.training.startup import WrongSetting

__version__ = "1.1.0"
__all__ = [
    "Comparison",
    "ConfigError",
    "DamagedResult",
    "DatasetError",
    "Experiment",
    "NothingToCompare",
    "Result",
    "WrongSetting",
    "__version__",
    "compare",
    "load",
    "read",
    "run",
]

_MODULES = {
    "Comparison": "evidence.comparison",
    "ConfigError": "config.complaints",
    "DamagedResult": "results.files",
    "DatasetError": "data.arrays",
    "Experiment": "config.experiment",
    "NothingToCompare": "evidence.comparison",
    "Result": "results.result",
    "WrongSetting": "training.startup",
    "compare": "evidence.comparison",
    "load": "config.load",
    "read": "results.read",
    "run": "suite.run",
}


def __getattr__(name: str) -> object:
    """Import what is asked for, when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module 'lossbench' has no attribute '{name}'")
    # Not imported above: there, a file of that name in the working directory could be taken for it.
    from importlib import import_module

    return getattr(import_module(f"lossbench.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
