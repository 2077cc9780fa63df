"""The configs that are written for data: they load, and differ in nothing but the loss."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kept_programs import run

from lossbench.config.bundled import in_folder
from lossbench.config.load import load_all
from lossbench.evidence.comparison import compare
from lossbench.starters.dataset import starter_dataset
from lossbench.starters.description_text import dataset_lines


@pytest.mark.parametrize(
    ("data", "losses"),
    [
        ("diabetes", {"mean_squared_error", "mean_absolute_error"}),
        ("breast_cancer", {"binary_crossentropy", "hinge", "squared_hinge"}),
        ("load_wine", {"categorical_crossentropy", "label_smoothing"}),
    ],
)
def test_configs_differ_in_the_loss_only(
    data: str, losses: set[str], written: Callable[..., Path]
) -> None:
    cases = load_all(in_folder(written(data)))
    assert {case.experiment.name for case in cases} >= losses
    # They can be compared: the target of all is the same, whatever the network learns of it.
    assert len({case.split.sha256 for case in cases}) == 1
    first = cases[0].experiment
    for case in cases:
        it = case.experiment
        assert (it.dataset.split, it.dataset.standardize) == (
            first.dataset.split,
            first.dataset.standardize,
        )
        assert (it.model.hidden, it.epochs, it.repeats) == (first.model.hidden, first.epochs, 30)
        assert it.optimizer.parameters["clipnorm"] > 0
    if first.loss.row.problem == "regression":
        of = {case.experiment.name: case.split for case in cases}
        assert of["mean_squared_error"].y_train.mean() == pytest.approx(0, abs=1e-5)
        assert of["mean_absolute_percentage_error"].y_train.mean() == pytest.approx(1, abs=1e-5)
    else:
        train, test = cases[0].split.y_train, cases[0].split.y_test
        shares = [np.bincount(part) / len(part) for part in (train, test)]
        np.testing.assert_allclose(*shares, atol=0.02)


@pytest.mark.thorough
def test_answer_for_outliers_is_the_absolute_error_on_mae(
    houses: Path, written: Callable[..., Path]
) -> None:
    cases = load_all(in_folder(written(str(houses), "price")), {"repeats": 3})
    names = {"mean_absolute_error", "mean_squared_error"}
    results = [run(case.experiment) for case in cases if case.experiment.name in names]
    (group,) = compare(results, "mae")
    medians = {it.name: it.summary.median for it in group.standings if it.part == "test"}
    assert medians["mean_absolute_error"] < 0.9 * medians["mean_squared_error"]


def test_whole_numbers_can_be_meant_as_such(tmp_path: Path, written: Callable[..., Path]) -> None:
    stars = pd.DataFrame({"a": np.arange(200) % 7, "stars": np.arange(200) % 5})
    stars.to_csv(tmp_path / "stars.csv", index=False)
    path = str(tmp_path / "stars.csv")
    assert "stars: few different whole numbers, taken for classes; see --problem" in dataset_lines(
        starter_dataset(path, "stars")
    )
    cases = load_all(in_folder(written(path, "stars", "regression")))
    assert {case.experiment.loss.row.problem for case in cases} == {"regression"}
    assert all(case.experiment.dataset.problem == "regression" for case in cases)


def test_names_of_any_characters_make_no_broken_config(
    tmp_path: Path, written: Callable[..., Path]
) -> None:
    classes = ["a\x1b[31m", "b: {c", "# d", "null"] * 25
    frame = pd.DataFrame({"1e-3": np.arange(100) % 7, "'\"yes: ": classes})
    frame["\t"] = [f"x{number}" for number in range(100)]
    frame.insert(0, "no", np.arange(100))
    folder = tmp_path / "1e-3 #"
    folder.mkdir()
    frame.to_csv(folder / "a: b.csv", index=False)
    cases = load_all(in_folder(written(str(folder / "a: b.csv"), "'\"yes: ")))
    # Names have no blanks around: a tab is none.
    assert cases[0].experiment.dataset.drop == ("Unnamed: 3", "no")
    text = "".join(path.read_text() for path in in_folder(tmp_path / "a: b"))
    assert "\x1b" not in text.replace("\\e", "")
