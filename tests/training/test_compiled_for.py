"""A program is used only where it would be compiled to the same code."""

import os
from pathlib import Path

import pytest

from lossbench.training import compiled_for as module
from lossbench.training.compiled_for import compiled_for

CPUINFO = """\
processor\t: 0
model name\t: Some CPU
cpu MHz\t\t: 2596.122
flags\t\t: sse2 avx2

processor\t: 1
"""


@pytest.mark.parametrize(
    ("change", "by", "same"),
    [
        ("2596.122", "800", True),
        ("sse2 avx2", "sse2 avx2 avx512f", False),
        ("Some CPU", "Another CPU", False),
    ],
)
def test_the_processor_decides_and_not_its_clock(
    change: str, by: str, same: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CPUINFO", tmp_path / "cpuinfo")
    assert compiled_for() is None
    (tmp_path / "cpuinfo").write_text(CPUINFO)
    before = compiled_for()
    (tmp_path / "cpuinfo").write_text(CPUINFO.replace(change, by))
    assert (compiled_for() == before) == same


def test_the_flags_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    before = compiled_for()
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
    assert compiled_for() != before


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is one core")
def test_how_many_cores_there_are_decides() -> None:
    before, cores = compiled_for(), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        assert compiled_for() != before
    finally:
        os.sched_setaffinity(0, cores)
