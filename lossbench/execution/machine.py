"""What this process may use of the machine: its cores, and memory that is free."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MEMORY, GROUPS, OWN_GROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def cores() -> int:
    """How many cores this process may use, by its affinity and the limits of its control group."""
    from joblib import cpu_count

    return int(cpu_count())


def free_memory() -> int | None:
    """How many bytes new processes may take; None where the system does not tell."""
    return min(_free(), default=None)


def _free() -> Iterator[int]:
    """What is free of the machine, and of each control group around this process."""
    with suppress(OSError, ValueError):
        for line in MEMORY.read_text().splitlines():
            name, _, rest = line.partition(":")
            if name == "MemAvailable":
                yield int(rest.split()[0]) * 1024
    with suppress(OSError, ValueError):
        group = GROUPS / OWN_GROUP.read_text().rpartition("::/")[2].strip()
        for folder in (group, *group.parents):
            with suppress(OSError, ValueError):  # "max" where there is no limit
                limit = int((folder / "memory.max").read_text())
                # Files that are kept in memory count as used, and are given up when need be.
                figures = dict(map(str.split, (folder / "memory.stat").read_text().splitlines()))
                kept = int(figures["inactive_file"])
                yield limit - int((folder / "memory.current").read_text()) + kept
