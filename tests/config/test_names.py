"""The names of experiments whose file cannot give them one."""

from pathlib import Path

import pytest
from example_config import CONFIG, complaints

from lossbench.config.load import load_all

HINT = "; a key 'name' in the config replaces the name of the file"
LETTERS = "must be letters, digits and any of . _ = + - and start with a letter or digit"
NAMES = {
    "my config": LETTERS,
    "café": LETTERS,
    ".hidden": LETTERS,
    "con": "is a name that Windows reserves for a device",
    "a.": "must not end with a dot",
    "summary.md": "is the name of a file that is written beside the results",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_whose_name_names_no_folder_is_told_of_the_key(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.yaml"
    path.write_text(CONFIG)
    (line,) = complaints(path)
    assert line == f"{path}:1: name: '{name}' {NAMES[name]}{HINT}"
    path.write_text(f"name: it\n{CONFIG}")
    assert [it.experiment.name for it in load_all([path])] == ["it"]


def test_the_points_of_a_sweep_are_told_of_the_key_too(tmp_path: Path) -> None:
    path = tmp_path / "my config.yaml"
    path.write_text(CONFIG)
    (line,) = complaints(path, settings=["epochs=1,2"])
    assert HINT in line
    cases = load_all([path], settings=["epochs=1,2", "name=it"])
    assert [case.experiment.name for case in cases] == ["it+epochs=1", "it+epochs=2"]


def test_a_name_that_the_config_states_gets_no_such_hint(tmp_path: Path) -> None:
    path = tmp_path / "it.yaml"
    path.write_text(f"name: my config\n{CONFIG}")
    assert complaints(path) == [f"{path}:1: name: 'my config' {LETTERS}"]
    (line,) = complaints(path, settings=["name=a b"])
    assert line == f"--set name=a b: {LETTERS}"
