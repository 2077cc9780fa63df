"""What a shell completes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import lossbench_process

from lossbench.cli import completion
from lossbench.config.bundled import bundled_names, find
from lossbench.config.load import load
from lossbench.text import flattened

OWN_NAMES = ("published.", "class_weight.", "model.layers.", "dataset.disturb.labels.")


def completed(folder: Path, line: str) -> list[str]:
    """What bash is answered for the last word of a line."""
    words = line.split(" ")
    asked = {
        "_LOSSBENCH_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    done = lossbench_process(folder, **asked)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("lossbench run-", ["run-all"]),
        ("lossbench run squared", ["squared_hinge"]),
        ("lossbench validate min", ["mine.yaml"]),
        ("lossbench run-all lab", ["label-noise"]),
        ("lossbench run hinge --set optimizer.mom", ["optimizer.momentum="]),
        ("lossbench explain hub", ["huber"]),
        ("lossbench plot my", ["my_hinge"]),
        ("lossbench choose diab", ["diabetes"]),
        ("lossbench choose diabetes --losses mae,hub", ["mae,huber"]),
        ("lossbench compare --metric balanced_a", ["balanced_accuracy"]),
        ("lossbench run nothing-like-this", []),
    ],
)
def test_bash_is_answered_with_names(tmp_path: Path, line: str, names: list[str]) -> None:
    (tmp_path / "mine.yaml").touch()
    (tmp_path / "results" / "my_hinge").mkdir(parents=True)
    (tmp_path / "results" / "my_hinge" / "metrics.json").touch()
    assert completed(tmp_path, line) == names


def test_values_of_a_setting_are_completed_also_behind_a_comma() -> None:
    assert completion.settings("loss=hin") == ["loss=hinge"]
    assert completion.settings("loss=mse,hin") == ["loss=mse,hinge"]
    assert "optimizer=SGD" in completion.settings("optimizer=")
    assert completion.settings("epochs=") == []


@pytest.mark.parametrize(
    "name", ["hinge", "msle", "label-noise/noise-20-mae", "square-loss/digits-convolutional-square"]
)
def test_every_key_of_a_config_is_completed(name: str) -> None:
    values = flattened(load(find(name)).model_dump(mode="json"))
    keys = [it for it in values if not it.startswith(OWN_NAMES)]
    assert len(keys) > 15
    assert [it for it in keys if f"{it}=" not in completion.settings(it)] == []


def test_all_bundled_experiments_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert completion.experiments("") == bundled_names()


def test_nothing_slow_is_imported_before_a_command_needs_it() -> None:
    code = "import sys, lossbench.cli.commands; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "pydantic", "yaml", "rich.console"}.isdisjoint(done.stdout.split())


def test_it_is_installed_for_the_shell_that_asks(tmp_path: Path) -> None:
    command = f"{sys.executable} -m lossbench --install-completion; true"
    home = os.environ | {"HOME": str(tmp_path)}
    subprocess.run(["bash", "-c", command], env=home, check=True, capture_output=True)
    (script,) = (tmp_path / ".bash_completions").iterdir()
    assert str(script) in (tmp_path / ".bashrc").read_text()
    asked = f"source {script}; complete -p lossbench"
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("lossbench\n")
