"""Networks of named layers, and which of the three forms of a network a config has."""

from typing import Any

import pytest

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load
from lossbench.config.yaml_reader import parse
from lossbench.config.yaml_writer import to_yaml

MOONS = {"generator": "make_moons", "n_samples": 60}
DIGITS = {"generator": "load_digits", "shape": [8, 8, 1]}
EMBEDDING = {"Embedding": {"input_dim": 17, "output_dim": 2}}
CONV: dict[str, Any] = {"Conv2D": {"filters": 3, "kernel_size": 3}}


def config(model: object, dataset: object = None) -> dict[str, Any]:
    loss = "hinge" if dataset is None else "categorical_crossentropy"
    return {"dataset": dataset or MOONS, "model": model, "loss": loss, "epochs": 1}


def test_layers_are_told_as_keras_writes_them_and_read_again() -> None:
    layers = [CONV, "MaxPooling2D", {"Dropout": 0.2}, "Flatten", {"Dense": 5}]
    experiment = load(config({"layers": layers}, DIGITS))
    assert experiment.resolved()["model"]["layers"] == (
        CONV,
        "MaxPooling2D",
        {"Dropout": {"rate": 0.2}},
        "Flatten",
        {"Dense": {"units": 5}},
    )
    assert load(parse(to_yaml(experiment)).values) == experiment


def test_what_is_said_in_two_ways_is_one_experiment() -> None:
    short = load(config({"layers": [{"Dense": 5}]}))
    long = load(config({"layers": [{"Dense": {"units": 5, "use_bias": True}}]}))
    assert short.config_hash == long.config_hash
    assert load(config({"layers": [{"Dense": 6}]})).config_hash != short.config_hash


def test_a_layer_without_an_activation_has_that_of_the_model_but_for_recurrent_ones() -> None:
    layers = [{"LSTM": 2}, {"Dense": 5}, {"Dense": {"units": 5, "activation": "tanh"}}]
    sequences = {**DIGITS, "shape": [8, 8]}
    model: Any = load(config({"layers": layers, "activation": "elu"}, sequences)).model
    found = [model.settings(it)["activation"] for it in model.layers]
    assert found == ["tanh", "elu", "tanh"]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"layers": []}, "model.layers: [] must be a list of layers, such as [{Conv2D:"),
        ({"layers": "Dense"}, "model.layers: 'Dense' must be a list of layers"),
        ({"layers": [3]}, "model.layers.0: 3 must be the name of a layer, or one with its"),
        ({"layers": [{"Dense": 3, "Flatten": {}}]}, "model.layers.0: "),
        ({"layers": ["Dence"]}, "'Dence' is not a known layer; did you mean 'Dense'? allowed:"),
        ({"layers": ["Dense"]}, "model.layers.0.Dense.units: is missing; Dense needs it"),
        ({"layers": [{"Dense": 0}]}, "model.layers.0.Dense.units: 0 must be at least 1"),
        ({"layers": [{"Flatten": 3}]}, "model.layers.0.Flatten: 3 is a layer without parameters"),
        (
            {"layers": [{"Conv2D": {"filers": 3}}]},
            "filers: 3 is not a parameter of Conv2D; did",
        ),
        ({"layers": [{"MaxPooling2D": {"padding": "sane"}}]}, "did you mean 'same'? allowed: same"),
        ({"layers": [{"Dense": 3}], "dropout": 0.1}, "model.dropout: 0.1 is for hidden; beside"),
        ({"layers": [{"Dense": 3}], "lairs": 1}, "model.lairs: 1 is not a known key"),
        (
            {"layers": [{"Dense": 3}], "hidden": [3]},
            "cannot stand beside hidden: a network has",
        ),
        ({"function": "a:b", "hidden": [3]}, "model.function: 'a:b' cannot stand beside hidden"),
        ({"function": "a.b"}, "model.function: 'a.b' must be package.module:function"),
        ({"layers": [{"Conv1D": {"filters": 3, "kernel_size": 2}}]}, "such as [2, 1]"),
        ({"layers": [EMBEDDING, "Flatten"]}, "the data have fractions"),
    ],
)
def test_what_is_wrong_with_a_network_is_told(model: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(config(model), allow_code=True)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (
            [CONV],
            "model.layers.0: Conv2D gives (6, 6, 3), and the output layer needs one axis",
        ),
        (
            [CONV, CONV, CONV, CONV],
            "model.layers.3: Conv2D has a window of (3, 3), larger than",
        ),
        (["Flatten", CONV], "model.layers.1: Conv2D takes rows of shape (height, width, channels)"),
        (["Flatten", EMBEDDING, "Flatten"], ""),
    ],
)
def test_a_layer_that_does_not_fit_the_one_before_is_named(layers: list[Any], said: str) -> None:
    if not said:
        load(config({"layers": layers}, DIGITS))
        return
    with pytest.raises(ConfigError) as error:
        load(config({"layers": layers}, DIGITS))
    assert said in str(error.value)


def test_a_number_in_a_key_is_the_place_in_a_list() -> None:
    layers = [CONV, "MaxPooling2D", "Flatten", {"Dense": 5}]
    changed = load(
        config({"layers": layers}, DIGITS),
        {
            "model.layers.0.Conv2D.filters": 7,
            "model.layers.1.MaxPooling2D.pool_size": 3,
            "model.layers.3": {"Dense": 8},
        },
    )
    assert changed.resolved()["model"]["layers"] == (
        {"Conv2D": {"filters": 7, "kernel_size": 3}},
        {"MaxPooling2D": {"pool_size": 3}},
        "Flatten",
        {"Dense": {"units": 8}},
    )
    assert load(config({"hidden": [3, 4]}), {"model.hidden.1": 6}).model.hidden == (3, 6)


@pytest.mark.parametrize("before", [{"Rescaling": 1000}, {"Dropout": 0.5}, {"Dense": 4}])
def test_no_layer_may_change_what_an_embedding_takes(before: dict[str, Any]) -> None:
    layers = [before, EMBEDDING, "GlobalAveragePooling1D"]
    with pytest.raises(ConfigError, match="Embedding takes the whole numbers of the data"):
        load(config({"layers": layers}, {"generator": "load_digits"}))


def test_an_embedding_behind_flatten_is_checked_against_the_data() -> None:
    layers = ["Flatten", EMBEDDING, "GlobalAveragePooling1D"]
    load(config({"layers": layers}, DIGITS))
    small: Any = ["Flatten", {"Embedding": {"input_dim": 5, "output_dim": 2}}, *layers[2:]]
    said = "model.layers.1: Embedding takes whole numbers from 0 to 4, and the data go from 0 to 16"
    with pytest.raises(ConfigError, match=said):
        load(config({"layers": small}, DIGITS))
