"""What the files of a result say twice must agree, also without digests."""

import json
from pathlib import Path

import pytest
from made_results import MADE, beside, without_digests

from lossbench.results.files import DamagedResult
from lossbench.results.read import read_result
from lossbench.text import to_json


def test_digits_that_were_changed_are_found_without_digests(place: Path) -> None:
    for key, change in {
        "summary": lambda it: it["summary"]["test"]["loss"].update(median=0.3),
        "published": lambda it: it["published"]["rounded_accuracy"]["test"].update(value=0.6),
        "diverged": lambda it: it.update(diverged=0),
    }.items():
        content = without_digests(MADE["plain"])
        values = json.loads(content["metrics.json"])
        change(values)
        content["metrics.json"] = to_json(values).encode()
        with (
            beside(place, content) as folder,
            pytest.raises(DamagedResult, match=f"json: {key} does not follow from"),
        ):
            read_result(folder)
