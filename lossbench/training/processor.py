"""The processor that programs are compiled for."""

import os
from pathlib import Path

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


def processor() -> str | None:
    """The model and all features of the processor, and how many cores this process may use.

    XLA compiles for all of these. None where the system does not say them.
    """
    try:
        first, *_ = CPUINFO.read_text("utf-8", "replace").split("\n\n")
    except OSError:
        return None
    lines = [
        line
        for line in first.splitlines()
        if line.partition(":")[0].strip().lower() not in OF_A_CORE
    ]
    return "\n".join([*lines, f"cores: {len(os.sched_getaffinity(0))}"])
