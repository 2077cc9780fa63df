"""metrics.json and config.yaml hold what such a config can give, and not more of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_results import MADE, PARTS, agree, beside, made, same, without_digests

from lossbench.results.document import MOST_SEEDS
from lossbench.results.files import DamagedResult
from lossbench.results.metrics_json import MOST_BESIDE_SEEDS, MOST_PER_SEED
from lossbench.results.read import read_result
from lossbench.results.write import files
from lossbench.text import to_json


@pytest.mark.parametrize("value", [1e308, -1e308, 1.1, -0.1, 3.5e38])
@pytest.mark.parametrize("part", PARTS)
def test_figures_that_cannot_be_are_named(value: float, part: str, place: Path) -> None:
    values = json.loads(MADE["plain"]["metrics.json"])
    values["runs"][2][part]["accuracy"] = value
    agree(values)
    content = {"metrics.json": to_json(values).encode()}
    with (
        beside(place, MADE["plain"] | without_digests(content)) as folder,
        pytest.raises(DamagedResult, match=r"accuracy of seed 2 is out of its range"),
    ):
        read_result(folder)


def test_a_config_of_very_many_seeds_allows_no_more_values(place: Path) -> None:
    most = MOST_BESIDE_SEEDS[1] + MOST_SEEDS * MOST_PER_SEED[1]
    values = b"[" + b"{}," * (most // 2) + b"{}]"  # each counts for two
    forged = MADE["plain"] | {"config.yaml": b"repeats: 9999999", "metrics.json": values}
    with (
        beside(place, forged) as folder,
        pytest.raises(DamagedResult, match="has more values than it may have"),
    ):
        read_result(folder)


def test_a_data_file_without_a_digest_is_not_read(place: Path) -> None:
    content = MADE["plain"]
    values = json.loads(content["metrics.json"])
    values["config"]["dataset"] = {"file": "/dev/zero", "target": "y"}
    del values["sha256"]
    content = content | {"metrics.json": to_json(values).encode()}
    with (
        beside(place, content) as folder,
        pytest.raises(DamagedResult, match="names a data file without its sha256"),
    ):
        read_result(folder)


@pytest.mark.parametrize("rows", [[90], [90, 0], [90, 10, 1]])
def test_rows_of_classes_that_cannot_be_are_named(rows: list[int], place: Path) -> None:
    result = replace(made("rare", published={}, metrics=["balanced_accuracy"]), class_rows=(90, 10))
    content = files(result)
    with beside(place, content) as folder:
        assert same(read_result(folder), result)
    values = json.loads(content["metrics.json"]) | {"class_rows": rows}
    forged = {"metrics.json": to_json(values).encode()}
    with beside(place, content | without_digests(forged)) as folder, pytest.raises(DamagedResult):
        read_result(folder)
