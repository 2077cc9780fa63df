"""The digest of metrics.json, and how much may be in it."""

from pathlib import Path
from typing import Any

import pytest
from made_results import FILES, MADE, PARTS, beside, made, named

from lossbench.results.files import MARKS, DamagedResult
from lossbench.results.metrics_json import MOST_PER_SEED, as_document
from lossbench.results.read import read_result
from lossbench.tables.metrics import of_final_weights
from lossbench.tables.problems import Problem
from lossbench.text import to_json

MEGABYTE = 2**20


def test_whatever_else_was_changed_is_found_by_the_digest(place: Path) -> None:
    text = MADE["plain"]["metrics.json"].decode()
    for old, new in (('"Python": "3', '"Python": "2'), ('"0",', '"2",'), ('"name"', '"game"')):
        assert old in text
        content = MADE["plain"] | {"metrics.json": text.replace(old, new, 1).encode()}
        with (
            beside(place, content) as folder,
            pytest.raises(DamagedResult, match="is damaged, or was changed by hand"),
        ):
            read_result(folder)


@pytest.mark.parametrize("name", FILES[:2])
@pytest.mark.parametrize("unit", [b"[],", b"[", b"{},", b"1,", b"- ", b"a: ,", b"\n- ", b"x"])
def test_a_text_of_very_many_values_is_named(unit: bytes, name: str, place: Path) -> None:
    content = b"a: [" if name == "config.yaml" else b'{"runs": ['
    content += unit * (3 * MEGABYTE // len(unit))
    with beside(place, MADE["plain"] | {name: content}) as folder:
        assert named(folder)


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        ("binary classification", {"loss": "hinge"}),
        (
            "regression",
            {
                "loss": "mse",
                "dataset": {"generator": "make_regression", "n_features": 2},
                "published": {},
            },
        ),
    ],
)
def test_seeds_with_every_metric_have_no_more_values_than_they_may_have(
    problem: Problem, changes: dict[str, Any]
) -> None:
    all_metrics = {"metrics": list(of_final_weights(problem))}
    result = made("all", early_stopping={"patience": 1}, **changes, **all_metrics)
    runs = as_document(result)["runs"]
    for run in runs:
        for part in PARTS:
            run[part] = dict.fromkeys(run[part], -1.234567890123456e-05)
    text = to_json({"runs": runs}).encode()
    length, values = (most * len(runs) for most in MOST_PER_SEED)
    assert len(text) < length
    assert sum(text.count(mark) for mark in MARKS) < values
