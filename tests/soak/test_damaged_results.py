"""Very many damaged and forged results, as ``tests/results/test_damaged_results.py`` has some."""

from pathlib import Path
from typing import Any

import pytest
from damage import careless, changes, check_damage, check_forgery, check_old_damage, damages
from hypothesis import given, settings
from hypothesis import strategies as st
from made_results import FILES, KINDS


@pytest.mark.soak
@settings(careless, max_examples=30_000, derandomize=False, print_blob=True)
@given(kind=st.sampled_from([*KINDS]), name=st.sampled_from(FILES), damage=damages)
def test_30000_damages_are_named_or_change_nothing(
    kind: str, name: str, damage: list[Any], place: Path
) -> None:
    check_damage(place, kind, name, damage)


@pytest.mark.soak
@settings(careless, max_examples=5_000, derandomize=False, print_blob=True)
@given(kind=st.sampled_from([*KINDS]), name=st.sampled_from(FILES), damage=damages)
def test_5000_damages_of_older_results_do_no_harm(
    kind: str, name: str, damage: list[Any], place: Path
) -> None:
    check_old_damage(place, kind, name, damage)


@pytest.mark.soak
@settings(careless, max_examples=5_000, derandomize=False, print_blob=True)
@given(kind=st.sampled_from([*KINDS]), changes=changes)
def test_5000_forgeries_do_no_harm(kind: str, changes: list[Any], place: Path) -> None:
    check_forgery(place, kind, changes)
