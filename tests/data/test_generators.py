"""Data of scikit-learn: which generators there are, and that their data come as they are."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.datasets
from dataset_configs import (
    TEXT,
    complaints,
    split_of,
    write_config,
)
from sklearn.model_selection import train_test_split

from lossbench.config.load import load
from lossbench.config.yaml_writer import flow, to_yaml
from lossbench.data.generators import GENERATORS, is_toy_dataset, parameters

FOUR = {"n_features": 4, "n_informative": 2, "n_redundant": 0}
# These change what a function returns, not the data.
NOT_PARAMETERS = {
    *("as_frame", "coef", "return_centers", "return_X_y"),
    *("return_distributions", "return_indicator", "sparse"),
}
TOY_DATASETS = [name for name in GENERATORS if is_toy_dataset(name)]


@pytest.mark.parametrize("name", TOY_DATASETS)
def test_toy_datasets_are_scikit_learns_own_with_its_names(name: str, tmp_path: Path) -> None:
    loss = "kld" if GENERATORS[name] == "classes" else "mse"
    split = split_of(tmp_path, f"generator: {name}, split: {{random_state: 5}}", loss)
    data = getattr(sklearn.datasets, name)()
    x_train, x_test, y_train, y_test = train_test_split(
        data.data, data.target, train_size=round(len(data.data) / 2), random_state=5
    )
    np.testing.assert_array_equal(split.x_train, x_train.astype(np.float32))
    np.testing.assert_array_equal(split.x_test, x_test.astype(np.float32))
    np.testing.assert_array_equal(split.y_train, y_train.astype(split.y_train.dtype))
    np.testing.assert_array_equal(split.y_test, y_test.astype(split.y_test.dtype))
    assert split.features == tuple(data.feature_names)
    assert (split.classes or split.targets) == tuple(map(str, getattr(data, "target_names", ())))


def constraints(generator: str) -> dict[str, list[Any]]:
    """What scikit-learn's own check allows for each parameter of a generator."""
    allowed: dict[str, list[Any]] = getattr(sklearn.datasets, generator)._skl_parameter_constraints
    return allowed


def test_every_function_that_yields_an_x_and_a_y_is_in_the_table() -> None:
    found = set()
    for name in dir(sklearn.datasets):
        arguments = {"return_X_y": True} if name.startswith("load_") else {}
        if not name.startswith(("make_", "load_")):
            continue
        try:
            x, y = getattr(sklearn.datasets, name)(**arguments)[:2]
            ok = np.asarray(x).ndim == 2 and np.shape(y)[:1] == (len(x),)
        except (TypeError, ValueError):
            continue
        if ok:
            found.add(name)
    assert found == set(GENERATORS)


@pytest.mark.parametrize("name", GENERATORS)
def test_parameters_and_their_defaults_are_scikit_learns(name: str) -> None:
    theirs = {
        it.name: it.default
        for it in inspect.signature(getattr(sklearn.datasets, name)).parameters.values()
        if it.name not in NOT_PARAMETERS
    }
    if "random_state" in theirs:
        theirs["random_state"] = 0
    assert [*parameters(name).items()] == [*theirs.items()]  # in their order, too
    types = {key: type(value) for key, value in theirs.items()}
    assert {key: type(value) for key, value in parameters(name).items()} == types


# A list for every parameter that takes one, with what else the generator then needs.
LISTS: dict[tuple[str, str], dict[str, Any]] = {
    ("make_blobs", "n_samples"): {"n_samples": [30, 40, 50]},
    ("make_blobs", "centers"): {"centers": [[0, 1], [4.5, 5], [9, 0]]},
    ("make_blobs", "cluster_std"): {"cluster_std": [0.5, 1, 2], "centers": 3},
    ("make_blobs", "center_box"): {"center_box": [-3, 4.5]},
    ("make_circles", "n_samples"): {"n_samples": [40, 60]},
    ("make_classification", "weights"): {"weights": [0.9, 0.1]},
    ("make_classification", "shift"): {"shift": [0.5, 1, 2, 3], **FOUR},
    ("make_classification", "scale"): {"scale": [0.5, 1, 2, 3], **FOUR},
    ("make_gaussian_quantiles", "mean"): {"mean": [1, -2.5]},
    ("make_moons", "n_samples"): {"n_samples": [40, 60]},
}


@pytest.mark.parametrize(("generator", "parameter"), LISTS)
def test_a_list_is_taken_where_scikit_learn_takes_one(
    generator: str, parameter: str, tmp_path: Path
) -> None:
    given = LISTS[generator, parameter]
    split = split_of(tmp_path, f"generator: {generator}, split: {{}}, {flow(given)[1:-1]}", "kld")
    wanted = {**given, "random_state": 0}
    if tuple in constraints(generator)[parameter]:
        wanted[parameter] = tuple(wanted[parameter])
    x, y = getattr(sklearn.datasets, generator)(**wanted)
    found = np.concatenate([split.x_train, split.x_test])
    np.testing.assert_array_equal(sorted(found.tolist()), sorted(x.astype(np.float32).tolist()))
    counts = np.bincount(y.astype(int))
    found_counts = np.bincount(np.concatenate([split.y_train, split.y_test]).astype(int))
    np.testing.assert_array_equal(found_counts, counts)


def test_every_parameter_that_takes_a_list_is_tried() -> None:
    many = {list, tuple, set, "array-like"}
    found = {
        (generator, name)
        for generator in GENERATORS
        for name, kinds in constraints(generator).items()
        if any(kind in many for kind in kinds if isinstance(kind, str | type))
    }
    assert {(generator, name) for generator, name in found if name not in NOT_PARAMETERS} == {
        *LISTS
    }


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("make_moons, n_samples: [1, 2, 3]", "n_samples: [1, 2, 3] `n_samples` can be"),
        ("make_classification, weights: [0.5, 0.4, 0.2, 0.1]", "generator: "),
        ("make_classification, weights: [a, b]", "generator: "),
        ("make_friedman1, noise: [1, 2]", "noise: [1, 2] must be a float"),
    ],
)
def test_a_list_that_does_not_suit_is_refused(keys: str, said: str, tmp_path: Path) -> None:
    loss = "mse" if "friedman" in keys else "bce"
    lines = complaints(tmp_path, f"generator: {keys}", loss)
    assert lines[0].startswith(f"1: dataset.{said}"), lines


@pytest.mark.parametrize(
    ("generator", "parameters", "digest"),
    [
        ("make_moons", {"n_samples": [40, 60], "noise": 0.1}, "28cb2c324b36"),
        (
            "make_blobs",
            {"n_samples": 60, "centers": [[0, 1], [4.5, 5], [9, 0]], "center_box": [-3, 4.5]},
            "1d21c44ef63b",
        ),
    ],
)
def test_a_config_with_lists_keeps_its_hash(
    generator: str, parameters: dict[str, Any], digest: str, tmp_path: Path
) -> None:
    """Those of version 1.1.0: what is stored of such a config is used again."""
    experiment = load(
        {
            "dataset": {"generator": generator, **parameters},
            "model": {"hidden": [5]},
            "loss": "kld",
            "epochs": 3,
        }
    )
    assert experiment.config_hash.startswith(digest)
    hash(tuple(experiment.dataset.parameters.items()))  # what is frozen has no list
    path = tmp_path / "again.yaml"
    path.write_text(to_yaml(experiment))
    assert load(path) == experiment


def modules_after(config: Path) -> set[str]:
    code = (
        f"import sys\nfrom lossbench.config.load import load\nload({str(config)!r})\n"
        "print(*({'pandas', 'pyarrow', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.thorough
def test_pandas_is_imported_for_files_only(tmp_path: Path) -> None:
    config = write_config(tmp_path, "generator: make_circles, standardize: {features: train}")
    assert modules_after(config) - {"pyarrow"} == {"sklearn"}  # which imports it before 1.8
    (tmp_path / "d.csv").write_bytes(TEXT)
    assert "pandas" in modules_after(write_config(tmp_path, "file: d.csv, target: y"))
