"""Targets of several columns, from each kind of source, and what is refused of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load
from lossbench.data.arrays import Split

RNG = np.random.default_rng(0)
ROWS = 40
X = RNG.normal(size=(ROWS, 2))
NUMBERS = RNG.normal(size=(ROWS, 2))
LABELS = (NUMBERS > 0).astype(int)
SHARES = np.stack([LABELS[:, 0] * 0.5 + 0.25, 0.75 - LABELS[:, 0] * 0.5], axis=1)


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1]})
    frame["high"], frame["wide"] = NUMBERS.T
    frame["is high"], frame["is wide"] = LABELS.T.astype(bool)
    frame["p"], frame["q"] = SHARES.T
    frame["word"] = np.where(LABELS[:, 0], "yes", "no")
    frame.to_csv("d.csv", index=False)
    np.savez("d.npz", x=X, y=NUMBERS, z=LABELS)
    Path("mydata.py").write_text(
        "import numpy as np\n"
        "def load(columns):\n"
        "    x = np.random.default_rng(0).normal(size=(40, 3))\n"
        "    return x, x @ np.ones((3, columns)) + x[:, :1] * np.arange(columns)\n"
    )


def loaded(loss: Any, **dataset: Any) -> tuple[Any, Split]:
    values = {"dataset": dataset, "model": {"hidden": [3]}, "loss": loss, "epochs": 1}
    experiment = load(values, allow_code=True)
    return experiment, experiment.load()[0]


def of_file(loss: Any, *targets: str, **dataset: Any) -> tuple[Any, Split]:
    others = ["high", "wide", "is high", "is wide", "p", "q", "word"]
    left = [it for it in others if it not in targets]
    return loaded(loss, file="d.csv", target=list(targets), drop=left, **dataset)


def complaint(loss: Any, *targets: str, **dataset: Any) -> str:
    with pytest.raises(ConfigError) as error:
        of_file(loss, *targets, **dataset)
    return str(error.value)


def test_columns_of_a_file_in_the_order_of_the_config() -> None:
    _, split = of_file("mse", "wide", "high")
    np.testing.assert_allclose(split.y_train, NUMBERS[:20, ::-1], rtol=1e-6)
    assert split.targets == ("wide", "high")
    assert split.features == ("a", "b")
    assert split.classes == ()


def test_true_and_false_are_labels() -> None:
    experiment, split = of_file("bce", "is high", "is wide")
    np.testing.assert_array_equal(split.y_train, LABELS[:20])
    assert experiment.loss.target == "labels"


def test_a_list_of_one_column_is_that_column() -> None:
    _, split = of_file("mse", "high")
    assert split.y_train.shape == (20,)
    assert split.targets == ()


def test_arrays_and_functions_of_several_columns() -> None:
    _, split = loaded("mse", file="d.npz", target="y", features="x")
    np.testing.assert_allclose(split.y_test, NUMBERS[20:], rtol=1e-6)
    assert split.targets == ("target_1", "target_2")
    experiment, split = loaded("hinge", file="d.npz", target="z", features="x")
    assert experiment.loss.target == "labels"
    _, split = loaded("huber", function="mydata:load", columns=3)
    assert split.y_train.shape == (20, 3)


@pytest.mark.parametrize(
    ("loss", "columns", "taken_for"),
    [
        ("categorical_crossentropy", ["p", "q"], "shares"),
        ("kl_divergence", ["p", "q"], "shares"),
        ("bce", ["p", "q"], "rates"),
        ("bce", ["p"], "rates"),
        ("bce", ["is high", "is wide"], "labels"),
        ("cosine_similarity", ["high", "wide"], "numbers"),
        ({"sum": {"kld": 1, "categorical_crossentropy": 1}}, ["p", "q"], "shares"),
        ({"sum": {"mse": 1, "cosine_similarity": 1}}, ["high", "wide"], "numbers"),
        ({"sum": {"mse": 1, "cosine_similarity": 1}}, ["p", "q"], "numbers"),
        ({"sum": {"bce": 1, "binary_focal_crossentropy": 1}}, ["is high", "is wide"], "labels"),
        ({"name": "mse", "labels": "one-hot"}, ["p", "q"], "shares"),
        ("mse", ["p", "q"], None),
        ("hinge", ["word"], None),
    ],
)
def test_the_loss_decides_what_numbers_are(
    loss: Any, columns: list[str], taken_for: str | None
) -> None:
    experiment, _ = of_file(loss, *columns)
    assert experiment.loss.target == taken_for


@pytest.mark.parametrize(
    ("loss", "columns", "said"),
    [
        ("hinge", ["high", "wide"], "takes the 2 columns of the target for labels, and needs a"),
        ("kld", ["high", "wide"], "for shares, and needs a target between 0 and 1, and this one"),
        ("kld", ["p", "is high"], "needs shares that add up to 1, and those of a row add up to"),
        ("corn", ["p", "q"], "needs one class for each row, and the target has 2 columns; losses"),
        ("bce", ["high"], "real numbers that are not all between 0 and 1, which it would take for"),
        ("bce", ["high", "wide"], "for labels, and needs a column of 0 and 1 for each label, and"),
        ("bce", ["high", "wide"], "; or for rates, and needs a target between 0 and 1, and this"),
        ({"name": "bce", "target": "rates"}, ["is high"], "is for real numbers, and this target"),
        ({"name": "bce", "target": "labels"}, ["p"], "is for columns of real numbers, and this"),
        ({"name": "bce", "target": "labels"}, ["p", "q"], "needs a column of 0 and 1 for each"),
        ({"name": "bce", "target": "rates"}, ["high", "wide"], "needs a target between 0 and 1"),
        ({"name": "mse", "target": "labels"}, ["p", "q"], "is not a key of mean_squared_error"),
        ({"name": "bce", "target": "shares"}, ["p", "q"], "allowed: labels, rates"),
        ({"name": "cosine_similarity", "target": "numbers"}, ["p"], "needs a target of several"),
        ("mse", ["high", "word"], "has a column that is neither: column 'word' has categories"),
        ("mse", ["high", "tall"], "'tall'"),
        ("mse", ["high", "high"], "must be a column, or a list of different columns"),
        ("msle", ["p", "a"], ""),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    loss: Any, columns: list[str], said: str
) -> None:
    if said:
        assert said in complaint(loss, *columns)
    else:
        of_file(loss, *columns)


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ({"target_transform": "log"}, "is for one target; standardize"),
        ({"problem": "classification"}, "is for one target; of several, the loss says what"),
        ({"rare": "drop"}, "is for classes; the target has numbers"),
        ({"split": {"shuffle": True, "stratify": True}}, "cannot stratify by a real target"),
        ({"disturb": {"labels": 0.2}}, "has labels, which are for rows of one class each"),
        ({"sample_weight": "high"}, "is the target"),
    ],
)
def test_keys_of_one_target_are_refused(dataset: dict[str, Any], said: str) -> None:
    assert said in complaint("mse", "high", "wide", **dataset)


def test_what_has_changed_the_labels_is_named() -> None:
    labels = ("is high", "is wide")
    assert "; standardize has changed them" in complaint(
        "bce", *labels, standardize={"target": "train"}
    )
    assert "; disturb has changed them" in complaint("bce", *labels, disturb={"outliers": 0.2})


def test_a_problem_that_is_regression_has_no_labels() -> None:
    experiment, _ = of_file("bce", "is high", "is wide", problem="regression")
    assert experiment.loss.target == "rates"
    assert "for labels" in complaint("hinge", "is high", "high", problem="regression")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (2024, "dataset.target: 2024 must be text; put it in quotes"),
        (["high", 2024], "has 2024, which must be text; put it in quotes"),
        (["high", True], "has True, which must be text; yes, no, on"),
    ],
)
def test_names_that_are_no_text_are_told_once(target: Any, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        loaded("mse", file="d.csv", target=target)
    (mistake,) = error.value.mistakes
    assert said in str(mistake)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"n_labels": 50}, "n_labels: 50 must be at most n_classes, which is 5"),
        ({"n_labels": 0, "allow_unlabeled": False}, "n_labels: 0 must be above 0 where allow_unl"),
    ],
)
def test_labels_that_would_be_drawn_for_ever_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        loaded("bce", generator="make_multilabel_classification", **given)


def test_a_column_that_is_constant_is_named() -> None:
    frame = pd.read_csv("d.csv")
    frame.loc[:19, "wide"] = 1.5
    frame.to_csv("d.csv", index=False)
    said = "has a column 'wide' that is constant in the training part"
    assert said in complaint("mse", "high", "wide")


def test_a_row_without_one_of_the_targets_is_left_out() -> None:
    frame = pd.read_csv("d.csv")
    frame.loc[[3, 5], "wide"] = np.nan
    frame.loc[7, "high"] = np.nan
    frame.to_csv("d.csv", index=False)
    assert "(1 in column 'high', 2 in column 'wide')" in complaint("mse", "high", "wide")
    _, split = of_file("mse", "high", "wide", missing="mean")
    assert len(split.y_train) + len(split.y_test) == ROWS - 3
    assert np.isfinite(split.y_train).all()


def test_outliers_are_of_each_target_in_the_same_rows() -> None:
    _, split = of_file("mse", "high", "wide", disturb={"outliers": 0.2, "scale": 10})
    moved = split.y_train != NUMBERS[:20].astype(np.float32)
    assert moved.sum(axis=0).tolist() == [4, 4]
    assert (moved[:, 0] == moved[:, 1]).all()
    errors = (split.y_train - NUMBERS[:20])[moved[:, 0]]
    assert len({*errors.ravel().tolist()}) == 8
    np.testing.assert_allclose(split.y_test, NUMBERS[20:], rtol=1e-6)
