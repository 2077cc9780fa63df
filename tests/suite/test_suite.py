"""Experiments that run together, and the tables that are written of them."""

import collections
from dataclasses import replace
from pathlib import Path
from typing import Any

from command import lossbench, tree
from small_experiments import MOONS
from small_suites import Cases, TrainsHere

from lossbench.suite.suite import Suite


def test_no_summary_is_written_that_would_lack_a_stored_result(cases: Cases, out: Path) -> None:
    def run_all(**changes: Any) -> Suite:
        made = [replace(it, options=frozenset(changes)) for it in cases(repeats=4, **changes)]
        suite = Suite(made, [out / case.experiment.name for case in made], out)
        collections.deque(suite.plan(), 0)
        collections.deque(suite.run(TrainsHere(), lambda *_: None), 0)
        return suite

    assert run_all().write_tables() == []
    before = tree(out)
    suite = run_all(epochs=1)
    assert not suite.succeeded
    assert suite.write_tables() == [out / "summary.md"]
    assert tree(out) == before


def test_a_file_in_place_of_the_folder_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    (tmp_path / "it.yaml").write_text(MOONS)
    done = lossbench(tmp_path, "run-all", tmp_path, "--out", "out")
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == (
        "",
        "Error: out is in the way: it is not a folder (--debug shows the traceback)\n",
    )
    assert (tmp_path / "out").read_text() == "mine"
