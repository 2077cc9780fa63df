"""The table of a suite replaces no file of another program."""

from pathlib import Path

import pytest

from lossbench.evidence import summary


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
