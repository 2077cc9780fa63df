"""The home folder and variables of the environment in the path of a data file."""

from pathlib import Path

import pytest
from example_config import complaints

from lossbench.config.complaints import ConfigError
from lossbench.config.data_path import expanded
from lossbench.config.load import load, load_all
from lossbench.config.yaml_writer import to_yaml
from lossbench.data.arrays import DatasetError
from lossbench.starters.dataset import starter_dataset

ROWS = "a,y\n" + "1,0\n2,1\n" * 20
CONFIG = "dataset: {file: FILE, target: y}\nmodel: {hidden: [5]}\nloss: bce\nepochs: 1\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a data file, which variables lead to; the working directory is another."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "x.csv").write_text(ROWS)
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("DATA", str(folder))
    monkeypatch.setenv("BELOW", "home")
    monkeypatch.delenv("NOPE", raising=False)
    monkeypatch.chdir(tmp_path / "work")
    return folder


def written(folder: Path, file: str) -> Path:
    path = folder / "it.yaml"
    path.write_text(CONFIG.replace("FILE", f"'{file}'"))
    return path


PATHS = ["~/x.csv", "$HOME/x.csv", "${DATA}/x.csv", "$DATA/./x.csv", "../$BELOW/x.csv"]


@pytest.mark.parametrize("file", PATHS)
def test_a_path_is_expanded_wherever_it_is_written(home: Path, file: str) -> None:
    # The last path is relative: from the folder of the config, and here also from the working
    # directory.
    folder = home.parent / "configs"
    folder.mkdir()
    config = written(folder, file)
    mapping = {"dataset": {"file": file, "target": "y"}, "model": {"hidden": [5]}}
    mapping |= {"loss": "bce", "epochs": 1}
    other = written(folder / "..", "nowhere.csv")
    (by_setting,) = load_all([other], settings=[f"dataset.file={file}"])
    (by_section,) = load_all([other], settings=[f"dataset={{file: '{file}', target: y}}"])
    for experiment in (
        load(config),
        load(mapping),
        load(mapping, {"dataset.file": file}),
        load(other, {"dataset.file": Path(file)}),
        load(other, {"dataset": {"file": file, "target": "y"}}),
        by_setting.experiment,
        by_section.experiment,
    ):
        assert experiment.dataset.file is not None
        assert Path(experiment.dataset.file).resolve() == home / "x.csv"
    assert Path(str(starter_dataset(file, "y").path)).resolve() == home / "x.csv"


def test_a_result_keeps_the_path_from_its_folder(home: Path) -> None:
    result = home.parent / "work" / "results" / "it"
    text = to_yaml(load(written(home.parent, "~/x.csv")).seen_from(result))
    assert "file: ../../../home/x.csv\n" in text


def test_a_relative_path_starts_from_the_config(home: Path) -> None:
    assert load(written(home, "x.csv")).dataset.file == str(home / "x.csv")
    (home / "x.csv").rename("x.csv")
    (line,) = complaints(written(home, "x.csv"))
    assert line.endswith(" does not exist")


@pytest.mark.parametrize(
    "file", ["$NOPE/x.csv", "${NOPE}/x.csv", "~/$NOPE.csv", "a/$DATA/$NOPE.csv"]
)
def test_a_variable_that_is_not_set_is_named(home: Path, file: str) -> None:
    said = "does not exist: the variable NOPE is not set"
    config = written(home, file)
    config.write_text(config.read_text().replace("epochs: 1", "epochs: 0"))
    first, second = complaints(config)
    assert first.startswith(f"{config}:1: dataset.file: '")
    assert first.endswith(f" {said}")
    assert "epochs: 0 must be" in second
    (line,) = complaints(written(home, "x.csv"), settings=[f"dataset.file={file}"])
    assert line == f"--set dataset.file={file}: {said}"
    with pytest.raises(ConfigError, match=said):
        load(written(home, "x.csv"), {"dataset.file": file})
    # The same where the digest is known, and the file is read later.
    digest = f"', sha256: {'a' * 64}, target"
    config.write_text(written(home, file).read_text().replace("', target", digest))
    assert complaints(config)[0].endswith(said)
    with pytest.raises(DatasetError, match="the variable NOPE is not set"):
        starter_dataset(file, "y")


@pytest.mark.parametrize("file", ["a$NOPE.csv", "a$HOME.csv", "~x.csv", "a${b.csv", "a$.csv"])
def test_a_file_of_that_very_name_is_meant(home: Path, file: str) -> None:
    """So the config of a result works whatever the file is named."""
    (home / file).write_text(ROWS)
    experiment = load(written(home, file))
    assert experiment.dataset.file == str(home / file)
    result = home / "results"
    result.mkdir()
    config = result / "config.yaml"
    config.write_text(to_yaml(experiment.seen_from(result)))
    assert load(config).config_hash == experiment.config_hash


def test_only_what_is_written_is_expanded(home: Path) -> None:
    """And not the name of the folder that the config lies in."""
    folder = home / "$BELOW"
    folder.mkdir()
    (home / "home").mkdir()
    (home / "home" / "x.csv").write_text(ROWS)
    (line,) = complaints(written(folder, "x.csv"))
    assert line.endswith(" does not exist")


@pytest.mark.parametrize("path", ["~\0/x.csv", "~nobody-of-that-name/x.csv", "a\0$HOME", "~\ud800"])
def test_a_path_that_cannot_be_stays_and_is_refused_later(path: str) -> None:
    assert expanded(path).startswith(path[0])
