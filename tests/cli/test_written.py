"""The last line of a command."""

from pathlib import Path
from typing import Any

import pytest

from lossbench.cli.written import end, end_of_suite
from lossbench.suite.suite import Suite

NINE = [Path("results", name) for name in "abcdefghi"]


def suite_of(*folders: Path, summary: Path | None = None, stored: bool = False) -> Suite:
    """A suite, as far as the last line asks it, that has results in the folders."""
    its: dict[str, Any] = {
        "folders": list(folders),
        "summary": summary,
        "was_stored": stored,
    }
    return type("Made", (Suite,), its)([], [])


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        (suite_of(NINE[0]), ["Written: results/a", "Next: lossbench report --open"]),
        (
            suite_of(*NINE[:2], stored=True),
            ["Stored: 2 results in results", "Next: lossbench report --open"],
        ),
        (
            suite_of(*NINE, summary=Path("results/summary.md")),
            [
                "Written: 9 results in results and results/summary.md",
                "Next: lossbench report --open",
            ],
        ),
        (
            suite_of(Path("my out/a"), Path("x/b"), Path("x/c")),
            [
                "Written: 1 result in my out and 2 results in x",
                "Next: lossbench report 'my out' --open or lossbench report x --open",
            ],
        ),
        (suite_of(), []),
    ],
)
def test_a_run_ends_with_where_its_results_are_and_how_to_see_them(
    suite: Suite, said: list[str]
) -> None:
    assert end_of_suite(suite, []) == said


def test_a_summary_that_stays_as_it_was_is_not_called_written() -> None:
    table = Path("results/summary.md")
    (written, _) = end_of_suite(suite_of(*NINE, summary=table), [table])
    assert written == "Written: 9 results in results"


def test_many_places_are_counted() -> None:
    assert end(["a", "b", "c", "d", "e"], []) == ["Written: a, b, c and 2 more"]
    assert end([], ["x"]) == ["Next: x"]
