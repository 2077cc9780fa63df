"""Configs that a shell pipes to ``run`` and ``validate``."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from command import COMMAND, tree
from small_experiments import MOONS

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def in_bash(cwd: Path, script: str) -> tuple[int, str, str]:
    """The exit code of a script of bash, in which $LOSSBENCH is the command, and what it prints."""
    assert shutil.which("bash")
    named = f"LOSSBENCH={shlex.quote(shlex.join(COMMAND))}\n{script}"
    done = subprocess.run(
        ["bash", "-c", named], cwd=cwd, capture_output=True, text=True, check=False, timeout=90
    )
    return done.returncode, done.stdout, done.stderr


def test_a_substituted_process_is_run_into_a_folder_of_its_loss(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(MOONS)
    code, out, err = in_bash(tmp_path, "$LOSSBENCH run --quiet <(cat it.yaml)")
    assert (code, err) == (0, "")
    assert out.startswith("bce: accuracy, median of 2 seeds\n")
    assert {path.name for path in (tmp_path / "results").iterdir()} == {"bce"}
    first = tree(tmp_path / "results")
    # Its saved config is the same experiment.
    code, _, err = in_bash(tmp_path, "$LOSSBENCH run results/bce/config.yaml")
    assert (code, err) == (0, "bce: 2 of 2 seeds stored\n")
    assert tree(tmp_path / "results") == first


def test_what_is_piped_is_validated(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(MOONS)
    other = "<(sed s/bce/hinge/ it.yaml)"
    code, out, err = in_bash(tmp_path, f"$LOSSBENCH validate /dev/stdin {other} < it.yaml")
    assert (code, err) == (0, "")
    assert out.startswith("/dev/stdin: ok\n/dev/fd/")
    code, out, err = in_bash(tmp_path, "cat it.yaml | $LOSSBENCH validate /dev/stdin")
    assert (code, out, err) == (0, "/dev/stdin: ok\n", "")
    code, _, err = in_bash(tmp_path, "$LOSSBENCH validate <(sed s/bce/bc/ it.yaml)")
    assert code == 2
    assert ":3: loss.name: 'bc' is not a known name; did you mean 'bce'?" in err
