"""TensorFlow is imported in part, and whole for who uses it."""

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.slow

# Each public module, as its own file makes it, offers the very same things.
OFFERED = """
import importlib, json, pathlib, sys
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
    "requests": importlib.import_module("requests").__name__,
}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> Any:
    done = subprocess.run([sys.executable, "-c", OFFERED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_all_that_tensorflow_offers_is_there(found: Any) -> None:
    assert found["public"] > 50
    assert (found["others"], found["missing"]) == ([], [])
    assert found["v1"]
    assert found["signal"] == 1


def test_what_is_not_offered_is_an_error_as_ever(found: Any) -> None:
    assert found["said"] == "module 'tensorflow._api.v2.nn' has no attribute 'gelo'"


def test_what_no_training_uses_is_not_imported(found: Any) -> None:
    early = set(found["early"])
    assert {"keras.src.layers", "tensorflow.python.ops.nn_ops"} <= early
    unused = {"tensorflow.python.keras", "tensorflow._api.v2.compat.v1", "tensorflow.lite.python"}
    assert not early & {*unused, "matplotlib", "pandas", "scipy", "sklearn", "requests"}
    assert found["requests"] == "requests"  # a user's own loss may use it
