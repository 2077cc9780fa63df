"""The table of a sweep replaces no file of another program."""

from pathlib import Path

import pytest

from lossbench.suite.sweep_files import refuse


@pytest.mark.parametrize("name", ["sweep.json", "sweep.md", "sweep.png"])
def test_a_table_of_somebody_else_is_not_replaced_by_that_of_a_sweep(
    tmp_path: Path, name: str
) -> None:
    refuse(tmp_path)
    (tmp_path / name).write_text("# my own")
    with pytest.raises(FileExistsError, match=f"{name} is in the way: lossbench did not write it"):
        refuse(tmp_path)
