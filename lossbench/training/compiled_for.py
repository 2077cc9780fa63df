"""What decides on a compiled program beside what is compiled: versions, flags and the processor."""

import os
from pathlib import Path

from lossbench.results.provenance import provenance

CPUINFO = Path("/proc/cpuinfo")
# What differs among the cores of a processor, or from one moment to the next.
OF_A_CORE = {
    "apicid",
    "bogomips",
    "core id",
    "cpu mhz",
    "initial apicid",
    "physical id",
    "processor",
}


def compiled_for() -> str | None:
    """All that decides, as a text; None where the system does not tell what its processor can do.

    XLA compiles for the model of the processor, for its features, and for as many cores as the
    process may use.
    """
    try:
        first_core, *_ = CPUINFO.read_text("utf-8", "replace").split("\n\n")
    except OSError:
        return None
    processor = [
        line
        for line in first_core.splitlines()
        if line.partition(":")[0].strip().lower() not in OF_A_CORE
    ]
    cores, flags = len(os.sched_getaffinity(0)), os.environ.get("XLA_FLAGS")
    return "\n".join([*processor, f"{cores} cores", f"{flags}", f"{provenance(data_sha256='')}"])
