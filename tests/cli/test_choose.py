"""The command ``choose``: what it writes, what it trains again, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
from command import lossbench

from lossbench.config.load import load
from lossbench.results.read import read

CONFIG = """\
dataset: {generator: make_moons, n_samples: 80, noise: 0.3}
model: {hidden: [4]}
loss: LOSS
epochs: 3
"""
QUICK = ("--splits", 2, "--seeds", 2, "--epochs", 2, "--jobs", 1)


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    for loss in ("hinge", "bce"):
        (folder / f"{loss}.yaml").write_text(CONFIG.replace("LOSS", loss))
    return tmp_path


def test_a_choice_is_stored_resumed_compared_and_trained_on_all_rows(configs: Path) -> None:
    first = lossbench(configs, "choose", "mine", "--losses", "hinge", *QUICK)
    assert first.returncode == 0, first.stderr
    both = lossbench(configs, "choose", "mine", *QUICK, "--json")
    assert "hinge: 4 of 4 trainings stored" in both.stderr
    assert "bce: 4 of 4 trainings done" in both.stderr
    folder = configs / "results" / "choose" / "mine"
    document = json.loads(both.stdout)
    assert document == json.loads((folder / "choice.json").read_text())
    assert {it["name"] for it in document["losses"]} == {"hinge", "bce"}
    assert [it["name"] for it in document["other_models"]] == [
        "constant",
        "linear model",
        "gradient boosting",
    ]
    again = lossbench(configs, "choose", "mine", *QUICK)
    assert "done" not in again.stderr
    assert 5 < len(again.stdout.splitlines()) <= 20
    assert max(map(len, again.stdout.splitlines())) <= 80
    fewer = lossbench(configs, "choose", "mine", *QUICK, "--seeds", 1, "--json")
    assert "more than the 2 asked for; all are kept" in fewer.stderr
    assert json.loads(fewer.stdout)["seeds"] == 1
    for result in read(folder):
        assert result.experiment.repeats == 2
        of_name = next(it for it in document["losses"] if it["name"] == result.experiment.name)
        by_split = result.by_split("test", "accuracy").mean(axis=1)
        np.testing.assert_allclose(of_name["values"], by_split)
        assert {it.split for it in result.trainings} == {0, 1}
    compared = lossbench(configs, "compare", folder)
    assert "over 2 splits" in compared.stdout
    assert lossbench(configs, "report", folder).returncode == 0
    chosen = load(folder / "chosen.yaml")
    assert (chosen.dataset.train_size, chosen.tune, chosen.splits) == ("all", None, 1)
    trained = lossbench(configs, "run", folder / "chosen.yaml", "--out", "all")
    assert trained.returncode == 0
    assert "its test figures are of the same rows" in trained.stderr


@pytest.mark.thorough
def test_data_are_looked_at_as_new_does_and_tuned_with_what_is_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = [f"{n},{n % 20},{rng.normal():.3f},{rng.normal():.3f}" for n in range(120)]
    (tmp_path / "d.csv").write_text("\n".join(["id,who,a,y", *lines]))
    asked = ("--target", "y", "--losses", "huber,mean_absolute_error", "--group", "who")
    tuned = ("--tune", "model.l2=0,0.1", "--tune", "loss.delta=1,2", "--metric", "mae")
    done = lossbench(tmp_path, "choose", "d.csv", *asked, *tuned, *QUICK)
    assert done.returncode == 0, done.stderr
    assert "no loss is better than a constant" in " ".join(done.stdout.split())
    results = read(tmp_path / "results" / "choose" / "d")
    assert [it.experiment.name for it in results] == ["huber", "mean_absolute_error"]
    for it in results:
        assert it.experiment.dataset.split
        assert it.experiment.dataset.split.group == "who"
        keys = {"model.l2", "optimizer.learning_rate"}
        keys |= {"loss.delta"} if it.experiment.name == "huber" else set()
        assert {*it.trainings[0].tuned} == keys
        assert it.experiment.tune
        assert it.experiment.tune.judged_by == "mae"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--metric", "maee"], "'maee' is not a metric; did you mean 'mae'? allowed: average_"),
        (["--metric", "bias"], "'bias' is not a metric; allowed: brier"),
        (["--metric", "mse"], "Error: --metric mse: is no metric for binary classification; "),
        (["--splits", 1], "Invalid value for '--splits': Input should be greater"),
        (["--losses", "hing"], "--losses hing: is none of the configs in mine; did you mean"),
        (["--tune", "loss.delta=1,2"], "--tune loss.delta: is a parameter of none of the losses"),
        (["--tune", "model.l2"], "--tune: must be KEY=VALUE"),
        (["--tune", "epochs=1,2"], "has 'epochs', which cannot be tuned: take keys of optimizer"),
        (["--tune", "model.hidden=[3],[4]"], "changes the shape of the network, whose weights"),
        (["--tune", "optimizer.momentum=0,2"], "optimizer.momentum"),
        (["--target", "y"], "mine: --target is for data; configs have their own"),
        (["--group", "who"], "names a column of a data file; make_moons has none"),
    ],
)
def test_what_is_wrong_is_said(configs: Path, arguments: list[object], said: str) -> None:
    done = lossbench(configs, "choose", "mine", "--jobs", 1, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert not (configs / "results").exists()


def test_configs_of_other_data_are_refused(configs: Path) -> None:
    path = configs / "mine" / "bce.yaml"
    path.write_text(path.read_text().replace("0.3", "0.2"))
    done = lossbench(configs, "choose", "mine", "--jobs", 1)
    assert done.returncode == 2
    assert "choose compares losses on the same data" in done.stderr


def test_the_config_that_trains_on_all_rows_takes_them_as_they_are(configs: Path) -> None:
    for path in (configs / "mine").iterdir():
        path.write_text(path.read_text().replace("0.3}", "0.3, disturb: {labels: 0.2}}"))
    done = lossbench(configs, "choose", "mine", "--losses", "hinge", *QUICK)
    assert done.returncode == 0, done.stderr
    folder = configs / "results" / "choose" / "mine"
    assert {it.experiment.dataset.disturb.labels for it in read(folder)} == {0.2}  # type: ignore[union-attr]
    assert load(folder / "chosen.yaml").dataset.disturb is None
    assert "\n# The rows are as they are: dataset.disturb" in (folder / "chosen.yaml").read_text()


def test_a_file_that_is_not_of_a_choice_is_not_replaced(configs: Path) -> None:
    folder = configs / "results" / "choose" / "wine"
    folder.mkdir(parents=True)
    (folder / "choice.json").write_text("mine")
    done = lossbench(configs, "choose", "wine")
    assert done.returncode == 1
    assert "choice.json" in done.stderr
    assert (folder / "choice.json").read_text() == "mine"
