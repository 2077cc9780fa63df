"""Whatever lies in the folder of a result, it is named and left out, or is what was written.

The files of results are flipped, cut, swapped and forged; the others are still reported.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from damage import (
    WEIGHTS,
    careless,
    changes,
    check_damage,
    check_forgery,
    check_old_damage,
    damages,
    declared,
    packed,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from made_results import FILES, KINDS, made, write

from lossbench.results.write import files

pytestmark = pytest.mark.thorough


@settings(careless, max_examples=200)
@given(kind=st.sampled_from([*KINDS]), name=st.sampled_from(FILES), damage=damages)
def test_damage_is_named_or_changes_nothing(
    kind: str, name: str, damage: list[Any], place: Path
) -> None:
    check_damage(place, kind, name, damage)


@settings(careless, max_examples=30)
@given(kind=st.sampled_from([*KINDS]), name=st.sampled_from(FILES), damage=damages)
def test_damage_of_older_results_does_no_harm(
    kind: str, name: str, damage: list[Any], place: Path
) -> None:
    check_old_damage(place, kind, name, damage)


@settings(careless, max_examples=60)
@given(kind=st.sampled_from([*KINDS]), changes=changes)
def test_a_forgery_does_no_harm(kind: str, changes: list[Any], place: Path) -> None:
    check_forgery(place, kind, changes)


MEGABYTE = 2**20
BOMB = 512 * MEGABYTE
CODE = """
import re, sys
from pathlib import Path
from lossbench.cli.main import main

def run(*arguments):
    sys.argv[1:] = arguments
    try:
        main()
    except SystemExit as end:
        return end.code

def peak():
    # Unlike what getrusage tells, nothing of the process that started this one is in it.
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) // 1024

good, bad = sys.argv[1:]
codes = [run("report", good), run("compare", good, "--json")]
before = peak()
codes += [run("report", bad), run("compare", bad, "--json")]
print(codes, peak() - before, file=sys.stderr)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by Linux")
def test_what_would_fill_the_memory_is_named_and_the_others_reported(tmp_path: Path) -> None:
    good = [files(made(name)) for name in ("good", "better")]
    long = files(made("long", epochs=10**7, early_stopping={"patience": 1}))
    ones = {name: files(made(name)) for name in ("bomb", "shapes", "lists", "yaml", "lines")}
    header = WEIGHTS[WEIGHTS.index(b"\x93NUMPY") :][:128]
    ones["bomb"]["weights.npz"] = packed(1, kernel_1=header + bytes(BOMB))
    ones["shapes"]["weights.npz"] = declared(f"({10**30}, 1)")
    ones["lists"]["metrics.json"] = b'{"a": [' + b"{}," * (4 * MEGABYTE // 3) + b"{}]}"
    ones["yaml"]["config.yaml"] = b"a: [" + b"a: ," * (MEGABYTE // 4 - 10)
    ones["lines"]["history.csv"] = b"seed,epoch\n" * (2 * MEGABYTE)
    ones |= {it: files(made(it)) for it in ("m", "c", "h", "w")}
    for folder in (tmp_path / "good", tmp_path / "bad"):
        for name, content in zip(("good", "better"), good, strict=True):
            write(folder / name, content)
    for name, content in {"long": long, **ones}.items():
        write(tmp_path / "bad" / name, content)
    for name, file in zip(("m", "c", "h", "w"), FILES, strict=True):
        (tmp_path / "bad" / name / file).unlink()
        (tmp_path / "bad" / name / file).symlink_to("/dev/zero")
    done = subprocess.run(
        [sys.executable, "-c", CODE, tmp_path / "good", tmp_path / "bad"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    *complaints, last = done.stderr.splitlines()
    assert last.startswith("[0, 0, 2, 2] "), done.stderr
    assert int(last.split()[-1]) < 200, last
    assert len(complaints) == 2 * len(ones)
    page = (tmp_path / "bad" / "report.html").read_text()
    assert all(f'id="experiment-{number}"' in page for number in (1, 2, 3))
    assert 'id="experiment-4"' not in page
