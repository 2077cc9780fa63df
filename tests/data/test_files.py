"""Data files: each is read and parsed once per command, and never mistaken for a changed one."""

import gc
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command import lossbench
from dataset_configs import TEXT, WHOLE, write_config

from lossbench.config.load import load_all
from lossbench.config.sections.dataset import Dataset
from lossbench.data.arrays import DatasetError
from lossbench.data.files import DataFile, DataFiles
from lossbench.data.reading.form import Form
from lossbench.data.reading.lines import Lines

opened: Counter[str] = Counter()


def note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and str(arguments[0]).endswith(".csv"):
        opened[Path(arguments[0]).name] += 1


@pytest.fixture(scope="module")
def _hook() -> None:
    sys.addaudithook(note)  # which nothing can take away again


@pytest.fixture
def read(_hook: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often each CSV file was opened, and under "parsed" how often pandas read one."""

    def parse(*arguments: Any, **options: Any) -> pd.DataFrame:
        opened["parsed"] += 1
        return read_csv(*arguments, **options)

    read_csv = pd.read_csv
    monkeypatch.setattr(pd, "read_csv", parse)
    opened.clear()
    yield opened
    opened.clear()


@pytest.mark.thorough
def test_every_command_reads_a_data_file_once(read: Counter[str], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    flowers = pd.DataFrame(rng.normal(size=(60, 2)), columns=["width", "height"])
    flowers["kind"] = np.where(flowers.sum(axis=1) > 0, "rose", "tulip")
    flowers.to_csv(tmp_path / "flowers.csv", index=False)
    quick = ["--epochs", "1", "--repeats", "1", "--out", "results"]
    hinges = ["flowers/hinge.yaml", "flowers/squared_hinge.yaml"]
    commands = [
        ["new", "flowers.csv", "--target", "kind"],
        ["validate", *hinges],
        ["run", *hinges, *quick],
        ["run", *hinges, *quick],  # which finds all of it stored
        ["run", hinges[0], "--set", "dataset.train_size=0.5,0.6", *quick],
        ["run-all", "flowers", *quick],
        ["run", *hinges, "--set", "dataset.train_size=0.6", *quick],
        ["compare", "results", "--pictures", "pictures"],
        ["report", "results"],
    ]
    found = []
    for command in commands:
        read.clear()
        done = lossbench(tmp_path, *command)
        assert done.returncode == 0, done.stderr
        del read["history.csv"]
        found.append((" ".join(command), dict(read)))
        if command[0] == "new":
            # Of the configs for its other losses one is enough to be trained for the first time.
            for path in (tmp_path / "flowers").glob("*.yaml"):
                if path.stem not in ("hinge", "squared_hinge", "binary_crossentropy"):
                    path.unlink()
    once = {"flowers.csv": 1, "parsed": 1}
    assert found == [(" ".join(command), once) for command in commands]
    # There are two groups, each with its data.
    names = {it.name for it in (tmp_path / "pictures").iterdir()}
    assert names >= {"boundaries_flowers.csv.png", "boundaries_flowers.csv_2.png"}


def test_a_mistake_in_a_file_is_placed_without_reading_it_again(
    read: Counter[str], tmp_path: Path
) -> None:
    (tmp_path / "d.csv").write_bytes(b"a,y\n1,x\n2,z\noops,x\n4,z\n")
    config = write_config(tmp_path, "file: d.csv, target: y")
    for command in (["new", "d.csv", "--target", "y"], ["validate", config]):
        read.clear()
        done = lossbench(tmp_path, *command)
        assert "line 4, column 'a': 'oops' is text among numbers" in done.stderr
        assert read == {"d.csv": 1, "parsed": 1}


def test_configs_of_two_files_in_turn_read_each_once(read: Counter[str], tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_bytes(TEXT)
    paths = []
    for number, name in enumerate("abab"):
        path = write_config(tmp_path, f"file: {name}.csv, target: y")
        paths.append(path.rename(tmp_path / f"{number}.yaml"))
    read.clear()
    cases = load_all(paths)
    assert [Path(str(it.experiment.dataset.file)).stem for it in cases] == [*"abab"]
    assert read == {"a.csv": 1, "b.csv": 1, "parsed": 2}


def test_a_file_that_changes_after_its_digest_is_taken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(TEXT)
    files = DataFiles()
    values = {"file": str(path), "target": "y"}
    dataset = Dataset.model_validate(values, context=files)
    path.write_bytes(WHOLE)
    with pytest.raises(DatasetError, match="has changed: its digest is not the 'sha256'"):
        dataset.load()
    # The bytes of the digest are there still, as long as no other file is read.
    assert dataset.load(files).classes == ("x", "z")
    assert Dataset.model_validate(values, context=files) == dataset
    (tmp_path / "other.csv").write_bytes(TEXT)
    files.read(tmp_path / "other.csv")
    assert Dataset.model_validate(values, context=files) == dataset
    with pytest.raises(DatasetError, match="has changed"):
        dataset.load(files)
    assert Dataset.model_validate(values).load().classes == ("0", "1")


def test_a_parquet_file_that_changes_until_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are not held, so its digest is taken once more."""
    path = tmp_path / "d.parquet"
    frame = pd.DataFrame({"a": [1, 2], "y": ["x", "z"]})
    frame.to_parquet(path)
    files = DataFiles()
    digest = files.sha256(path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    frame.assign(a=[3, 4]).to_parquet(path)
    for _ in range(2):
        with pytest.raises(DatasetError, match="has changed: its digest is not the 'sha256'"):
            files.read(path)
    frame.to_parquet(path)
    assert files.read(path).frame["a"].tolist() == [1, 2]

    def read_and_change(*arguments: Any, **options: Any) -> pd.DataFrame:
        found = read_parquet(*arguments, **options)
        frame.assign(a=[5, 6]).to_parquet(path)
        return found

    read_parquet = pd.read_parquet
    monkeypatch.setattr(pd, "read_parquet", read_and_change)
    with pytest.raises(DatasetError, match="has changed"):
        DataFiles().read(path)
    path.unlink()
    with pytest.raises(DatasetError, match="does not exist"):
        DataFiles().read(path)


def held() -> list[DataFile]:
    gc.collect()
    return [it for it in gc.get_objects() if isinstance(it, DataFile)]


def test_no_file_stays_in_memory_when_all_configs_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(TEXT)
    assert held() == []
    cases = load_all([write_config(tmp_path, "file: d.csv, target: y")])
    assert held() == []
    assert len(cases[0].split.y_train) == 2


def test_two_files_are_not_held_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held_while_reading = []

    def read_bytes(path: Path) -> bytes:
        held_while_reading.append(len(held()))
        return read(path)

    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    files = DataFiles()
    for name, content in (("a.csv", TEXT), ("b.csv", WHOLE)):
        (tmp_path / name).write_bytes(content)
        files.read(tmp_path / name)
    assert held_while_reading == [0, 0]
    assert [it.sha256 for it in held()] == [hashlib.sha256(WHOLE).hexdigest()]


@pytest.mark.parametrize(
    ("content", "lines", "bytes_are_kept"),
    [
        (b"a,y\n1,x\n2,z", [2, 3], False),
        (b"\xef\xbb\xbfa,y\r\n1,x\r\n2,z\r\n", [2, 3], False),
        (b'a,y\n1,"x"\n2,z\n', [2, 3], False),
        (b"\na,y\n\n1,x\n2,z\n\n", [4, 5], True),
        (b'a,y\n1,"x\nx"\n2,z\n', [2, 4], True),
        (b'a,y\n1,"x\nx"\n\n2,z\n', [2, 5], True),
        (b"a,y\r1,x\r2,z\r", [2, 3], True),
        (b'"a\r\na",y\r\n1,x\r\n2,z\r\n', [3, 4], False),
    ],
    ids=str,
)
def test_a_row_is_placed_by_its_line(
    content: bytes, lines: list[int], bytes_are_kept: bool, tmp_path: Path
) -> None:
    """Without the bytes, which may be many, where every row is a line."""
    (tmp_path / "d.csv").write_bytes(content)
    files = DataFiles()
    assert files.most_values(tmp_path / "d.csv") >= 4
    reading = files.read(tmp_path / "d.csv")
    assert len(reading.frame) == 2
    assert [reading.place(row) for row in range(2)] == [f"line {line}" for line in lines]
    assert isinstance(reading.place, partial)
    assert any(isinstance(it, Lines) for it in reading.place.args) == bytes_are_kept
    assert not any(isinstance(it, bytes) for file in held() for it in vars(file).values())
    assert files.most_values(tmp_path / "d.csv") == 4


def test_a_row_of_parquet_is_placed_by_its_number(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, 2], "y": ["x", "z"]}).to_parquet(tmp_path / "d.parquet")
    files = DataFiles()
    assert files.most_values(tmp_path / "d.parquet") == 4
    reading = files.read(tmp_path / "d.parquet")
    assert (len(reading.frame), reading.place(1)) == (2, "row 2")
    assert not any(isinstance(it, bytes) for file in held() for it in vars(file).values())


@pytest.mark.parametrize(
    ("name", "form", "said"),
    [
        ("d.csv", {"sheet": "a"}, "is not a key of .csv files; there are: separator, encoding, he"),
        ("d.json", {"header": False}, "is not a key of .json files; there are: encoding, decimal"),
        ("d.parquet", {"separator": ";"}, "is not a key of .parquet files; there are: decimal"),
        ("d.xlsx", {"encoding": "utf-8"}, "is not a key of .xlsx files; there are: sheet, header"),
    ],
)
def test_a_key_that_does_nothing_for_a_file_is_refused(
    name: str, form: dict[str, Any], said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"a,y\n1,2\n")
    with pytest.raises(DatasetError, match=re.escape(said)) as caught:
        DataFiles().read(tmp_path / name, form=Form(**form))
    assert caught.value.key == next(iter(form))
