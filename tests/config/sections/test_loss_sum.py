"""A weighted sum of losses in a config: what it becomes, what it is called and what is refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from example_config import complaints

from lossbench.config.complaints import ConfigError
from lossbench.config.experiment import Experiment
from lossbench.config.load import load, load_all
from lossbench.config.schema import schema
from lossbench.config.tuned import with_point
from lossbench.config.yaml_writer import to_yaml
from lossbench.tables.losses import LOSSES
from lossbench.tables.losses.equal import equal_to

LINE = """\
dataset: {generator: make_regression, n_samples: 60, n_features: 3, random_state: 1}
model: {hidden: [4]}
epochs: 2
loss: """
SUM = "{sum: {mse: 0.7, huber: {weight: 0.3, delta: 2}}}"
FULL = {"mse": {"weight": 0.7}, "huber": {"weight": 0.3, "delta": 2.0}}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "line.yaml"
    path.write_text(f"{LINE}{SUM}\n")
    return path


def test_a_sum_has_every_default_filled_in_and_a_name_from_its_terms(config: Path) -> None:
    experiment = load(config)
    assert experiment.loss.sum == FULL
    assert (experiment.name, experiment.loss.name) == ("line", "mse+huber")
    assert (experiment.output_activation, experiment.metrics) == ("linear", ("mse", "mae"))
    resolved = experiment.resolved()["loss"]
    assert resolved == {"sum": FULL}
    assert load(yaml.safe_load(to_yaml(experiment))) == experiment
    values = yaml.safe_load(config.read_text())
    assert load(values).name == "mse+huber"
    named = load(values | {"loss": {"name": "blend", "sum": values["loss"]["sum"]}})
    assert (named.name, named.loss.name) == ("blend", "blend")
    assert named.resolved()["loss"]["name"] == "blend"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["loss.sum.mse=0.2"], FULL | {"mse": {"weight": 0.2}}),
        (["loss.sum.mse.weight=2"], FULL | {"mse": {"weight": 2.0}}),
        # The other parameters of a term stay.
        (["loss.sum.huber=0.2"], FULL | {"huber": {"weight": 0.2, "delta": 2.0}}),
        (["loss.sum.huber.delta=5"], FULL | {"huber": {"weight": 0.3, "delta": 5.0}}),
        (["loss.sum.huber={weight: 1}"], FULL | {"huber": {"weight": 1.0, "delta": 1.0}}),
        (["loss.sum.mae=1"], FULL | {"mae": {"weight": 1.0}}),
        (["loss.sum.quantile.quantile=0.9", "loss.sum.quantile=1"],
         FULL | {"quantile": {"weight": 1.0, "quantile": 0.9}}),
        (["loss={sum: {mae: 1, mse: 1}}"], {"mae": {"weight": 1.0}, "mse": {"weight": 1.0}}),
        (["loss=huber"], None),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("resolved", [False, True])
def test_weights_and_parameters_are_set_by_their_keys(
    config: Path, settings: list[str], expected: Any, resolved: bool
) -> None:
    if resolved:
        config.write_text(to_yaml(load(config)))
    (case,) = load_all([config], settings=settings)
    loss = case.experiment.loss
    assert loss.sum == expected
    assert loss.name == ("+".join(expected) if expected else "huber")


def test_a_weight_is_tuned_and_the_other_parameters_of_its_term_stay(config: Path) -> None:
    tune = {"tune": {"grid": {"loss.sum.huber": [0.1, 0.3], "optimizer.learning_rate": [0.1]}}}
    experiment = load(config, {"early_stopping": {}, **tune})
    changed = with_point(experiment, {"loss.sum.huber": 0.1})
    assert changed.loss.sum == FULL | {"huber": {"weight": 0.1, "delta": 2.0}}


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("{sum: [mse, mae]}", "loss.sum: ['mse', 'mae'] must be a mapping of losses to weights"),
        ("{sum: {mse: 1}}", "loss.sum: {'mse': 1} must have at least two losses"),
        ("{sum: {}}", "loss.sum: {} must have at least two losses"),
        ("{sum: {mse: 1, hubr: 1}}", "loss.sum.hubr: 1 is not a known loss; did you mean 'huber'?"),
        ("{sum: {mse: 1, huber_loss: 1}}", "loss.sum.huber_loss: 1 is now called 'huber'"),
        ("{sum: {mse: 0, mae: 1}}", "loss.sum.mse: 0 must be greater than 0"),
        ("{sum: {mse: -1, mae: 1}}", "loss.sum.mse: -1 must be greater than 0"),
        ("{sum: {mse: .inf, mae: 1}}", "loss.sum.mse: inf must be a number"),
        ("{sum: {mse: true, mae: 1}}", "loss.sum.mse: True must be a number"),
        ("{sum: {mse: null, mae: 1}}", "loss.sum.mse: None must be a number"),
        ("{sum: {mse: half, mae: 1}}", "loss.sum.mse: 'half' must be a number"),
        ("{sum: {mse: 010, mae: 1}}", "loss.sum.mse: 010 is 8 in YAML 1.1 and 10 elsewhere"),
        ("{sum: {mse: {}, mae: 1}}", "loss.sum.mse.weight: is missing; it must be a number great"),
        ("{sum: {huber: {delta: 1}, mae: 1}}", "loss.sum.huber.weight: is missing"),
        ("{sum: {huber: {weight: 0}, mae: 1}}", "loss.sum.huber.weight: 0 must be greater than"),
        (
            "{sum: {huber: {weight: 1, delta: 0}, mae: 1}}",
            "loss.sum.huber.delta: 0 must be greater than 0",
        ),
        (
            "{sum: {huber: {weight: 1, dleta: 1}, mae: 1}}",
            "loss.sum.huber.dleta: 1 is not a parameter of huber; did you mean 'delta'? allowed: "
            "delta, weight",
        ),
        (
            "{sum: {mse: 1, mean_squared_error: 1}}",
            "loss.sum.mean_squared_error: 1 is the same loss as mse, which is in the sum already",
        ),
        (
            "{sum: {mse: 1, bce: 1}}",
            "loss.sum.bce: 1 is for binary classification, and mean_squared_error for regression: "
            "they cannot be added",
        ),
        (
            "{sum: {mse: 1, msle: 1, categorical_crossentropy: 1}}",
            "loss.sum.categorical_crossentropy: 1 is for multi-class classification, and "
            "mean_squared_logarithmic_error for regression: they cannot be added",
        ),
        (
            "{sum: {bce: 1, hinge: 1}}",
            "loss.sum.hinge: 1 wants the labels -1/1, and binary_crossentropy 0/1",
        ),
        (
            "{sum: {sparse_categorical_crossentropy: 1, corn: 1}}",
            "loss.sum.corn: 1 has other outputs (thresholds) than sparse_categorical_crossentropy "
            "(of each class)",
        ),
        (
            "{sum: {mse: 1, gaussian_nll: 1}}",
            "loss.sum.gaussian_nll: 1 has other outputs (mean and variance) than",
        ),
        (
            "{sum: {kld: 1, categorical_crossentropy: 1, categorical_hinge: 1}}",
            "loss.sum.categorical_hinge: 1 allows the output activations linear or tanh, which",
        ),
        (
            "{sum: {bce: {weight: 1, from_logits: true}, binary_focal_crossentropy: 1}}",
            "loss.sum.bce.from_logits: True is not set here",
        ),
        ("{name: mse, sum: {mse: 1, mae: 1}}", "loss.name: 'mse' is a loss by itself"),
        ("{sum: {mse: 1, mae: 1}, labels: real}", "loss.labels: 'real' is not a key of a sum"),
        ("{sum: {mse: 1, huber: 1}, delta: 2}", "loss.delta: 2 is not a key of a sum"),
        (
            "{sum: {bce: 1, binary_focal_crossentropy: 1}}",
            "loss: 'bce+binary_focal_crossentropy' does not fit a target of real numbers",
        ),
        (
            "{sum: {mse: 1, poisson: 1}}",
            "loss.sum.poisson: 'poisson' needs a target that is not negative",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_sum_is_said_once(config: Path, loss: str, said: str) -> None:
    config.write_text(f"{LINE}{loss}\n")
    (found,) = complaints(config)
    assert found.startswith(f"{config}:4: {said}")


def test_a_sum_does_not_stand_beside_a_function(config: Path) -> None:
    config.write_text(f"{LINE}{{function: json:loads, labels: real, sum: {{mse: 1, mae: 1}}}}\n")
    with pytest.raises(ConfigError) as caught:
        load(config, allow_code=True)
    assert str(caught.value) == (
        f"{config}:4: loss.sum: ['mse', 'mae'] cannot stand beside a function; its terms are "
        "losses of the table"
    )


def test_the_keys_of_a_sum_are_its_terms_and_their_parameters(config: Path) -> None:
    loss = load(config).loss
    keys = ("sum.mse", "sum.mse.weight", "sum.huber", "sum.huber.weight", "sum.huber.delta")
    assert all(map(loss.takes, keys))
    assert not any(map(loss.takes, ("sum", "sum.mae", "sum.mse.delta", "delta", "weight", "")))
    assert load(config, {"loss": "huber"}).loss.takes("delta")
    assert not load(config, {"loss": "huber"}).loss.takes("")


def test_what_is_wrong_with_a_setting_is_said_of_the_option(config: Path) -> None:
    assert complaints(config, settings=["loss.sum.mse=0.1,0"]) == [
        "--set loss.sum.mse=0: must be greater than 0"
    ]
    (found,) = complaints(config, settings=["loss.sum.mean_squared_error=0.1"])
    assert "is the same loss as mse, which is in the sum already" in found
    config.write_text(f"{LINE}mse\n")
    (found,) = complaints(config, settings=["loss.sum.mse=1", "loss.sum.mae=1"])
    assert "is a loss by itself; a sum needs no name" in found


def test_alpha_of_a_term_must_fit_the_classes(config: Path) -> None:
    text = LINE.replace("make_regression, n_samples: 60, n_features: 3", "make_blobs")
    term = "categorical_focal_crossentropy: {weight: 1, alpha: [0.2, 0.3]}"
    config.write_text(f"{text}{{sum: {{categorical_crossentropy: 1, {term}}}}}\n")
    (found,) = complaints(config)
    assert "loss.sum.categorical_focal_crossentropy.alpha: [0.2, 0.3] must be a number" in found


def test_the_output_layer_is_one_that_all_terms_allow(config: Path) -> None:
    text = LINE.replace("make_regression", "make_friedman1").replace("n_features: 3", "noise: 0")
    config.write_text(f"{text}{{sum: {{mse: 1, poisson: 2}}}}\n")
    experiment = load(config)
    # The default of poisson, as it does not allow that of mse, linear.
    assert experiment.output_activation == "exponential"
    (found,) = complaints(config, options={"model.output_activation": "tanh"})
    assert "'tanh' does not fit mse+poisson" in found
    assert load(config, {"model.output_activation": "softplus"}).loss.name == "mse+poisson"


def test_sums_are_the_same_where_their_terms_and_weights_are() -> None:
    def of(loss: str) -> Experiment:
        return load(yaml.safe_load(f"{LINE}{loss}"))

    one = of("{sum: {mse: 1, mae: 2}}")
    for other in ("{sum: {mae: 2, mean_squared_error: 1}}", "{name: b, sum: {mse: 1, mae: 2}}"):
        assert equal_to(one.loss, of(other).loss).startswith("the same function: what differs")
    for other in ("{sum: {mse: 1, mae: 1}}", "{sum: {mse: 1, huber: 2}}", "mse"):
        assert equal_to(one.loss, of(other).loss) == ""
        assert equal_to(of(other).loss, one.loss) == ""


def test_no_parameter_of_a_loss_is_taken_for_the_weight_or_for_a_key() -> None:
    keys = {"weight", "name", "sum", "function", "labels", "output_activation"}
    assert all(not keys & loss.parameters.keys() for loss in LOSSES.values())


@pytest.mark.parametrize(
    ("loss", "right"),
    [
        ({"sum": {"mse": 1, "huber": {"weight": 1, "delta": 2}}}, True),
        ({"name": "blend", "sum": {"mse": 1, "mae": 0.5}}, True),
        ({"sum": {"mse": 1}}, False),
        ({"sum": {"mse": 1, "mae": 0}}, False),
        ({"sum": {"mse": 1, "mea": 1}}, False),
        ({"sum": {"mse": 1, "huber": {"delta": 2}}}, False),
        ({"sum": {"mse": 1, "huber": {"weight": 1, "dleta": 2}}}, False),
        ({"sum": {"mse": 1, "mae": 1}, "delta": 2}, False),
        ({"name": "mse", "sum": {"mse": 1, "mae": 1}}, False),
    ],
)
def test_the_schema_knows_sums(loss: dict[str, Any], right: bool, config: Path) -> None:
    from jsonschema import Draft202012Validator

    values = yaml.safe_load(config.read_text()) | {"loss": loss}
    assert Draft202012Validator(schema()).is_valid(values) == right
    if not right:
        with pytest.raises(ConfigError):
            load(values)
