"""``lossbench new`` as a new user meets it: what it sees, what it writes, and that it holds."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
import yaml
from jsonschema import Draft202012Validator
from scipy.stats import skew

from lossbench.cli import new as cli
from lossbench.config.load import in_folder, load_all
from lossbench.data.arrays import DatasetError, Table
from lossbench.evidence.comparison import compare
from lossbench.starters.advice import ADVICE, suiting
from lossbench.starters.configs import configs, report, seen, start
from lossbench.starters.survey import survey
from lossbench.suite.run import run
from lossbench.tables.losses import LOSSES


def command(cwd: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "lossbench", *map(str, arguments)]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False, timeout=90)


def written(folder: Path, data: str, target: str | None = None, problem: str | None = None) -> Path:
    """The folder of the configs for some data."""
    it = start(data, target, problem)
    (folder / it.name).mkdir()
    for name, text in configs(it, folder / it.name).items():
        (folder / it.name / name).write_text(text)
    return folder / it.name


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    """Prices that are skewed and have outliers, gaps, a category, and a number for each row."""
    rng = np.random.default_rng(0)
    rows = 300
    frame = pd.DataFrame({"id": np.arange(1, rows + 1), "size": rng.normal(100, 20, rows)})
    frame["place"] = rng.choice(["town", "country"], rows)
    frame["price"] = np.exp(frame["size"] / 60 + (frame["place"] == "town"))
    frame.loc[::15, "price"] *= 10
    frame.loc[:8, "size"] = np.nan
    frame.to_csv(tmp_path / "houses.csv", index=False)
    return tmp_path / "houses.csv"


def test_survey_has_the_figures_of_scipy_and_numpy() -> None:
    y = np.exp(np.random.default_rng(0).normal(size=500))
    target = survey(Table(np.ones((500, 2)), y)).target
    assert target
    first, third = np.quantile(y, (0.25, 0.75))
    far = (y < first - 1.5 * (third - first)) | (y > third + 1.5 * (third - first))
    assert (target.low, target.high) == (y.min(), y.max())
    assert target.median == pytest.approx(np.median(y))
    assert target.skew == pytest.approx(skew(y))
    assert target.outliers == pytest.approx(far.mean())
    assert target.misleads_mse


@pytest.mark.parametrize(("scale", "misleads"), [(0.01, False), (1, True)])
def test_only_skew_and_outliers_mislead_the_mse(scale: float, misleads: bool) -> None:
    y = np.exp(scale * np.random.default_rng(0).normal(size=500))
    target = survey(Table(np.ones((500, 2)), y)).target
    assert target
    assert target.misleads_mse is misleads


def test_every_loss_of_the_table_has_advice() -> None:
    assert {it.loss for it in ADVICE} == LOSSES.keys()
    assert all(len(it.good) > 40 for it in ADVICE if not it.name and it.good)


@pytest.mark.parametrize(
    ("data", "losses"),
    [
        ("diabetes", {"mean_squared_error", "mean_absolute_error"}),
        ("breast_cancer", {"binary_crossentropy", "hinge", "squared_hinge"}),
        ("load_wine", {"categorical_crossentropy", "label_smoothing"}),
    ],
)
def test_configs_of_a_set_differ_in_the_loss_only(
    data: str, losses: set[str], tmp_path: Path
) -> None:
    cases = load_all(in_folder(written(tmp_path, data)))
    assert {case.experiment.name for case in cases} >= losses
    assert len({case.split.sha256 for case in cases}) == 1
    first = cases[0].experiment
    for case in cases:
        it, split = case.experiment, case.split
        assert (it.dataset, it.model, it.epochs) == (first.dataset, first.model, first.epochs)
        assert it.repeats == 30
        np.testing.assert_allclose(split.x_train.mean(axis=0), 0, atol=1e-5)
    if first.loss.row.problem == "regression":
        assert cases[0].split.y_train.mean() == pytest.approx(0, abs=1e-5)
    else:
        train, test = cases[0].split.y_train, cases[0].split.y_test
        shares = [np.bincount(part) / len(part) for part in (train, test)]
        np.testing.assert_allclose(*shares, atol=0.02)


def test_losses_that_do_not_suit_are_left_out_with_a_reason() -> None:
    real = survey(Table(np.ones((50, 1)), np.arange(50.0)))
    chosen, against = suiting(real)
    assert "mean_squared_logarithmic_error" in against
    assert {it.loss for it in chosen} & against.keys() == set()
    numbers = np.arange(60) % 3
    chosen, against = suiting(survey(Table(np.ones((60, 1)), numbers, ("a", "b", "c"))))
    assert "kl_divergence" in against


def test_file_is_seen_with_its_gaps_its_tail_and_its_useless_columns(
    houses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(houses.parent)
    it = start("houses.csv", "price")
    lines = report(it, Path("houses"))
    assert lines[:3] == [
        "houses.csv: 300 rows, 2 features (1 of numbers, 1 of categories)",
        "left out: column 'id' numbers the rows",
        "missing: 9 in column 'size'; filled in",
    ]
    assert "price: few rows rule the mse: compare on mae, too" in lines
    assert lines[-3:] == [
        "  lossbench run-all houses",
        "  lossbench compare results/houses",
        "  lossbench compare results/houses --metric mae",
    ]
    assert max(map(len, lines)) <= 80


def test_answer_for_outliers_is_the_absolute_error_on_mae(houses: Path, tmp_path: Path) -> None:
    cases = load_all(in_folder(written(tmp_path, str(houses), "price")), {"repeats": 3})
    results = [run(case.experiment) for case in cases if "mean" in case.experiment.name]
    (group,) = compare(results, "mae")
    medians = {it.name: it.summary.median for it in group.standings if it.part == "test"}
    assert medians["mean_absolute_error"] < 0.9 * medians["mean_squared_error"]


def test_whole_numbers_can_be_meant_as_such(tmp_path: Path) -> None:
    stars = pd.DataFrame({"a": np.arange(200) % 7, "stars": np.arange(200) % 5})
    stars.to_csv(tmp_path / "stars.csv", index=False)
    path = str(tmp_path / "stars.csv")
    assert "stars: few whole numbers, taken for classes; see --problem" in seen(
        start(path, "stars")
    )
    cases = load_all(in_folder(written(tmp_path, path, "stars", "regression")))
    assert {case.experiment.loss.row.problem for case in cases} == {"regression"}
    assert all(case.experiment.dataset.problem == "regression" for case in cases)


def test_unbalanced_classes_are_said(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(100) % 7, "y": ["no"] * 90 + ["yes"] * 10})
    frame.to_csv(tmp_path / "d.csv", index=False)
    lines = seen(start(str(tmp_path / "d.csv"), "y"))
    assert lines[1:] == [
        "y: 2 classes (no: 90 %, yes: 10 %): binary classification",
        "y: unbalanced: an accuracy of 90 % is that of always answering one class",
    ]
    done = command(tmp_path, "new", "d.csv", "--target", "y")
    assert done.stdout.endswith("  lossbench compare results/d --metric balanced_accuracy\n")
    cases = load_all(in_folder(tmp_path / "d"))
    assert {case.experiment.final_metrics for case in cases} == {("balanced_accuracy",)}


def test_names_of_any_characters_make_no_broken_config(tmp_path: Path) -> None:
    classes = ["a\x1b[31m", "b: {c", "# d", "null"] * 25
    frame = pd.DataFrame({"1e-3": np.arange(100) % 7, "'\"yes: ": classes})
    frame["\t"] = [f"x{number}" for number in range(100)]
    frame.insert(0, "no", np.arange(100))
    folder = tmp_path / "1e-3 #"
    folder.mkdir()
    frame.to_csv(folder / "a: b.csv", index=False)
    cases = load_all(in_folder(written(tmp_path, str(folder / "a: b.csv"), "'\"yes: ")))
    assert cases[0].experiment.dataset.drop == ("no",)
    text = "".join(path.read_text() for path in in_folder(tmp_path / "a: b"))
    assert "\x1b" not in text.replace("\\e", "")


@pytest.mark.parametrize(
    ("data", "target", "key", "said"),
    [
        ("diabetis", None, "", "no such file, nor data of scikit-learn; did you mean 'diabetes'?"),
        ("diabetes", "y", "--target", "is for files: what load_diabetes gives is known"),
        ("d.csv", None, "--target", "is missing: it names the column to predict; allowed: a, y"),
        ("d.csv", "yy", "--target", "is no column; did you mean 'y'? allowed: a, y"),
        ("d.csv", "a", "target", "has one class only"),
        (".", "y", "file", "is a folder"),
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
        start(data, target)
    assert caught.value.key == key
    assert str(caught.value).startswith(said)


def test_command_writes_configs_that_validate_and_overwrites_nothing(tmp_path: Path) -> None:
    done = command(tmp_path, "new", "iris", "--out", "my flowers")
    assert (done.returncode, done.stderr) == (0, "")
    assert "  lossbench run-all 'my flowers'\n" in done.stdout
    paths = in_folder(tmp_path / "my flowers")
    assert f"  {paths[0].name}\n" in done.stdout
    assert len(load_all(paths)) == len(paths)
    validator = Draft202012Validator(json.loads((paths[0].parent / "schema.json").read_text()))
    for path in paths:
        text = path.read_text()
        assert text.startswith("# yaml-language-server: $schema=schema.json\n")
        assert list(validator.iter_errors(yaml.safe_load(text))) == []
    for path in paths[1:]:
        path.unlink()
    paths[0].write_text("mine")
    done = command(tmp_path, "new", "iris", "--out", "my flowers")
    assert (done.returncode, done.stdout) == (2, "")
    name = f"my flowers/{paths[0].name}"
    assert done.stderr == f"Error: iris: {name} is there already; --out FOLDER writes elsewhere\n"
    assert [path.read_text() for path in in_folder(tmp_path / "my flowers")] == ["mine"]


def test_a_link_that_leads_nowhere_is_named_and_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lost").symlink_to("nowhere")
    (tmp_path / "flowers").mkdir()
    (tmp_path / "flowers" / "hinge.yaml").symlink_to("nowhere")
    for data, folder, code, said in (
        ("breast_cancer", "flowers", 2, "flowers/hinge.yaml is there already"),
        ("iris", "lost", 1, "lost is in the way: it is a link that leads nowhere"),
    ):
        with pytest.raises(typer.Exit) as end:
            cli.new(data, out=tmp_path / folder)
        assert end.value.exit_code == code
        assert said in capsys.readouterr().err
    assert (tmp_path / "flowers" / "hinge.yaml").is_symlink()


def test_command_refuses_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n1,x\n2,z,3\n")
    done = command(tmp_path, "new", "d.csv", "--target", "y")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: d.csv: line 3 has 3 values for 2 columns\n"
    assert [path.name for path in tmp_path.iterdir()] == ["d.csv"]
