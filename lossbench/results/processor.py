"""Which kind of processor this is: the last bits of what is computed depend on it."""

import platform
from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")  # on Linux
# The widest first. A compiler makes its code of these, and sums up in another order.
VECTORS = ("avx512f", "avx2", "avx", "sve", "asimd", "sse2")


@cache
def kind() -> str:
    """The maker of the processor and its widest vectors, "GenuineIntel avx512f", where known."""
    try:
        lines = CPUINFO.read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    about = {key.strip(): value.strip() for key, _, value in (it.partition(":") for it in lines)}
    maker = about.get("vendor_id") or f"{platform.machine()} {about.get('CPU implementer', '')}"
    flags = (about.get("flags") or about.get("Features") or "").split()
    return " ".join([*maker.split(), *[it for it in VECTORS if it in flags][:1]])
