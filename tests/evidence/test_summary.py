"""The line of a result, and the table of a suite, which replaces no file of another program."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lossbench.evidence import summary
from lossbench.results.result import Result


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.8364, "0.836"), (2155.2291, "2155.229"), (4.1699913e11, "4.17e+11"), (float("nan"), "nan")],
)
def test_a_line_has_three_decimals_unless_there_are_none(
    result: Callable[..., Result], value: float, shown: str
) -> None:
    assert summary.line(result("mse", [value], "regression")) == f"Train: {shown}, Test: {shown}"


def test_a_summary_shows_what_a_constant_reaches(result: Callable[..., Result]) -> None:
    constants = ({"train": {"accuracy": 0.52}, "test": {"accuracy": 0.48}},)
    known = replace(result("hinge", [0.9]), constants=constants)
    written = summary.files([known, result("mse", [0.9], "regression")], {})
    shown = [it["constant"] for it in json.loads(written["summary.json"])["experiments"]]
    assert shown == [{"train": 0.52, "test": 0.48}, {}]
    rows = [it.split(" | ") for it in written["summary.md"].decode().splitlines() if "|" in it]
    assert [row[-2] for row in rows[:4]] == ["test, constant", "---", "0.480", ""]


@pytest.mark.parametrize("name", ["summary.json", "summary.md"])
def test_a_summary_of_somebody_else_is_not_replaced(tmp_path: Path, name: str) -> None:
    for file, content in summary.files([], {"it": "why"}).items():
        (tmp_path / file).write_bytes(content)
    summary.refuse(tmp_path)
    (tmp_path / name).write_text("# Results\n\nof my thesis")
    with pytest.raises(FileExistsError, match=f"{name} is in the way: lossbench did not write it"):
        summary.refuse(tmp_path)
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(FileExistsError):
        summary.refuse(tmp_path)
