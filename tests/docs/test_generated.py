"""What is generated in the READMEs is up to date, and the check finds what is not."""

import pytest
from docs import generate


def test_nothing_is_out_of_date() -> None:
    assert [what for what, _, _ in generate.stale()] == []


def test_the_check_names_what_is_out_of_date_and_leaves_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = generate.ROOT / "README.md"
    before = path.read_text()

    def findings() -> str:
        return "- None.\n"

    monkeypatch.setattr(generate, "BLOCKS", {"README.md": (generate.results, findings)})
    assert generate.main(check=True) == 1
    printed = capsys.readouterr().out
    assert printed == "README.md: findings is out of date: make docs writes it\n"
    assert path.read_text() == before
    (found,) = generate.stale()
    assert "<!-- findings -->\n- None.\n<!-- /findings -->" in found[2]
