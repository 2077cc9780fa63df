"""JSON: objects on lines, or in a list."""

from pathlib import Path

import pytest
from dataset_configs import split_of
from forms import read, rows

from lossbench.data.arrays import DatasetError
from lossbench.data.columns.read import read_column
from lossbench.data.columns.rules import Rules


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("d.jsonl", '{"a": 1, "y": "x"}\n\n{"a": 2.5, "y": null}\n{"y": "None"}\n', "line 3"),
        ("d.json", '[{"a": 1, "y": "x"}, {"a": 2.5, "y": null}, {"y": "None"}]', "object 2"),
    ],
)
def test_objects_are_rows(name: str, content: str, place: str, tmp_path: Path) -> None:
    reading = read(tmp_path, content, name)
    assert rows(reading) == [[1, "x"], [2.5, None], [None, "None"]]
    assert reading.place(1) == place


def test_classes_are_named_as_the_file_has_them(tmp_path: Path) -> None:
    lines = [
        f'{{"a": {n}, "f": {str(n > 3).lower()}, "y": {str(n % 2 == 0).lower()}}}' for n in range(8)
    ]
    (tmp_path / "d.jsonl").write_text("\n".join([*lines, '{"a": 9, "f": true, "y": null}']))
    split = split_of(tmp_path, "file: d.jsonl, target: y, missing: median, split: {shuffle: true}")
    assert split.classes == ("false", "true")
    assert split.features == ("a", "f")


def test_numbers_of_classes_are_named_as_they_are_written(tmp_path: Path) -> None:
    lines = [f'{{"a": {n}, "y": {n % 2 + 1}.0}}' for n in range(8)]
    (tmp_path / "d.jsonl").write_text("\n".join(lines))
    where = "file: d.jsonl, target: y, problem: classification, split: {shuffle: true}"
    assert split_of(tmp_path, where).classes == ("1.0", "2.0")


def test_false_is_not_0(tmp_path: Path) -> None:
    values = ["false", "0", "true", "1", "2"] * 4
    content = "\n".join(f'{{"a": {it}, "y": {n}}}' for n, it in enumerate(values))
    column = read_column(read(tmp_path, content, "d.jsonl"), "a", Rules(categories=frozenset("a")))
    assert list(column.values) == values


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"a": 1}\n{"a": \n', "line 2 is not JSON, one on each line or all in a list"),
        ("[1, 2]", "is not a file of JSON objects"),
        ("[{", "is not JSON"),
        ("", "has no rows"),
        ('{"a": {"0": 1}, "y": {"0": 2}}', "rows are wanted, as pandas's to_json"),
    ],
)
def test_what_is_no_json_is_refused(content: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=said):
        read(tmp_path, content, "d.ndjson")
