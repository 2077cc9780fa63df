"""Data of scikit-learn: which generators there are, and that their data come as they are."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from dataset_configs import (
    TEXT,
    split_of,
    write_config,
)
from sklearn.model_selection import train_test_split

from lossbench.data.generators import GENERATORS, is_toy_dataset

TOY_DATASETS = [name for name in GENERATORS if is_toy_dataset(name)]


@pytest.mark.parametrize("name", TOY_DATASETS)
def test_toy_datasets_are_scikit_learns_own_with_its_names(name: str, tmp_path: Path) -> None:
    loss = "mse" if GENERATORS[name] == "real" else "kld"
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
    assert split.classes == tuple(map(str, getattr(data, "target_names", ())))


def test_every_function_that_yields_one_x_and_y_is_in_the_table() -> None:
    found = set()
    for name in dir(sklearn.datasets):
        arguments = {"return_X_y": True} if name.startswith("load_") else {}
        if not name.startswith(("make_", "load_")):
            continue
        try:
            x, y = getattr(sklearn.datasets, name)(**arguments)[:2]
            ok = np.asarray(x).ndim == 2 and np.shape(y) == (len(x),)
        except (TypeError, ValueError):
            continue
        if ok:
            found.add(name)
    assert found == set(GENERATORS)


def modules_after(config: Path) -> set[str]:
    code = (
        f"import sys\nfrom lossbench.config.load import load\nload({str(config)!r})\n"
        "print(*({'pandas', 'pyarrow', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_pandas_is_imported_for_files_only(tmp_path: Path) -> None:
    config = write_config(tmp_path, "generator: make_circles, standardize: {features: train}")
    assert modules_after(config) - {"pyarrow"} == {"sklearn"}  # which imports it before 1.8
    (tmp_path / "d.csv").write_bytes(TEXT)
    assert "pandas" in modules_after(write_config(tmp_path, "file: d.csv, target: y"))
