"""README.md is short, and what it shows is what happens."""

from pathlib import Path

import pytest
from docs import readmes

pytestmark = pytest.mark.slow

PAGE = readmes.ROOT / "README.md"


@pytest.mark.thorough
def test_its_blocks_work_and_print_what_is_shown(tmp_path: Path) -> None:
    readmes.make_files(tmp_path)
    text = PAGE.read_text()
    assert readmes.run(text, tmp_path) == text


def test_the_config_shown_is_the_bundled_one() -> None:
    config = (readmes.ROOT / "configs" / "hinge.yaml").read_text()
    assert f"```yaml\n{config}```" in PAGE.read_text()


def test_it_is_short() -> None:
    assert len(PAGE.read_text().splitlines()) <= 160
