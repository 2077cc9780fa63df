"""Results whose pictures would take very long, or very much memory."""

from pathlib import Path
from typing import Any

import pyarrow
import pytest
from made_results import beside, forged_as, made, pipe
from pyarrow import parquet

from lossbench.config.experiment import Experiment
from lossbench.data.files import DataFiles
from lossbench.evidence.comparison import compare
from lossbench.pictures import decision_boundaries, regions
from lossbench.results.read import read_result
from lossbench.training.predict import decisions_in_chunks


def test_data_are_not_made_again_at_any_price(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two results of data that take long to make, or of a file without end, or of many values."""
    monkeypatch.delattr("lossbench.data.generators.generate")
    monkeypatch.delattr("lossbench.data.files.DataFile.read")
    column = pyarrow.nulls(decision_boundaries.MOST_VALUES // 2 + 1, pyarrow.float64())
    table = pyarrow.table({"a": column, "y": column})
    for data in (
        {"generator": "make_moons", "n_samples": 50_000_000},
        {"file": "pipe.csv", "target": "y", "sha256": "0" * 64},
        {"file": "link.csv", "target": "y", "sha256": "0" * 64},
        {"file": "rows.parquet", "target": "y", "sha256": "0" * 64},
        {"file": "rows.csv", "target": "y", "sha256": "0" * 64},
    ):
        content = forged_as("plain", dataset=data)
        with beside(place, content) as folder, beside(place / "bad", content) as other:
            pipe(folder / "pipe.csv")
            (folder / "link.csv").symlink_to("/dev/zero")
            parquet.write_table(table, folder / "rows.parquet")
            (folder / "rows.csv").write_bytes(b"a,y" + b"\r" * len(column))
            assert read_result(folder).experiment.dataset.generator == data.get("generator")
            (group,) = compare([read_result(folder), read_result(other)])
            assert decision_boundaries.data_of(group, DataFiles()) is None


@pytest.mark.parametrize(
    ("hidden", "asked"), [([100, 100], [6, 6]), ([4000], [3, 3]), ([10_000], []), ([700, 700], [])]
)
def test_large_networks_are_not_asked_for_very_many_points(
    hidden: list[int], asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are as many of them asked: of six trainings that finished, those of some thin lines."""
    calls: list[str] = []

    def counted(experiment: Experiment, *rest: Any) -> Any:
        calls.append(experiment.name)
        return decisions_in_chunks(experiment, *rest)

    monkeypatch.setattr(regions, "decisions_in_chunks", counted)
    (group,) = compare([made(it, 7, 1, model={"hidden": hidden}) for it in ("one", "two")])
    figure = decision_boundaries.boundaries(group, group.results[0].experiment.dataset.load())
    assert [calls.count(it.experiment.name) for it in group.results if figure] == asked
