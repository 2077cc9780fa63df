"""Data of scikit-learn's and of files: what comes of them, and what is said of them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
import sklearn.datasets
from pyarrow import parquet
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import lossbench
from lossbench.config.complaints import ConfigError
from lossbench.config.experiment import Experiment
from lossbench.config.load import load, load_all
from lossbench.data import columns
from lossbench.data import files as data_files
from lossbench.data.arrays import Split
from lossbench.data.generators import GENERATORS, is_set
from lossbench.evidence.comparison import compare
from lossbench.pictures.of_comparison import pictures
from lossbench.results.read import read_all, read_result

SETS = [name for name in GENERATORS if is_set(name)]
SMALL = b"a,y\n1,x\n2,z\n3,x\n4,z\n"
WHOLE = b"a,y\n1,0\n2,1\n3,0\n4,1\n"
REAL = b"a,y\n1,0.5\n2,1.5\n3,3.5\n4,2.5\n"


def write(folder: Path, dataset: str, loss: str = "bce") -> Path:
    path = folder / "it.yaml"
    path.write_text(
        f"dataset: {{{dataset}}}\nmodel: {{hidden: [4]}}\nloss: {loss}\nepochs: 1\nrepeats: 2\n"
    )
    return path


def split_of(folder: Path, dataset: str, loss: str = "bce") -> Split:
    (case,) = load_all([write(folder, dataset, loss)])
    return case.split


def complaints(folder: Path, dataset: str, loss: str = "bce") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_all([write(folder, dataset, loss)])
    return [str(it).removeprefix(f"{folder}/it.yaml:") for it in caught.value.problems]


def houses(rows: int = 60) -> pd.DataFrame:
    """Numbers and text, both with gaps, and a real target."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": rng.normal(80, 20, rows),
            "city": rng.choice(["Bonn", "Köln", "Ulm"], rows),
            "rooms": rng.integers(1, 6, rows),
            "garden": rng.random(rows) < 0.5,
            "price": rng.normal(300, 50, rows),
        }
    )
    frame.loc[[3, 40], "size"] = np.nan
    frame.loc[[5, 55], "city"] = None
    return frame


@pytest.mark.parametrize("name", SETS)
def test_sets_are_scikit_learns_own_with_its_names(name: str, tmp_path: Path) -> None:
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


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent"])
def test_a_file_is_prepared_as_scikit_learns_column_transformer_does_it(
    suffix: str, strategy: str, tmp_path: Path
) -> None:
    frame = houses()
    if suffix == "parquet":
        frame.to_parquet(tmp_path / "houses.parquet")
    else:
        separator = {"csv": ",", "tsv": "\t"}[suffix]
        frame.to_csv(tmp_path / f"houses.{suffix}", index=False, sep=separator)
    split = split_of(
        tmp_path,
        f"file: houses.{suffix}, target: price, missing: {strategy}, train_size: 40, "
        "split: {shuffle: true, random_state: 3}, standardize: {features: train, target: train}",
        "mse",
    )
    train, test = train_test_split(frame, train_size=40, random_state=3)
    numbers, categories = ["size", "rooms", "garden"], ["city"]
    impute = SimpleImputer(strategy=strategy)
    common = SimpleImputer(strategy="most_frequent", missing_values=None)
    encoder = OneHotEncoder(sparse_output=False)
    expected = ColumnTransformer(
        [
            ("numbers", make_pipeline(impute, StandardScaler()), numbers),
            ("categories", make_pipeline(common, encoder), categories),
        ]
    )
    train, test = (it.astype({"city": object, "garden": float}) for it in (train, test))
    train, test = (
        it.assign(city=it["city"].where(it["city"].notna(), None)) for it in (train, test)
    )
    np.testing.assert_allclose(split.x_train, expected.fit_transform(train), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(split.x_test, expected.transform(test), rtol=1e-5, atol=1e-6)
    scaler = StandardScaler().fit(train[["price"]])
    np.testing.assert_allclose(split.y_test, scaler.transform(test[["price"]])[:, 0], rtol=1e-4)
    assert split.features == (*numbers, "city_Bonn", "city_Köln", "city_Ulm")


def test_missing_rows_are_dropped_where_asked_and_without_a_target_always(tmp_path: Path) -> None:
    frame = houses()
    frame.loc[[7, 8, 9], "price"] = np.nan
    frame.to_csv(tmp_path / "h.csv", index=False)
    file = "file: h.csv, target: price, missing"
    counts = {
        strategy: len(split.x_train) + len(split.x_test)
        for strategy in ("drop", "mean")
        for split in [split_of(tmp_path, f"{file}: {strategy}", "mse")]
    }
    assert counts == {"drop": 60 - 4 - 3, "mean": 60 - 3}
    (line,) = complaints(tmp_path, "file: h.csv, target: price", "mse")
    said = "(2 in column 'size', 2 in column 'city', 3 in column 'price')"
    assert line.startswith("1: dataset.missing: must be said where values are missing " + said)


def test_weights_of_rows_follow_their_rows_and_are_no_feature(tmp_path: Path) -> None:
    frame = houses().assign(weight=np.arange(60) / 10)
    frame.loc[[50, 51], "weight"] = np.nan
    frame.to_csv(tmp_path / "h.csv", index=False)
    data = (
        "file: h.csv, target: price, missing: median, train_size: 40, "
        "split: {shuffle: true, random_state: 3}"
    )
    split = split_of(tmp_path, f"{data}, sample_weight: weight", "mse")
    train, _ = train_test_split(frame.dropna(subset="weight"), train_size=40, random_state=3)
    assert split.weights_train is not None
    np.testing.assert_allclose(split.weights_train, train["weight"], rtol=1e-6)
    assert "weight" not in split.features
    without = split_of(tmp_path, f"{data}, drop: [weight]", "mse")
    assert without.weights_train is None
    assert without.features == split.features


def test_results_with_and_without_weights_are_compared_and_the_difference_is_said(
    tmp_path: Path,
) -> None:
    houses().assign(weight=1 + np.arange(60) % 3).to_csv(tmp_path / "h.csv", index=False)
    data = "file: h.csv, target: price, missing: median"
    for name, more in (("even", "drop: [weight]"), ("weighed", "sample_weight: weight")):
        experiment = load(write(tmp_path, f"{data}, {more}", "mse"), {"name": name})
        lossbench.run(experiment, tmp_path / "out")
    results, _ = read_all(tmp_path / "out")
    assert [it.experiment.dataset.sample_weight for it in results] == [None, "weight"]
    assert not np.array_equal(*(it.final("train", "loss") for it in results))
    (group,) = compare(results)
    assert "dataset.sample_weight" in group.note


def test_other_weights_in_a_column_of_the_same_name_are_said(tmp_path: Path) -> None:
    for name, weight in (("even", 1 + np.arange(60) % 3), ("uneven", 1 + np.arange(60) % 7)):
        houses().assign(weight=weight).to_csv(tmp_path / "h.csv", index=False)
        data = "file: h.csv, target: price, missing: median, sample_weight: weight"
        experiment = load(write(tmp_path, data, "mse"), {"name": name})
        lossbench.run(experiment, tmp_path / "out")
    (group,) = compare(read_all(tmp_path / "out")[0])
    assert "dataset.sha256" in group.note


def test_weights_that_leave_nothing_to_learn_or_to_judge_by_are_refused(tmp_path: Path) -> None:
    for first, what in ((0, "train"), (1, "judge")):
        weight = np.where(np.arange(60) < 16, first, 1 - first)  # of 20 that train
        houses().assign(weight=weight).to_csv(tmp_path / "h.csv", index=False)
        path = write(tmp_path, "file: h.csv, target: price, missing: median, train_size: 20", "mse")
        path.write_text(path.read_text().replace("20}", "20, sample_weight: weight}"))
        load_all([path])
        path.write_text(path.read_text() + "early_stopping: {patience: 3}\n")
        with pytest.raises(ConfigError, match=f"is 0 in every row that is left to {what}"):
            load_all([path])


def test_which_rows_train_is_not_judged_where_the_split_is_wrong(tmp_path: Path) -> None:
    """The first rows would train by default, and lack a class."""
    (tmp_path / "d.csv").write_bytes(b"a,y\n" + b"1,x\n2,x\n3,x\n4,x\n" + b"5,z\n")
    lines = complaints(tmp_path, "file: d.csv, target: y, split: {stratify: true}")
    assert len(lines) == 1
    assert "class 'z' has a single row" in lines[0]


def test_a_category_that_only_tests_is_in_no_column(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"c,y\nu,0\nv,1\nw,0\nu,1\n")
    split = split_of(tmp_path, "file: d.csv, target: y")
    assert split.features == ("c_u", "c_v")
    np.testing.assert_array_equal(split.x_test, [[0, 0], [1, 0]])


@pytest.mark.parametrize(
    ("column", "classes"),
    [
        (["no", "yes"] * 20, ("no", "yes")),
        (["false", "true"] * 20, ("False", "True")),
        (["3", "1000000"] * 20, ("3", "1000000")),
        (["1.0", "2.0"] * 20, ("1", "2")),
        (["1", "2", "3", "4"] * 10, ("1", "2", "3", "4")),
        (["1", "2", "3", "4", "5"] * 8, ()),
        (["0.5", "1.5"] * 20, ()),
        ([str(7 * number) for number in range(40)], ()),
    ],
    ids=str,
)
def test_kind_of_a_target_is_told_by_rule(
    column: list[str], classes: tuple[str, ...], tmp_path: Path
) -> None:
    lines = [f"{number},{value}" for number, value in enumerate(column)]
    (tmp_path / "d.csv").write_text("\n".join(["a,y", *lines]))
    assert (
        split_of(tmp_path, "file: d.csv, target: y", "kld" if classes else "mse").classes == classes
    )


def test_kind_of_a_target_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(WHOLE)
    split = split_of(tmp_path, "file: d.csv, target: y, problem: regression", "mse")
    assert split.classes == ()
    assert split.y_train.dtype == np.float32
    (tmp_path / "d.csv").write_bytes(b"a,y\n1,0.5\n2,1.5\n3,0.5\n4,1.5\n")
    split = split_of(tmp_path, "file: d.csv, target: y, problem: classification")
    assert split.classes == ("0.5", "1.5")


def test_stratified_parts_have_the_balance_of_the_whole(tmp_path: Path) -> None:
    dataset = "generator: make_classification, n_samples: 200, weights: [0.9], flip_y: 0, "
    dataset += "train_size: 50, split: "
    shares = {
        options: split_of(tmp_path, dataset + options).y_train.mean()
        for options in ("{stratify: true}", "{stratify: true, random_state: 1}")
    }
    assert set(shares.values()) == {0.1}
    first, second = (
        split_of(tmp_path, f"{dataset}{{random_state: {seed}}}").sha256 for seed in (0, 1)
    )
    assert first != second


# What a data file holds, the dataset's further keys, the loss, and what is said.
WEIGHED = b"a,w,y\n1,1,0.5\n2,0,1.5\n3,2,3.5\n4,-1,2.5\n"
UNFIT: list[tuple[bytes, str, str, str]] = [
    (WEIGHED, "sample_weight: v", "mse", "sample_weight: 'v' is not a column; allowed: a, w, y"),
    (WEIGHED, "sample_weight: y", "mse", "sample_weight: 'y' is the target"),
    (WEIGHED, "sample_weight: w", "mse", "sample_weight: 'w' must be at least 0; line 5 has -1"),
    (
        b"a,b,y\n1,1,0.5\n2,0,1.5\n3,2,3.5\n4,1,2.5\n",
        "sample_weight: a, drop: [a]",
        "mse",
        "drop: ['a'] leaves out the sample_weight",
    ),
    (REAL, "sample_weight: a", "mse", "file: 'd.csv' has no column besides the target"),
    (
        b"a,w,y\n1,0,2.5\n2,0,1.5\n3,2,3.5\n4,1,2.5\n",
        "sample_weight: w",
        "mse",
        "sample_weight: 'w' is 0 in every row that trains",
    ),
    (
        b"a,w,y\n1,x,2.5\n2,z,1.5\n3,x,3.5\n4,z,2.5\n",
        "sample_weight: w",
        "mse",
        "sample_weight: 'w' has no numbers but string",
    ),
    (
        b"a,w,y\n1,1,2.5\n2,x,1.5\n3,2,3.5\n4,1,2.5\n",
        "sample_weight: w",
        "mse",
        "sample_weight: 'w' line 3, column 'w': 'x' is text among numbers",
    ),
    (
        b"a,w,y\n1,,2.5\n2,,1.5\n3,,3.5\n4,,2.5\n",
        "sample_weight: w",
        "mse",
        "sample_weight: 'w' has no values",
    ),
    (b"", "", "bce", "file: 'd.csv' is empty"),
    (b"\n\n", "", "bce", "file: 'd.csv' is empty"),
    (b"a,y\n", "", "bce", "file: 'd.csv' has a header and no rows"),
    (
        b"a;y\n1;x\n",
        "",
        "bce",
        "file: 'd.csv' line 1: seems to have ';' between the columns; commas",
    ),
    (b"a,y\n1,x\n2,\xe9\n", "", "bce", "file: 'd.csv' line 3 is no text in UTF-8 (byte 0xe9)"),
    (b"a,y\n1,x\n2,\0\n", "", "bce", "file: 'd.csv' line 3 has a NUL byte"),
    (SMALL.decode().encode("utf-16"), "", "bce", "file: 'd.csv' line 1 has a NUL byte"),
    (b"a,y\n1,x\n2,z,3\n", "", "bce", "file: 'd.csv' line 3 has 3 values for 2 columns"),
    (b"a,y\n1,x,3\n2,z,3\n", "", "bce", "file: 'd.csv' line 2 has 3 values for 2 columns"),
    (b"a,y\n1,x\n\n2\n3,z\n", "", "bce", "file: 'd.csv' line 4 has 1 value for 2 columns"),
    (b'a,y\n1,"x\n2,z\n3,x\n', "", "bce", "file: 'd.csv' line 2 has a quote that is never closed"),
    (b"a,a,y\n1,2,x\n", "", "bce", "file: 'd.csv' line 1: columns 1 and 2 are both named 'a'"),
    (
        b",a,y\n0,1,x\n1,2,z\n",
        "",
        "bce",
        "file: 'd.csv' column 'Unnamed: 0' has no name in the header",
    ),
    (b"y\nx\nz\n", "", "bce", "file: 'd.csv' has no column besides the target"),
    (
        b"a,b,y\n1,,x\n2,,z\n",
        "",
        "bce",
        "file: 'd.csv' column 'b' has no values; leave it out: drop",
    ),
    (
        b'a,b,y\n1,"p\nq",x\n\ninf,r,z\n',
        "",
        "bce",
        "file: 'd.csv' line 5, column 'a': inf is not fin",
    ),
    (
        b"a,y\n1,x\n1e300,z\n",
        "",
        "bce",
        "file: 'd.csv' line 3, column 'a': 1e+300 is more than 32 b",
    ),
    (
        b"a,y\n1,x\n2,z\nn/x,x\n4,z\n",
        "",
        "bce",
        "file: 'd.csv' line 4, column 'a': 'n/x' is text am",
    ),
    (
        b"a,y\n" + b"".join(b"id%d,%d\n" % (n, n % 2) for n in range(300)),
        "",
        "bce",
        "file: 'd.csv' column 'a' has 300 different texts, such as 'id0', too many for categories",
    ),
    (SMALL, "drop: [b]", "bce", "drop: ['b'] has 'b', which is not a column; allowed: a, y"),
    (SMALL, "drop: [y]", "bce", "drop: ['y'] leaves out the target"),
    (SMALL, "train_size: 1", "bce", "target: 'y' has more classes than rows to train on: 2 and 1"),
    (b"a,y\n1,x\n2,x\n", "", "bce", "target: 'y' has one class only, 'x'"),
    (
        b"a,y\n1,x\n2,z\n3,x\n4,w\n5,w\n6,w\n",
        "",
        "kld",
        "target: 'y' has classes without a row in the training part: 'w'; split: {shuffle: true}",
    ),
    (b"a,y\n1,0.5\n2,0.5\n", "", "mse", "target: 'y' is constant: there is nothing to learn"),
    (b"a,y\n1,2.5\n2,2.5\n3,3\n4,1\n", "", "mse", "target: 'y' is constant in the training part"),
    (b"a,y\n1,0.5\n2,inf\n3,1\n", "", "mse", "target: 'y' line 3, column 'y': inf is not finite"),
    (
        b"a,y\n1,1.5\n2,\n3,one\n4,2\n",
        "missing: drop",
        "mse",
        "target: 'y' line 4, column 'y': 'one' is text among numbers; problem: classification",
    ),
    (
        SMALL,
        "problem: regression",
        "mse",
        "target: 'y' must be numbers to regress on; line 2 has 'x'",
    ),
    (
        b"a,y\n1,x\n2,z\n3,z\n",
        "split: {stratify: true}",
        "bce",
        "split: {'shuffle': True, 'stratify'",
    ),
    (REAL, "split: {stratify: true}", "mse", "split: {'shuffle': True, 'stratify': True, 'random_"),
    (
        SMALL,
        "split: {shuffle: false, stratify: true}",
        "bce",
        "split.stratify: True needs shuffle: ",
    ),
    (SMALL, "split: {shuffle: 1}", "bce", "split.shuffle: 1 must be true or false"),
    (
        SMALL,
        "split: {shufle: true}",
        "bce",
        "split.shufle: True is not a known key; did you mean 's",
    ),
    (
        SMALL,
        "missing: mode",
        "bce",
        "missing: 'mode' is not a known name; allowed: drop, mean, medi",
    ),
    (SMALL, "problem: real", "bce", "problem: 'real' is not a known name; "),
    (SMALL, "drop: a", "bce", "drop: 'a' must be a list of columns, such as [id]"),
    (SMALL, "noise: 1", "bce", "noise: 1 is not a key of a data file; allowed: drop, file"),
    (
        SMALL,
        "generator: make_moons",
        "bce",
        "generator: 'make_moons' stands beside a file; data come",
    ),
    (
        SMALL,
        f"sha256: {'a' * 64}",
        "bce",
        "file: 'd.csv' has changed: it is not the file of this 'sh",
    ),
    (SMALL, "sha256: x", "bce", "sha256: 'x' "),
]


@pytest.mark.parametrize(("content", "keys", "loss", "said"), UNFIT, ids=[it[3] for it in UNFIT])
def test_what_does_not_fit_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_bytes(content)
    config = write(Path(), f"file: d.csv, target: y, {keys}", loss)
    with pytest.raises(ConfigError) as caught:
        load_all([config])
    lines = [str(it) for it in caught.value.problems if it.key != "loss"]
    assert len(lines) == 1
    assert lines[0].startswith(f"it.yaml:1: dataset.{said}")
    assert "\n" not in lines[0]


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ("{}", "generator: is missing; it must be one of load_breast_cancer"),
        ("fil: d.csv", "file: is missing; it must be the path of a CSV"),
        ("target: y", "file: is missing; it must be the path of a CSV"),
        ("file: d.csv", "target: is missing; it must be the name of the column"),
        ("file: 3, target: y", "file: 3 must be text"),
        ("file: d.csv, target: x", "target: 'x' is not a column; allowed: a, y"),
        (
            "file: d.csv, target: yy",
            "target: 'yy' is not a column; did you mean 'y'? allowed: a, y",
        ),
        ("file: no.csv, target: y", "file: 'no.csv' does not exist"),
        ("file: ., target: y", "file: '.' is a folder"),
        (
            "file: it.yaml, target: y",
            "file: 'it.yaml' has none of the endings .csv, .tsv, .parquet",
        ),
        (
            "file: huge.csv, target: y",
            "file: 'huge.csv' is larger than the 2 GB that are read at most",
        ),
        ("file: loop.csv, target: y", "file: 'loop.csv' "),
        (
            "file: text.parquet, target: y",
            "file: 'text.parquet' is no Parquet file that can be read",
        ),
        (
            "generator: make_moons, target: y",
            "target: 'y' is a key of data files, not of make_moons",
        ),
        (
            "generator: load_diabetes, random_state: 1",
            "random_state: 1 is not a parameter of load_diabetes",
        ),
        (
            "generator: load_iris",
            "generator: 'load_iris' gives a target that has classes without a row in the training "
            "part: 'virginica'; split: {shuffle: true} mixes the rows",
        ),
        (
            "generator: make_regression, noise: 1e300",
            "generator: 'make_regression' gives a target that has values that 32 bits do not hold",
        ),
    ],
    ids=str,
)
def test_what_is_missing_or_out_of_place_is_named(
    dataset: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.csv").write_bytes(SMALL)
    Path("text.parquet").write_bytes(SMALL)
    Path("loop.csv").symlink_to("loop.csv")
    with Path("huge.csv").open("wb") as file:
        file.truncate(data_files.MOST_BYTES + 1)
    config = write(
        Path(),
        dataset.strip("{}"),
        "mse" if "regression" in dataset or "diabetes" in dataset else "kld",
    )
    with pytest.raises(ConfigError) as caught:
        load_all([config])
    lines = [str(it) for it in caught.value.problems]
    assert [line for line in lines if line.startswith(f"it.yaml:1: dataset.{said}")] == lines[:1]
    assert len(lines) == 1 + ("fil:" in dataset)


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(SMALL)
    plain = split_of(tmp_path, "file: d.csv, target: y")
    lines = SMALL.replace(b"\n", b"\r\n\r\n")
    (tmp_path / "d.csv").write_bytes(b"\xef\xbb\xbf" + lines)
    assert split_of(tmp_path, "file: d.csv, target: y").sha256 == plain.sha256


def test_parquet_without_pyarrow_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    houses().to_parquet(tmp_path / "h.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (line,) = complaints(tmp_path, "file: h.parquet, target: price", "mse")
    assert line.endswith("needs pyarrow to be read: python -m pip install 'lossbench[parquet]'")


def test_parquet_of_dates_is_refused_and_categories_and_decimals_are_not(tmp_path: Path) -> None:
    from decimal import Decimal

    frame = pd.DataFrame({"c": pd.Categorical(["u", "v"] * 4), "y": ["x", "z"] * 4})
    frame["d"] = [Decimal(number) / 4 for number in range(8)]
    frame["day"] = pd.date_range("2020-01-01", periods=8)
    frame.to_parquet(tmp_path / "d.parquet")
    (line,) = complaints(tmp_path, "file: d.parquet, target: y")
    assert line.endswith(
        "column 'day' has neither numbers nor text but datetime64; leave it out: drop: ['day']"
    )
    split = split_of(tmp_path, "file: d.parquet, target: y, drop: [day]")
    assert split.features == ("d", "c_u", "c_v")
    np.testing.assert_array_equal(split.x_train[:, 0], [0, 0.25, 0.5, 0.75])


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_texts_of_parquet_are_those_that_were_written(dtype: Any, tmp_path: Path) -> None:
    values = {"a": ["u", None, "v"], "none": [None] * 3, "0": ["x", "x", "z"]}
    frame = pd.DataFrame(values, dtype=dtype).assign(
        numbers=[1, 2, 3], kinds=pd.Categorical(["q", "p", None], ["q", "p", "r"], ordered=True)
    )
    frame.to_parquet(tmp_path / "t.parquet")
    found = data_files.read(tmp_path / "t.parquet")
    assert columns.absences(found) == {"a": 1, "none": 3, "kinds": 1}
    assert [*found["a"].dropna(), *found["0"]] == ["u", "v", "x", "x", "z"]
    assert isinstance(found["a"].dtype, pd.CategoricalDtype) == (dtype == "category")
    assert found["kinds"].dtype == frame["kinds"].dtype


def test_equal_texts_of_parquet_share_their_memory(tmp_path: Path) -> None:
    """A few kilobytes may stand for gigabytes of text."""
    texts = ["x" * 10**6, "y" * 10**6] * 20
    table = pyarrow.table({"a": texts, "y": texts, "number": range(40)})
    parquet.write_table(table, tmp_path / "t.parquet", compression="zstd")
    found = data_files.read(tmp_path / "t.parquet")
    made = columns.table(tmp_path / "t.parquet", found, "y")
    for values in (found["a"], made.categories[:, 0]):
        assert len({id(value) for value in values}) == 2
    # NumPy's text gives every row the room of the longest one.
    assert made.y.tolist() == [0, 1] * 20
    assert made.classes == tuple(texts[:2])


def test_parquet_that_needs_more_memory_than_there_is_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise pyarrow.ArrowMemoryError("malloc of size 1099511627776 failed")

    houses().to_parquet(tmp_path / "h.parquet")
    monkeypatch.setattr(pd, "read_parquet", fail)
    (line,) = complaints(tmp_path, "file: h.parquet, target: price", "mse")
    assert line.endswith("needs more memory than there is")


def test_hash_is_of_the_content_and_not_of_the_place(tmp_path: Path) -> None:
    for folder in ("here", "there/deeper"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "d.csv").write_bytes(SMALL)
    here, there = (
        load(write(tmp_path / folder, "file: d.csv, target: y"))
        for folder in ("here", "there/deeper")
    )
    assert here.config_hash == there.config_hash
    (tmp_path / "here" / "d.csv").write_bytes(SMALL.replace(b"4", b"5"))
    changed = load(write(tmp_path / "here", "file: d.csv, target: y"))
    assert changed.config_hash != here.config_hash


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Experiment]:
    """A folder with data, and results of two losses on them; the experiment of one."""
    folder = tmp_path_factory.mktemp("trained")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(60, 2)), columns=["_width", "height in $ or €"])
    frame["kind"] = np.where(frame.sum(axis=1) > 0, "_große", "$kleine$")
    frame.to_csv(folder / "d.csv", index=False)
    (folder / "configs").mkdir()
    for loss in ("hinge", "bce"):
        path = write(folder / "configs", "file: ../d.csv, target: kind", loss)
        experiment = load(path.rename(path.with_name(f"{loss}.yaml")))
        lossbench.run(experiment, folder / "results" / "deep")
    return folder, experiment


def test_stored_config_means_the_same_file_and_gives_the_same_bytes(
    trained: tuple[Path, Experiment],
) -> None:
    folder, experiment = trained
    stored = folder / "results" / "deep" / "bce"
    text = (stored / "config.yaml").read_text()
    assert "file: ../../../d.csv\n" in text
    assert str(folder) not in text + (stored / "metrics.json").read_text()
    again = load(stored / "config.yaml")
    assert again.config_hash == experiment.config_hash
    lossbench.run(again, folder / "again" / "deep")
    for path in (folder / "again" / "deep" / "bce").iterdir():
        assert path.read_bytes() == (stored / path.name).read_bytes()


def test_classes_are_named_in_the_results(trained: tuple[Path, Experiment]) -> None:
    result = read_result(trained[0] / "results" / "deep" / "bce")
    assert result.classes == ("$kleine$", "_große")
    assert result.experiment.dataset.load().sha256 == result.data_sha256


def test_compare_works_without_the_data(trained: tuple[Path, Experiment]) -> None:
    folder, _ = trained
    results, complaints = read_all(folder / "results" / "deep")
    groups = compare(results)
    assert complaints == []
    assert groups[0].title == "d.csv: accuracy"
    assert pictures(groups).keys() == {"curves_1.png", "boundaries_1.png"}
    hidden = (folder / "d.csv").rename(folder / "hidden.csv")
    try:
        groups = compare(read_all(folder / "results" / "deep")[0])
        assert pictures(groups).keys() == {"curves_1.png"}
    finally:
        hidden.rename(folder / "d.csv")


def modules_after(config: Path) -> set[str]:
    code = (
        f"import sys\nfrom lossbench.config.load import load\nload({str(config)!r})\n"
        "print(*({'pandas', 'pyarrow', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_pandas_is_imported_for_files_only(tmp_path: Path) -> None:
    config = write(tmp_path, "generator: make_circles, standardize: {features: train}")
    assert modules_after(config) - {"pyarrow"} == {"sklearn"}  # which imports it before 1.8
    (tmp_path / "d.csv").write_bytes(SMALL)
    assert "pandas" in modules_after(write(tmp_path, "file: d.csv, target: y"))


def dataset_of(values: dict[str, Any]) -> Any:
    return Experiment.model_validate(
        {"name": "it", "dataset": values, "model": {"hidden": [4]}, "loss": "bce", "epochs": 1}
    ).dataset


def test_experiment_of_plain_values_knows_its_file(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(SMALL)
    dataset = dataset_of({"file": str(tmp_path / "d.csv"), "target": "y"})
    assert dataset.load().classes == ("x", "z")
    assert len(dataset.sha256) == 64


def test_a_small_file_of_too_many_rows_is_refused_before_it_is_read(tmp_path: Path) -> None:
    rows = pyarrow.nulls(50_000_001, pyarrow.float64())
    parquet.write_table(pyarrow.table({"a": rows, "y": rows}), tmp_path / "h.parquet")
    assert (tmp_path / "h.parquet").stat().st_size < 10**6
    (line,) = complaints(tmp_path, "file: h.parquet, target: y", "mse")
    assert line.endswith("has 50000001 rows of 2 columns, more than 100000000 values")


def test_more_outputs_than_a_machine_holds_are_refused(tmp_path: Path) -> None:
    rows = (f"{number},c{number % 7500}" for number in range(15_000))
    (tmp_path / "d.csv").write_text("\n".join(["a,y", *rows, ""]))
    dataset = "file: d.csv, target: y, problem: classification"
    (line,) = complaints(tmp_path, dataset, "kld")
    assert line.endswith("has 7500 outputs for 15000 rows: more than 100000000 numbers")
