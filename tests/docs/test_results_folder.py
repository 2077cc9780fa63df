"""Git sees no change where runs write results, and has the results that are published."""

import shutil
import subprocess
from pathlib import Path

import pytest
from command import lossbench
from docs.readmes import ROOT
from small_experiments import MOONS

from lossbench.config.bundled import BUNDLED, in_folder

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
KEPT = ("README.md", "bench.md", "report.png", "reference")
ALWAYS = {"config.yaml", "learning_curves.png", "metrics.json", "weights.npz"}


def git(clone: Path, *arguments: str) -> str:
    who = ["-c", "user.name=It", "-c", "user.email=it@localhost"]
    done = subprocess.run(
        ["git", "-C", str(clone), *who, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what this one has of results, and with its rules of what is ignored."""
    clone = tmp_path_factory.mktemp("clone")
    shutil.copy(ROOT / ".gitignore", clone)
    (clone / "results").mkdir()
    for name in KEPT:
        path = ROOT / "results" / name
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, clone / "results" / name)
    git(clone, "init", "--quiet")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "All")
    return clone


def test_the_published_results_are_in_git_but_for_what_is_large(clone: Path) -> None:
    found = set(git(clone, "ls-files", "results").splitlines())
    nine = [path.stem for path in in_folder(BUNDLED)]
    assert len(nine) == 9
    reference = {f"results/reference/{name}/{file}" for name in nine for file in ALWAYS}
    drawn = {f"results/reference/{name}/dataset.png" for name in nine}
    beside = {f"results/reference/summary.{it}" for it in ("json", "md")}
    assert reference <= found
    assert found - reference - drawn - beside == {f"results/{it}" for it in KEPT[:3]}
    assert beside <= found


def test_git_sees_no_change_after_commands_have_run(
    clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    configs = tmp_path_factory.mktemp("my-configs")
    (configs / "moons.yaml").write_text(MOONS)
    (configs / "bent.yaml").write_text(MOONS.replace("loss: bce", "loss: hinge"))
    for command in (
        ("run-all", configs, "--out", "results"),
        ("run", configs / "moons.yaml", "--set", "seed=0,5"),
        ("compare", "results", "--pictures", "results/pictures"),
        ("report",),
        ("report", "results/reference"),
        ("plot", "results/reference"),
    ):
        done = lossbench(clone, *command)
        assert done.returncode == 0, done.stderr
    choice = clone / "results" / "choose" / "houses"
    choice.mkdir(parents=True)
    (choice / "choice.json").write_text("{}")
    assert (clone / "results" / "reference" / "report.html").exists()
    # What `make reference` leaves beside the files that it writes anew.
    (clone / "results" / "reference" / "hinge" / "history.csv").write_text("seed\n")
    assert git(clone, "status", "--porcelain") == ""
