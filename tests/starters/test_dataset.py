"""The data that configs are written for: what is found in them, and what is refused."""

from pathlib import Path

import pytest

from lossbench.data.arrays import DatasetError
from lossbench.starters.configs import report
from lossbench.starters.dataset import starter_dataset


def test_file_is_seen_with_its_gaps_its_tail_and_its_useless_columns(
    houses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(houses.parent)
    it = starter_dataset("houses.csv", "price")
    lines = report(it, Path("houses"))
    assert lines[:3] == [
        "houses.csv: 300 rows, 2 features (1 of numbers, 1 of categories)",
        "left out: column 'id' numbers the rows",
        "missing: 9 in column 'size'; filled in",
    ]
    assert "price: a few rows decide the mse: compare on mae, too" in lines
    assert lines[-3:] == [
        "  lossbench run-all houses",
        "  lossbench compare results/houses",
        "  lossbench compare results/houses --metric mae",
    ]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("data", "target", "key", "said"),
    [
        ("diabetis", None, "", "no such file, nor data of scikit-learn; did you mean 'diabetes'?"),
        ("diabetes", "y", "--target", "is for files; load_diabetes has a target of its own"),
        ("d.csv", None, "--target", "is missing: it names the column to predict; allowed: a, y"),
        ("d.csv", "yy", "--target", "is not a column; did you mean 'y'? allowed: a, y"),
        ("d.csv", "a", "target", "has only one class"),
        (".", "y", "file", "is a folder"),
        ("x" * 5000, "y", "", "no such file, nor data of scikit-learn"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(
    data: str,
    target: str | None,
    key: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.csv").write_text("a,y\n" + "x,0\nx,1\n" * 5)
    with pytest.raises(DatasetError) as caught:
        starter_dataset(data, target)
    assert caught.value.key == key
    assert str(caught.value).startswith(said)


def test_a_wrong_kind_of_problem_is_refused() -> None:
    with pytest.raises(DatasetError, match="must be regression or classification") as caught:
        starter_dataset("d.csv", "y", "clasification")
    assert caught.value.key == "--problem"
