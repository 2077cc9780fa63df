"""The kind of processor, from what Linux says of it."""

from pathlib import Path

import pytest

from lossbench.results import provenance

INTEL = """\
processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Xeon
flags\t\t: fpu sse2 avx avx2 fma avx512f avx512dq

processor\t: 1
vendor_id\t: GenuineIntel
flags\t\t: fpu sse2 avx avx2 fma avx512f avx512dq
"""


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (INTEL, "GenuineIntel avx512f"),
        (INTEL.replace(" avx512f avx512dq", ""), "GenuineIntel avx2"),
        (INTEL.replace("GenuineIntel", "AuthenticAMD"), "AuthenticAMD avx512f"),
        ("CPU implementer\t: 0x41\nFeatures\t: fp asimd aes\n", "x86_64 0x41 asimd"),
        ("nothing that is known\n", "x86_64"),
    ],
)
def test_a_kind_is_a_maker_and_its_widest_vectors(
    told: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(told)
    monkeypatch.setattr(provenance, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(provenance.platform, "machine", lambda: "x86_64")
    assert provenance.processor.__wrapped__() == kind


def test_where_the_system_does_not_tell_python_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "CPUINFO", tmp_path / "none")
    monkeypatch.setattr(provenance.platform, "processor", lambda: "arm")
    assert provenance.processor.__wrapped__() == "arm"
