"""``lossbench run`` and ``run-all`` as a user meets them."""

import json
import re
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from command import lossbench, lossbench_process, tree
from plain_text import assert_plain
from small_experiments import DIVERGING, MOONS

from lossbench.config.bundled import BUNDLED, in_folder

pytestmark = pytest.mark.slow
NINE = [path.stem for path in in_folder(BUNDLED)]
SHORT = ("--epochs", "2", "--repeats", "2")
MIXED = ("run", "5000-samples/hinge", "diverging.yaml", "mse", *SHORT)
FILES = {"config.yaml", "history.csv", "learning_curves.png", "metrics.json"}
LINE = r"Train: (\d+\.\d{3}), Test: (\d+\.\d{3})"


def folders(path: Path) -> set[str]:
    return {file.parent.relative_to(path).as_posix() for file in path.rglob("metrics.json")}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, str]:
    """The nine in a folder of their own: the folder, the JSON document and standard error."""
    cwd = tmp_path_factory.mktemp("suite")
    done = lossbench(cwd, "run-all", "--json", "--quiet", *SHORT)
    assert done.returncode == 0, done.stderr
    return cwd / "results", json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CompletedProcess[str]]:
    """One experiment that goes well, one that diverges, one whose folder cannot be written."""
    cwd = tmp_path_factory.mktemp("mixed")
    write_mixed(cwd)
    return cwd, lossbench(cwd, *MIXED)


def write_mixed(cwd: Path) -> None:
    (cwd / "diverging.yaml").write_text(DIVERGING)
    (cwd / "results").mkdir()
    (cwd / "results" / "5000-samples").write_text("in the way")


def test_run_all_writes_the_nine_and_the_summary(suite: tuple[Path, Any, str]) -> None:
    results, _, _ = suite
    assert {path.name for path in results.iterdir()} == {*NINE, "summary.json", "summary.md"}
    for name in NINE:
        assert set(tree(results / name)) >= FILES
    assert len(json.loads((results / "summary.json").read_text())["claims"]) == 9
    assert "\n## The tutorial's claims\n" in (results / "summary.md").read_text()


def test_json_is_one_document_of_what_the_files_say(suite: tuple[Path, Any, str]) -> None:
    results, document, _ = suite
    assert [it["name"] for it in document["experiments"]] == NINE
    assert document["failed"] == {}
    for experiment in document["experiments"]:
        path = results / experiment["name"] / "metrics.json"
        digests = {"files", "sha256"}  # of the files, which the document has not
        stored = json.loads(path.read_text())
        assert digests < stored.keys()
        assert {name: it for name, it in stored.items() if name not in digests} == experiment
        assert [it["seed"] for it in experiment["runs"]] == [0, 1]
        assert experiment["config"]["epochs"] == 2


def test_quiet_leaves_standard_error_empty(suite: tuple[Path, Any, str]) -> None:
    assert suite[2] == ""


@pytest.mark.thorough
def test_run_again_gives_the_same_bytes_from_a_name_and_mirrors_the_configs(
    suite: tuple[Path, Any, str], tmp_path: Path
) -> None:
    done = lossbench(tmp_path, "run", "5000-samples/hinge", "mse", *SHORT)
    assert done.returncode == 0
    assert folders(tmp_path) == {"results/5000-samples/hinge", "results/mse"}
    assert tree(tmp_path / "results" / "mse") == tree(suite[0] / "mse")


@pytest.mark.thorough
def test_a_process_of_its_own_prints_no_more_and_gives_the_same_bytes(
    mixed: tuple[Path, CompletedProcess[str]], tmp_path: Path
) -> None:
    """So a training process prints nothing of its own, not even where a training diverges."""
    write_mixed(tmp_path)
    cwd, here = mixed
    done = lossbench_process(tmp_path, *MIXED)
    assert (done.returncode, done.stdout) == (1, here.stdout)
    # Experiments are trained at the same time: which one is done first is chance.
    assert sorted(done.stderr.splitlines()) == sorted(here.stderr.splitlines())
    assert tree(tmp_path) == tree(cwd)


def test_resolved_config_run_again_gives_the_same_bytes(
    suite: tuple[Path, Any, str], tmp_path: Path
) -> None:
    names = ("hinge", "categorical_crossentropy")
    configs = [suite[0] / name / "config.yaml" for name in names]
    assert lossbench(tmp_path, "run", *configs, "--out", "again").returncode == 0
    assert folders(tmp_path) == {f"again/{name}" for name in names}
    for name in names:
        assert tree(tmp_path / "again" / name) == tree(suite[0] / name)


def test_run_all_of_a_folder_writes_to_a_folder_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "my configs").mkdir()
    (tmp_path / "my configs" / "moons.yaml").write_text(MOONS)
    done = lossbench(tmp_path, "run-all", "my configs", "--seed", 7, "--repeats", 1)
    assert done.returncode == 0
    results = tmp_path / "results" / "my configs"
    assert {path.name for path in results.iterdir()} == {"moons", "summary.json", "summary.md"}
    assert json.loads((results / "summary.json").read_text())["claims"] == []
    assert "claims" not in (results / "summary.md").read_text()
    assert re.fullmatch(f"moons: accuracy, seed 7\n{LINE}\n", done.stdout)
    assert done.stderr == "moons: 1 of 1 seeds done\n"


def test_lines_of_results_are_the_medians(mixed: tuple[Path, CompletedProcess[str]]) -> None:
    cwd, done = mixed
    diverging, mse = "diverging: mse, median of 2 seeds", "mse: mse, median of 2 seeds"
    lines = done.stdout.splitlines()
    assert lines[:3] == [diverging, "Train: nan, Test: nan", mse]
    assert len(lines) == 4
    printed = re.fullmatch(LINE, lines[3])
    assert printed
    summary = json.loads((cwd / "results" / "mse" / "metrics.json").read_text())["summary"]
    medians = [f"{summary[part]['mse']['median']:.3f}" for part in ("train", "test")]
    assert list(printed.groups()) == medians


def test_failure_is_one_line_and_the_others_run(mixed: tuple[Path, CompletedProcess[str]]) -> None:
    cwd, done = mixed
    assert done.returncode == 1
    assert folders(cwd) == {"results/diverging", "results/mse"}
    (error,) = (line for line in done.stderr.splitlines() if line.startswith("Error"))
    assert error.startswith("Error: hinge: ")
    assert "5000-samples" in error
    assert error.endswith("(--debug shows the traceback)")
    assert "Traceback" not in done.stderr
    assert (cwd / "results" / "5000-samples").read_text() == "in the way"


def test_seeds_that_diverged_are_a_warning(mixed: tuple[Path, CompletedProcess[str]]) -> None:
    assert "Warning: diverging: 2 of 2 seeds diverged\n" in mixed[1].stderr


def test_pipe_gets_plain_lines(mixed: tuple[Path, CompletedProcess[str]]) -> None:
    done = mixed[1]
    assert_plain(done.stdout)
    assert_plain(done.stderr)
    assert "mse: 2 of 2 seeds done\n" in done.stderr


def test_exit_code_1_where_all_seeds_diverged(tmp_path: Path) -> None:
    (tmp_path / "diverging.yaml").write_text(DIVERGING)
    done = lossbench(tmp_path, "run", "diverging.yaml", "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert [it["diverged"] for it in document["experiments"]] == [2]
    assert document["failed"] == {}


def test_a_table_that_would_lack_stored_results_is_unchanged_and_a_warning_says_so(
    tmp_path: Path,
) -> None:
    (tmp_path / "moons.yaml").write_text(MOONS)
    command = ("run-all", ".", "--out", "out", "--set", "seed=0,5")
    assert lossbench(tmp_path, *command).returncode == 0
    before = tree(tmp_path)
    done = lossbench(tmp_path, *command, "--epochs", 1)
    assert (done.returncode, tree(tmp_path)) == (1, before)
    why = "is unchanged, because it lists results that were not replaced"
    assert [line for line in done.stderr.splitlines() if line.startswith("Warning")] == [
        f"Warning: out/summary.md {why}"
    ]


@pytest.mark.thorough
def test_an_experiment_that_fails_in_every_split_leaves_the_next_one_alone(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def loss(y_true, y_pred):\n    raise ValueError('no')\n")
    text = MOONS.replace("noise: 0.1", "noise: 0.1, split: {}") + "splits: 3\n"
    (tmp_path / "good.yaml").write_text(text)
    own = text.replace("loss: bce", "loss: {function: own:loss, labels: 0/1}")
    (tmp_path / "bad.yaml").write_text(own)
    done = lossbench_process(
        tmp_path, "run", "bad.yaml", "good.yaml", "--allow-code", PYTHONPATH=str(tmp_path)
    )
    assert done.returncode == 1
    assert done.stderr.count("bad: ") == 1
    assert "good: accuracy, median of 3 splits x 2 seeds" in done.stdout
    assert not (tmp_path / "results" / "bad").exists()
