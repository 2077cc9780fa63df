"""A sweep as a user meets it: the files of its points, and those beside them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import lossbench

from lossbench.config.names import names_of
from lossbench.evidence.comparison import compare
from lossbench.evidence.comparison_text import as_markdown
from lossbench.results.read import read_all


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, str]:
    """A sweep of three learning rates, the last of which diverges: its folder and what it says."""
    cwd = tmp_path_factory.mktemp("swept")
    (cwd / "line.yaml").write_text(
        "dataset: {generator: make_regression, n_features: 5, standardize: {target: all}}\n"
        "model: {hidden: [5]}\nloss: mse\nepochs: 3\nrepeats: 2\n"
    )
    done = lossbench(cwd, "run", "line.yaml", "--set", "optimizer.learning_rate=1e-3,0.05,1e30")
    assert done.returncode == 1  # as for any experiment all of whose trainings diverge
    return cwd, cwd / "results" / "line+learning_rate", done.stdout


NAMES = [f"line+learning_rate={rate}" for rate in ("0.001", "0.05", "1e+30")]


def test_every_point_has_a_folder_beside_the_table_and_the_picture(
    swept: tuple[Path, Path, str],
) -> None:
    _, folder, printed = swept
    files = {"sweep.json", "sweep.md", "sweep.png"}
    assert {path.name for path in folder.iterdir()} == {*NAMES, *files}
    assert (folder / "sweep.png").read_bytes().startswith(b"\x89PNG")
    for name, rate in zip(NAMES, (0.001, 0.05, 1e30), strict=True):
        config = yaml.safe_load((folder / name / "config.yaml").read_text())
        assert (config["name"], float(config["optimizer"]["learning_rate"])) == (name, rate)
        assert f"{name}: mse, median of 2 seeds\n" in printed
    assert printed.splitlines()[-1].startswith("line+learning_rate: Best median test mse: ")


def test_the_table_says_what_the_points_metrics_say(swept: tuple[Path, Path, str]) -> None:
    _, folder, _ = swept
    document = json.loads((folder / "sweep.json").read_text())
    assert document["metric"] == "mse"
    axis = {"key": "optimizer.learning_rate", "label": "learning_rate"}
    assert document["axes"] == [{**axis, "values": [0.001, 0.05, 1e30]}]
    for point, name in zip(document["points"], NAMES, strict=True):
        metrics = json.loads((folder / name / "metrics.json").read_text())
        assert point["name"] == name
        assert point["diverged"] == metrics["diverged"] == (2 if name == NAMES[2] else 0)
        for part in ("train", "test"):
            assert point[part] == metrics["summary"][part]
    assert "| 1e+30 | diverged | diverged | 2 of 2 |" in (folder / "sweep.md").read_text()


def test_a_point_run_alone_gives_the_bytes_it_has_in_the_sweep(
    swept: tuple[Path, Path, str],
) -> None:
    cwd, folder, _ = swept
    config = folder / NAMES[1] / "config.yaml"
    done = lossbench(cwd, "run", str(config), "--out", "alone")
    assert done.returncode == 0
    alone = cwd / "alone" / NAMES[1]
    assert {path.name for path in alone.iterdir()} == {
        path.name for path in (folder / NAMES[1]).iterdir()
    }
    for path in alone.iterdir():
        assert path.read_bytes() == (folder / NAMES[1] / path.name).read_bytes()


def test_a_stored_sweep_is_not_waited_for(swept: tuple[Path, Path, str]) -> None:
    rates = ["optimizer.learning_rate=1e-3,0.05,1e30"]
    names = list(names_of(swept[0] / "line.yaml", rates))
    assert names == [(swept[1].name, name) for name in NAMES]
    assert list(names_of(swept[0] / "line.yaml", ["name=a", "epochs=2"])) == [("", "a+epochs=2")]
    before = {path: path.read_bytes() for path in swept[1].rglob("*") if path.is_file()}
    again = lossbench(swept[0], "run-all", ".", "--out", "results", "--set", *rates)
    assert "line+learning_rate=0.05: 2 of 2 seeds stored\n" in again.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_compare_says_which_key_differs_and_takes_values_in_their_order(
    swept: tuple[Path, Path, str],
) -> None:
    results, complaints = read_all(swept[1])
    assert complaints == []
    assert [result.experiment.name for result in results] == NAMES
    (comparison,) = compare(results)
    assert comparison.differs == ("optimizer.learning_rate",)
    text = as_markdown([comparison])
    assert "# Which is better?" in text
    assert "all have the loss mean_squared_error, and differ in: optimizer.learning_rate." in text
