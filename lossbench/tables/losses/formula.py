"""The formula of a row of the table, as a function of numbers.

It is what ``lossbench explain`` prints, and what pictures draw; a test holds it equal to what
trains, for every loss. So neither needs TensorFlow.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.loss import Loss

Numbers = float | NDArray[Any]

# All that a formula may call. A label of 0 takes the logarithm of 0 away.
_FUNCTIONS: dict[str, Any] = {
    "__builtins__": {},
    "abs": abs,
    "cosh": np.cosh,
    "exp": np.exp,
    "len": len,
    "log": lambda it: np.log(np.maximum(it, 1e-12)),
    "max": max,
    "min": min,
    "pi": np.pi,
    "softplus": lambda it: np.logaddexp(it, 0),
    "sqrt": np.sqrt,
    "sum": sum,
}


def value(loss: Loss, y: Numbers, p: Numbers, parameters: Mapping[str, Any]) -> float:
    """The loss of one row, of its label and output, which are arrays where they are vectors.

    ``parameters`` has all that the formula speaks of, and ``share``, (classes,), where the loss
    needs the shares of the classes. Parameters of which it does not speak change nothing.
    """
    arrays = {key: np.array(it) if isinstance(it, list) else it for key, it in parameters.items()}
    return float(eval(_code(loss.formula), _FUNCTIONS, {**arrays, "y": y, "p": p}))


def in_formula(loss: Loss) -> set[str]:
    """The parameters that the formula speaks of."""
    return {*re.findall(r"\w+", loss.formula)} & loss.parameters.keys()


@lru_cache
def _code(formula: str) -> CodeType:
    return compile(formula.replace("^", "**"), "<formula>", "eval")
