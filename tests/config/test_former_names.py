"""A name that Keras has, had once, or writes another way is answered by the name to take."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import pytest
from keras.src import activations, initializers

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load
from lossbench.config.sections.model import (
    ACTIVATIONS,
    FORMER_ACTIVATIONS,
    FORMER_INITIALIZERS,
    INITIALIZERS,
)
from lossbench.tables.losses import FORMER, LOSSES, NAMES
from lossbench.tables.optimizers import FORMER_PARAMETERS, OPTIMIZERS
from lossbench.text import unknown

CONFIG = """\
dataset: {generator: make_moons}
model: {hidden: [5], activation: relu, kernel_initializer: ones}
loss: hinge
optimizer: {name: SGD, momentum: 0}
epochs: 1
metrics: [f1]
published: {accuracy: {train: 0.5}}
"""


@pytest.mark.parametrize(
    ("known", "names", "former"),
    [
        (activations.ALL_OBJECTS_DICT, ACTIVATIONS, FORMER_ACTIVATIONS),
        (initializers.ALL_OBJECTS_DICT, INITIALIZERS, FORMER_INITIALIZERS),
    ],
    ids=["activations", "initializers"],
)
def test_every_name_that_keras_takes_for_one_of_ours_is_told_that_one(
    known: Mapping[str, Any], names: list[str], former: Mapping[str, str]
) -> None:
    meant = {known[name]: name for name in names}
    for name, thing in known.items():
        if name not in names and thing in meant:
            said = unknown(name, names, former=former)
            starts = ("is now called '{}'", "is not a known name; did you mean '{}'?")
            assert said.startswith(tuple(it.format(meant[thing]) for it in starts))
    assert all(known[old] is known[new] for old, new in former.items())


def test_former_names_lead_to_names_that_are_taken() -> None:
    assert {*FORMER.values()} <= LOSSES.keys()
    assert not FORMER.keys() & NAMES.keys()
    for parameters in OPTIMIZERS.values():
        assert not FORMER_PARAMETERS.keys() & parameters.keys()
        assert {new.partition(".")[0] for new in FORMER_PARAMETERS.values()} <= parameters.keys()


def test_the_losses_of_keras_in_capitals_are_told_ours() -> None:
    for name in ("MSE", "MAE", "MAPE", "MSLE", "KLD", "BCE"):
        assert f"did you mean '{name.lower()}'?" in unknown(name, NAMES)
    for name in (name for name in dir(keras.losses) if name[0].isupper()):
        ours = next((it for it in LOSSES if it.replace("_", "") == name.lower()), None)
        assert ours is None or f"did you mean '{ours}'?" in unknown(name, NAMES)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("relu", "swish", "2: model.activation: 'swish' is now called 'silu'"),
        ("ones", "normal", "2: model.kernel_initializer: 'normal' is now called 'random_normal'"),
        ("ones", "HeNormal", "is not a known name; did you mean 'he_normal'? allowed: glorot_no"),
        ("hinge", "cosine_proximity", "3: loss.name: 'cosine_proximity' is now called 'cosine_s"),
        ("momentum: 0", "lr: 0.1", "4: optimizer.lr: 0.1 is now called 'learning_rate'"),
        ("f1", "acc", "6: metrics.0: 'acc' is now called 'accuracy'"),
        ("accuracy", "acc", "7: published.acc: {'train': 0.5} is now called 'accuracy'"),
        ("f1", "recall_macro", "6: metrics.0: 'recall_macro' is called 'balanced_accuracy' here"),
    ],
)
def test_a_former_name_is_told_its_new_one(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "it.yaml"
    path.write_text(CONFIG.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load(path)
    (problem,) = caught.value.mistakes
    assert said in str(problem)
