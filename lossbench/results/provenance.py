"""What made a result: the versions of the programs, the machine and the data."""

import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")  # on Linux
# Vector instructions, the widest first: with others, a compiler adds numbers in another order.
VECTORS = ("avx512f", "avx2", "avx", "sve", "asimd", "sse2")


def provenance(data_sha256: str) -> dict[str, str]:
    """Everything besides the config that can change a result, by name."""
    return {
        "lossbench": _version("lossbench"),
        "Python": platform.python_version(),
        **{name: _version(name) for name in ("TensorFlow", "Keras", "NumPy", "scikit-learn")},
        "platform": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "data_sha256": data_sha256,
    }


@cache  # a version is looked up in a file
def _version(name: str) -> str:
    return version(name)


@cache
def processor() -> str:
    """The kind of processor, on which the last bits of a result depend.

    On Linux it is the maker and the widest vector instructions, "GenuineIntel avx512f".
    """
    try:
        lines = CPUINFO.read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    about = {key.strip(): value.strip() for key, _, value in (it.partition(":") for it in lines)}
    maker = about.get("vendor_id") or f"{platform.machine()} {about.get('CPU implementer', '')}"
    flags = (about.get("flags") or about.get("Features") or "").split()
    return " ".join([*maker.split(), *[it for it in VECTORS if it in flags][:1]])
