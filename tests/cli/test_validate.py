"""``lossbench validate``."""

from pathlib import Path

from command import lossbench
from small_experiments import MOONS

from lossbench.config.bundled import BUNDLED


def test_validate_says_which_configs_are_well(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(MOONS)
    done = lossbench(tmp_path, "validate", "my.yaml", "hinge")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"my.yaml: ok\n{BUNDLED / 'hinge.yaml'}: ok\n"
