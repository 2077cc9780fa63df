"""TensorFlow is imported in part, and whole for who uses it."""

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.slow

# Each public module, as its own file makes it, offers the very same things.
OFFERED = """
import json, pathlib, sys
from lossbench.training.lean_import import PUBLIC, import_lean
import_lean()
early = sorted(sys.modules)
import keras, tensorflow as tf
names = {it for it in early if PUBLIC.match(it)}
others, missing = [], []
for name in sorted(names):
    module = sys.modules[name]
    real = {"__name__": name, "__package__": name}
    exec(pathlib.Path(module.__file__).read_text("utf-8"), real)
    for it in set(real) - {"__builtins__", "_sys", "__doc__", "__name__", "__package__"}:
        if getattr(module, it) is not real[it]:
            others.append(f"{name}.{it}")
        if it not in dir(module):
            missing.append(f"{name}.{it}")
try:
    tf.nn.gelo
except AttributeError as error:
    said = str(error)
found = {
    "early": early, "public": len(names), "others": others, "missing": missing, "said": said,
    "v1": tf.compat.v1.nn.relu is tf.nn.relu, "signal": float(tf.signal.hann_window(3)[1]),
    "modules": {it: m.__name__ for it, m in sorted(vars(tf).items()) if type(m) is type(sys)},
}
print(json.dumps(found))
"""


# The same, of an ordinary import.
MODULES = """
import json, sys
import tensorflow as tf
print(json.dumps({it: m.__name__ for it, m in sorted(vars(tf).items()) if type(m) is type(sys)}))
"""


def printed(code: str) -> Any:
    """What a process of its own prints as JSON."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def found() -> Any:
    return printed(OFFERED)


def test_all_that_tensorflow_offers_is_there(found: Any) -> None:
    assert found["public"] > 40
    assert (found["others"], found["missing"]) == ([], [])
    assert found["v1"]
    assert found["signal"] == 1


def test_no_package_takes_the_name_of_a_public_module(found: Any) -> None:
    """As ``tensorflow.distribute`` would, where it is imported for the first time."""
    ordinary = printed(MODULES)
    assert ordinary.keys() >= {"distribute", "lite", "nn"}
    assert {it: found["modules"].get(it) for it in ordinary} == ordinary


def test_what_is_not_offered_is_an_error_as_ever(found: Any) -> None:
    assert found["said"] == "module 'tensorflow._api.v2.nn' has no attribute 'gelo'"


def test_what_no_training_uses_is_not_imported(found: Any) -> None:
    early = set(found["early"])
    assert {"keras.src.layers", "tensorflow.python.ops.nn_ops"} <= early
    unused = {"tensorflow.python.keras", "tensorflow._api.v2.compat.v1"}
    assert not early & {*unused, "matplotlib", "pandas", "scipy", "sklearn"}
