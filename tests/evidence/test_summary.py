"""The line of a result, and the table of a suite, which replaces no file of another program."""

from collections.abc import Callable
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
