"""Comparisons as JSON, CSV and Markdown."""

import csv
import json
from collections.abc import Callable
from io import StringIO

from made_up import NAN

from lossbench.evidence.comparison import Comparison, compare
from lossbench.evidence.comparison_text import as_csv, as_document, as_markdown
from lossbench.results.result import Result
from lossbench.text import to_json


def test_json_has_every_pair(comparison: Comparison) -> None:
    (found,) = json.loads(to_json(as_document([comparison])))["groups"]
    assert [(it["first"], it["part"]) for it in found["pairs"]] == [
        ("hinge", "train"),
        ("hinge", "test"),
    ]
    assert found["standings"][0]["diverged"] == 1


def test_json_and_csv_have_no_nan(result: Callable[..., Result]) -> None:
    comparisons = compare([result("hinge", [NAN]), result("squared_hinge", [0.5])])
    to_json(as_document(comparisons))  # refuses NaN
    row = next(csv.DictReader(StringIO(as_csv(comparisons))))
    assert (row["low"], row["first_median"], row["second_median"]) == ("", "", "0.5")
    assert "| hinge | diverged | diverged | 1 of 1 | 0 of 1 |" in as_markdown(comparisons)


def test_markdown_has_a_table_and_sentences(comparison: Comparison) -> None:
    text = as_markdown([comparison])
    assert "## make_circles, 1000 rows: accuracy" in text
    assert "| hinge | 0.714 [0.701, 0.727] | 0.714 [0.701, 0.727] | 1 of 30 | 0 of 30 |" in text
    assert f"Train accuracy, pairs of seeds:\n\n- {comparison.pairs[0].clause}\n" in text
