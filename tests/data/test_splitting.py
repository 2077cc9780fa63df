"""From a table to the two parts: split, filled in, encoded and scaled as scikit-learn does it."""

from pathlib import Path

import numpy as np
import pytest
from dataset_configs import REAL, TEXT, check_complaint, houses, split_of
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


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


def test_a_category_that_only_tests_is_in_no_column(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"c,y\nu,0\nv,1\nw,0\nu,1\n")
    split = split_of(tmp_path, "file: d.csv, target: y")
    assert split.features == ("c_u", "c_v")
    np.testing.assert_array_equal(split.x_test, [[0, 0], [1, 0]])


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


# What the file holds, further keys of the dataset, the loss, and what is said.
REFUSED: list[tuple[bytes, str, str, str]] = [
    (
        b"a,w,y\n1,0,2.5\n2,0,1.5\n3,2,3.5\n4,1,2.5\n",
        "sample_weight: w",
        "mse",
        "sample_weight: 'w' is 0 in every training row",
    ),
    (TEXT, "train_size: 1", "bce", "target: 'y' has more classes than training rows: 2 and 1"),
    (b"a,y\n1,x\n2,x\n", "", "bce", "target: 'y' has only one class, 'x'"),
    (
        b"a,y\n1,x\n2,z\n3,x\n4,w\n5,w\n6,w\n",
        "",
        "kld",
        "target: 'y' has classes without a row in the training part: 'w'; split: {shuffle: true}",
    ),
    (b"a,y\n1,0.5\n2,0.5\n", "", "mse", "target: 'y' is constant: there is nothing to learn"),
    (b"a,y\n1,2.5\n2,2.5\n3,3\n4,1\n", "", "mse", "target: 'y' is constant in the training part"),
    (
        b"a,y\n1,x\n2,z\n3,z\n",
        "split: {stratify: true}",
        "bce",
        "split: {'shuffle': True, 'stratify'",
    ),
    (REAL, "split: {stratify: true}", "mse", "split: {'shuffle': True, 'stratify': True, 'random_"),
]


@pytest.mark.parametrize(
    ("content", "keys", "loss", "said"), REFUSED, ids=[it[3] for it in REFUSED]
)
def test_what_cannot_be_split_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_complaint(monkeypatch, tmp_path, content, keys, loss, said)
