"""Files that are no configs, and configs that are no regular files."""

import os
from pathlib import Path

from example_config import complaints

from lossbench.config.bundled import BUNDLED
from lossbench.config.load import load


def test_missing_file_names_the_nearest_bundled_config() -> None:
    (line,) = complaints("hige")
    said = "hige: no such file, nor a bundled config of that name; did you mean 'hinge'? "
    assert line == f"{said}'lossbench list experiments' names all"
    (line,) = complaints("label-noise/clean-mea")
    assert "did you mean 'label-noise/clean-mae'?" in line


def test_folder_is_no_config(tmp_path: Path) -> None:
    said = "is a folder; 'lossbench run-all' runs the configs in a folder"
    assert complaints(tmp_path) == [f"{tmp_path}: {said}"]
    assert complaints("square-loss") == [f"{BUNDLED / 'square-loss'}: {said}"]


def test_unreadable_file(config: Path) -> None:
    # Permissions do not stop root; a link to itself stops everybody.
    config.unlink()
    config.symlink_to(config)
    (line,) = complaints(config)
    assert line.startswith(f"{config}: cannot be read: Too many levels of symbolic links")


def test_a_pipe_that_is_named_is_read() -> None:
    ends = os.pipe()
    os.write(ends[1], (BUNDLED / "hinge.yaml").read_bytes())
    os.close(ends[1])
    assert load(f"/dev/fd/{ends[0]}").loss.name == "hinge"
    os.close(ends[0])
