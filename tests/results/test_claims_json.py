"""claims.json beside results: written, read and damaged."""

import json
from pathlib import Path

import pytest
from made_results import MADE, write

from lossbench.config.claims import bundled_claims
from lossbench.config.sections.claims import KnownClaims
from lossbench.evidence.summary import refuse
from lossbench.results.claims_json import FILE_NAME, MOST_BYTES, as_bytes, read_claims
from lossbench.results.files import DamagedResult

TUTORIAL = next(bundled_claims())


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Claims beside a result."""
    write(tmp_path / "plain", MADE["plain"])
    (tmp_path / FILE_NAME).write_bytes(as_bytes(TUTORIAL))
    return tmp_path


def test_claims_are_read_as_they_were_written(stored: Path) -> None:
    assert read_claims(stored) == TUTORIAL
    refuse(stored)


def test_the_claims_about_one_result_lie_beside_its_folder(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_claims(stored / "plain") == TUTORIAL
    monkeypatch.chdir(stored / "plain")
    assert read_claims(Path()) == TUTORIAL
    (stored / "empty").mkdir()
    assert read_claims(stored / "empty") is None


def test_a_folder_without_claims_has_none(tmp_path: Path) -> None:
    assert read_claims(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        as_bytes(TUTORIAL).replace(b"0.0015", b'"0.0015"'),
        as_bytes(TUTORIAL).replace(b"rises_again", b"rises"),
        as_bytes(TUTORIAL).replace(b'"the tutorial"', rb'"\u001b[2J"'),
        b" " * (MOST_BYTES + 1),
    ],
    ids=range(7),
)
def test_damaged_claims_are_named(stored: Path, content: bytes) -> None:
    (stored / FILE_NAME).write_bytes(content)
    with pytest.raises(DamagedResult, match=r"claims\.json: ") as found:
        read_claims(stored)
    assert str(found.value).isprintable()


def test_claims_of_somebody_else_are_not_replaced(stored: Path) -> None:
    (stored / FILE_NAME).write_text('{"mine": 1}')
    with pytest.raises(FileExistsError, match=r"claims\.json is in the way"):
        refuse(stored)


def test_what_is_stored_names_the_experiments_with_their_configs() -> None:
    values = json.loads(as_bytes(TUTORIAL))
    assert values["experiments"] == dict(TUTORIAL.experiments)
    assert KnownClaims.model_validate_json(as_bytes(TUTORIAL)) == TUTORIAL
