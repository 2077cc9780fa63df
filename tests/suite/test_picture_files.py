"""The pictures of results, which are drawn one after the other in the same axes."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from made_up_curves import experiment, result
from made_up_curves import split as made_up_split

from lossbench.pictures.formats import FORMATS, Drawn
from lossbench.results.result import Result
from lossbench.suite import picture_files as module
from lossbench.suite.picture_files import picture_files

PUBLISHED = {"accuracy": {"train": 0.9, "test": 0.8}}
# With one panel and two, log axes and others, labels of several widths, bands and points.
RESULTS: dict[str, Result] = {
    "hinge": result(experiment("hinge")),
    "published": result(experiment("bce", published=PUBLISHED)),
    "one panel": result(experiment("mse")),
    "diverged": result(experiment("kld"), diverged=2),
    "one seed": result(experiment("mae"), seeds=1),
    "one epoch": result(experiment("hinge", epochs=1)),
    "many epochs": result(experiment("squared_hinge", epochs=900)),
    "one panel of one seed": result(experiment("mse", epochs=3), seeds=1),
}


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_former", {})
    monkeypatch.setattr(module, "_kept", {})


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("drawn", [Drawn(FORMATS), Drawn(FORMATS, "paper")], ids=str)
def test_a_picture_does_not_depend_on_those_before_it(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    split, alone = made_up_split(), {}
    for name, it in RESULTS.items():
        monkeypatch.setattr(module, "_former", {})
        alone[name] = picture_files(it, split, drawn)
    monkeypatch.setattr(module, "_former", {})
    for name in (*RESULTS, *reversed(RESULTS)):
        assert picture_files(RESULTS[name], split, drawn) == alone[name], name
    assert {len(pictures) for pictures in module._former.values()} == {2}  # of one panel, and two
    assert len({*map(str, alone.values())}) == len(RESULTS)


def test_they_are_drawn_in_a_process_that_has_imported_nothing_of_matplotlib(
    tmp_path: Path,
) -> None:
    asked = tmp_path / "asked"
    asked.write_bytes(pickle.dumps((RESULTS["hinge"], made_up_split())))
    code = (
        "import pickle, sys\n"
        "from lossbench.suite.picture_files import picture_files\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"it = picture_files(*pickle.load(open({str(asked)!r}, 'rb')))\n"
        "sys.stdout.buffer.write(it['learning_curves.png'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    there = picture_files(RESULTS["hinge"], made_up_split())["learning_curves.png"]
    assert done.stdout == there
