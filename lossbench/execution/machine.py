"""What this process may use of the machine: its cores, and memory that is free."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MEMORY, GROUPS, OWN_GROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# For control groups of version 2, and for those of version 1 by what they limit: the file of the
# limit, that of what is used, and the name of what of it are files that the system keeps in memory
# and gives up when need be.
FILES = {
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


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
    with suppress(OSError):
        for line in OWN_GROUP.read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            for kind in FILES.keys() & kinds.split(","):
                group = GROUPS / kind / path.strip("/")
                for folder in (group, *group.parents):
                    yield from _free_of(folder, *FILES[kind])


def _free_of(folder: Path, limit: str, used: str, kept: str) -> Iterator[int]:
    """What is free of a control group, if it has a limit; see ``FILES``."""
    with suppress(OSError, ValueError):  # "max" where there is no limit
        most, taken = (int((folder / name).read_text()) for name in (limit, used))
        figures = dict(map(str.split, (folder / "memory.stat").read_text().splitlines()))
        yield most - taken + int(figures[kept])
