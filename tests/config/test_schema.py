"""The JSON Schema that editors use, as the code gives it and as it is stored."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from lossbench.config.bundled import BUNDLED, bundled
from lossbench.config.load import load_all
from lossbench.config.schema import schema
from lossbench.config.yaml_reader import read
from lossbench.config.yaml_writer import to_yaml
from lossbench.tables.losses import LOSSES
from lossbench.text import to_json

FILE = BUNDLED / "schema.json"
LINE = "# yaml-language-server: $schema="


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    document = schema()
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


@pytest.fixture
def config() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((BUNDLED / "hinge.yaml").read_text())
    return values


def test_the_stored_schema_is_the_one_that_the_code_gives() -> None:
    assert FILE.read_text() == to_json(schema())


@pytest.mark.parametrize("path", bundled(), ids=lambda path: path.parent.name + "/" + path.stem)
def test_a_bundled_config_fits_and_points_to_the_schema(
    validator: Draft202012Validator, path: Path
) -> None:
    assert list(validator.iter_errors(read(path).values)) == []
    first = path.read_text().splitlines()[0]
    assert first.startswith(LINE)
    assert (path.parent / first.removeprefix(LINE)).resolve() == FILE.resolve()


def test_a_config_with_every_default_filled_in_fits(validator: Draft202012Validator) -> None:
    for case in load_all([path for path in bundled() if path.parent == BUNDLED]):
        values = yaml.safe_load(to_yaml(case.experiment))
        assert list(validator.iter_errors(values)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"epoch": 3},
        {"epochs": 0},
        {"epochs": None},
        {"loss": "hing"},
        {"loss": {"name": "hinge", "label_smoothing": 0.1}},
        {"loss": {"name": "binary_crossentropy", "label_smoothing": 2}},
        {"loss": {"label_smoothing": 0.1}},
        {"optimizer": {"lerning_rate": 0.1}},
        {"optimizer": {"name": "SGD", "learning_rate": 0}},
        {"optimizer": "SDG"},
        {"model": {"hiden": [5]}},
        {"model": {"hidden": [5], "activation": "rilu"}},
        {"dataset": {"generator": "make_circles", "nois": 0.1}},
        {"dataset": {"generator": "make_moons", "factor": 0.5}},
        {"dataset": {"generator": "make_circle"}},
        {"dataset": {"generator": "make_moons", "standardize": {"features": "some"}}},
        {"dataset": {"generator": "make_moons", "standardize": {"method": "minmax"}}},
        {"dataset": {"generator": "load_diabetes", "target_transform": "sqrt"}},
        {"dataset": {"generator": "make_moons", "disturb": {"label": 0.2}}},
        {"dataset": {"generator": "make_moons", "disturb": {"labels": 1.5}}},
        {"dataset": {"generator": "make_moons", "disturb": {"labels": {"0": 0.2}}}},
        {"dataset": {"generator": "load_diabetes", "disturb": {"outliers": 0.1, "scale": 0}}},
        {"published": {"acuracy": {"train": 0.8}}},
        {"name": "../up"},
        {"loss": {"function": "my.losses:asymmetric"}},
        {"loss": {"name": "huber", "delta": 0}},
        {"optimizer": {"name": "Adam", "learning_rate": {"schedule": "CosineDecai"}}},
        {"optimizer": {"learning_rate": {"schedule": "CosineDecay", "decay_step": 9}}},
        {"model": {"hidden": [{"units": 5, "dropuot": 0.1}]}},
        {"early_stopping": {"patiense": 3}},
        {"dataset": {"file": "houses.csv"}},
        {"dataset": {"file": "houses.csv", "target": "price", "noise": 0.1}},
    ],
    ids=json.dumps,
)
def test_what_is_wrong_is_refused(
    validator: Draft202012Validator, config: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert validator.is_valid(config)
    assert not validator.is_valid(config | changes)


@pytest.mark.parametrize(
    "changes",
    [
        *({"loss": name} for loss in LOSSES.values() for name in (loss.name, *loss.aliases)),
        {"loss": {"name": "bce", "label_smoothing": 0.1}},
        {"optimizer": {"learning_rate": 0.5}},
        {"optimizer": "sgd"},
        {"dataset": {"generator": "make_moons", "noise": 0.1, "train_size": 100}},
        {"dataset": {"generator": "make_moons", "standardize": {"method": "robust"}}},
        {"dataset": {"generator": "load_diabetes", "target_transform": "log1p"}},
        {"dataset": {"file": "houses.csv", "target": "price", "target_transform": "mean"}},
        {"dataset": {"generator": "make_moons", "disturb": {"labels": 0.2, "random_state": 1}}},
        {"dataset": {"generator": "make_moons", "disturb": {"labels": {"0": {"1": 0.2}}}}},
        {"dataset": {"file": "h.csv", "target": "y", "disturb": {"outliers": 0.1, "scale": 5}}},
    ],
    ids=json.dumps,
)
def test_what_is_right_is_taken(
    validator: Draft202012Validator, config: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert list(validator.iter_errors(config | changes)) == []


def test_a_missing_key_is_missed_but_not_the_name(
    validator: Draft202012Validator, config: dict[str, Any]
) -> None:
    assert "name" not in config
    for name in ("dataset", "model", "loss", "epochs"):
        assert not validator.is_valid({key: it for key, it in config.items() if key != name})
