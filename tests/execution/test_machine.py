"""What this process may use of the machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lossbench.execution import machine

MIB = 2**20
LIMITED = {
    "version 2": ("0::/user/it", "user/it", ("memory.max", "memory.current", "inactive_file")),
    "version 1": (
        "9:cpu,cpuacct:/\n4:memory:/user/it\n0::/elsewhere",
        "memory/user/it",
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ),
}


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of control groups, of a machine that has 1,000 MiB free."""
    (tmp_path / "meminfo").write_text("MemTotal: 9999999 kB\nMemAvailable: 1024000 kB\n")
    monkeypatch.setattr(machine, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "OWN_GROUP", tmp_path / "cgroup")
    monkeypatch.setattr(machine, "GROUPS", tmp_path / "groups")
    return tmp_path / "groups"


@pytest.mark.parametrize("version", LIMITED)
@pytest.mark.parametrize(("limited", "free"), [("it", 230), ("user", 230), ("nothing", 1000)])
def test_the_tightest_limit_of_memory_counts(
    groups: Path, version: str, limited: str, free: int
) -> None:
    own, path, (limit, used, kept) = LIMITED[version]
    (groups.parent / "cgroup").write_text(own)
    for folder in (groups / path, (groups / path).parent):
        folder.mkdir(parents=True, exist_ok=True)
        unlimited = "max" if version == "version 2" else str(2**63 - 4096)
        most = str(500 * MIB) if folder.name == limited else unlimited
        (folder / limit).write_text(most)
        (folder / used).write_text(str(300 * MIB))
        (folder / "memory.stat").write_text(f"cache 7\n{kept} {30 * MIB}\n")
    assert machine.free_memory() == free * MIB


def test_without_control_groups_the_machine_s_free_memory_counts(groups: Path) -> None:
    assert machine.free_memory() == 1000 * MIB
    (groups.parent / "meminfo").unlink()
    assert machine.free_memory() is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity can be set")
def test_cores_are_those_that_the_process_may_use() -> None:
    code = (
        "import os; from lossbench.execution.machine import cores;"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); print(cores())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
