"""What may happen to the files of a result: bytes that change, and values that are forged."""

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from made_results import KINDS, MADE, agree, beside, made, named, pipe, same, without_digests

from lossbench.evidence import comparison_text, summary
from lossbench.evidence.comparison import NothingToCompare, compare
from lossbench.pictures import of_comparison
from lossbench.pictures.encode import encoded
from lossbench.report import page as report
from lossbench.results.metrics_json import as_document, digest
from lossbench.results.read import read_all, read_result
from lossbench.text import to_json

careless = settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
# How bytes are damaged, and what is put in the place of a file.
edits = st.one_of(
    st.tuples(st.just("flip"), st.integers(0, 2**20), st.integers(0, 7)),
    st.tuples(st.just("cut"), st.integers(0, 2**20), st.integers(1, 300)),
    st.tuples(st.just("end"), st.integers(0, 2**20), st.just(0)),
    st.tuples(st.just("double"), st.integers(0, 2**20), st.integers(1, 300)),
    st.tuples(st.just("zero"), st.integers(0, 2**20), st.integers(1, 300)),
    st.tuples(st.just("swap"), st.integers(0, 2**20), st.integers(1, 300)),
    st.tuples(st.just("digit"), st.integers(0, 2**20), st.integers(0, 9)),
    st.tuples(
        st.just("put"),
        st.integers(0, 2**20),
        st.one_of(st.binary(max_size=6), st.sampled_from([b"\n", b",", b"\0", b"9" * 40, b"nan"])),
    ),
)


def edited(content: bytes, kind: str, place: int, how: Any) -> bytes:
    at = place % (len(content) + 1)
    match kind:
        case "flip" if at < len(content):
            return content[:at] + bytes([content[at] ^ 1 << how]) + content[at + 1 :]
        case "cut":
            return content[:at] + content[at + how :]
        case "end":
            return content[:at]
        case "double":
            return content[:at] + content[at : at + how] + content[at:]
        case "zero":
            return content[:at] + bytes(len(content[at : at + how])) + content[at + how :]
        case "swap":
            mine, next_ = content[at : at + how], content[at + how : at + 2 * how]
            return content[:at] + next_ + mine + content[at + 2 * how :]
        case "digit":
            digits = [it for it in range(len(content)) if content[it : it + 1].isdigit()]
            at = digits[place % len(digits)] if digits else 0
            return content[:at] + str(how).encode() + content[at + 1 :]
        case "put":
            return content[:at] + how + content[at:]
    return content


damages = st.lists(edits, min_size=1, max_size=3)


def use(folder: Path) -> None:
    """Do with the results of a folder what compare and report do."""
    results, complaints = read_all(folder)
    for complaint in complaints:
        assert complaint.isprintable(), complaint
        assert len(complaint) < 1000
    names = [it.experiment.name for it in results]
    assert "good" in names
    page = report.page("it", results, complaints, folder)
    page.encode()
    assert 'id="experiment-1"' in page
    for result in results:
        to_json(as_document(result))
    summary.files(results, {})
    with contextlib.suppress(NothingToCompare):
        groups = compare(results)
        to_json(comparison_text.as_document(groups))
        assert comparison_text.as_csv(groups).isascii()
        text = comparison_text.as_markdown(groups)
        assert text.replace("\n", "").isprintable(), text
        for picture in of_comparison.pictures(groups).values():
            encoded(picture)


def check_damage(place: Path, kind: str, name: str, damage: list[Any]) -> None:
    content = dict(MADE[kind])
    for edit in damage:
        content[name] = edited(content[name], *edit)
    with beside(place, content) as folder:
        assert named(folder) or same(read_result(folder), made(kind, **KINDS[kind])), content[name]


def check_old_damage(place: Path, kind: str, name: str, damage: list[Any]) -> None:
    """Without digests not all damage can be seen, but none does harm."""
    content = without_digests(MADE[kind])
    for edit in damage:
        content[name] = edited(content[name], *edit)
    with beside(place, content) as folder:
        if not named(folder):
            use(place)


# What somebody could write into metrics.json and config.yaml to do harm, with a right digest.
forged = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 60),
    st.floats(),
    st.sampled_from([10**7, 10**8, 10**12, 2**31, 2**63, 10**400, 1e38, -1e38, 3.4e38, 1e308]),
    st.sampled_from([5e-324, -1e308, 1e-30, 0.0, -0.0, 1.0, 0.999]),
    st.text(max_size=5),
    st.sampled_from(["\x1b[31m", "a\nb", "\u202e", "x" * 10**6, "\0", "../x", "/dev/zero", "$x$"]),
    st.sampled_from([["x"] * 10**5, ["\x1b"] * 2, [[]] * 5000, {"a": {"b": {}}}]),
    st.integers(1, 200).map(lambda depth: _nested(depth)),
    st.sampled_from(
        [
            {"file": "/dev/zero", "target": "y"},
            {"file": "/dev/zero", "target": "y", "sha256": "0" * 64},
            {"file": "pipe.csv", "target": "y", "sha256": "0" * 64},
            {"file": "a\0b/c.csv", "target": "y", "sha256": "0" * 64},
            {"file": "loop/c.csv", "target": "y", "sha256": "0" * 64},
            {"file": "\x1b[31m.csv", "target": "y", "sha256": "0" * 64},
            {"generator": "make_moons", "n_samples": 10**12},
            {"generator": "make_moons", "n_samples": "\x1b[31m"},
            {"generator": "make_blobs", "n_samples": 3_000_000},
            {"generator": "make_blobs", "centers": 1000, "n_samples": 100_000},
            {"name": "\x1b" * 70, "function": "os:system", "labels": "-1/1"},
            {"name": "categorical_crossentropy"},
            {"hidden": [10**6]},
            {"rounded_accuracy": {"train": 10**300}},
            {"rounded_accuracy": {"train": 1e-300, "test": 10**290}},
        ]
    ),
)


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def mappings(value: Any) -> Iterator[Any]:
    """All mappings and lists in a document that are not empty."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value[:30]:
            yield from mappings(inner)


changes = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), forged, st.booleans()),
    min_size=1,
    max_size=3,
)


def forge(content: dict[str, bytes], changes: list[Any]) -> dict[str, bytes]:
    """A result with other values in metrics.json and config.yaml, its digests right."""
    values = json.loads(content["metrics.json"])
    for where, key, value, agreed in changes:
        section = [*mappings(values)][where % len([*mappings(values)])]
        keys = [*section] if isinstance(section, dict) else range(len(section))
        section[keys[key % len(keys)]] = json.loads(json.dumps(value))
        if agreed:
            with contextlib.suppress(Exception):
                agree(values)
                content = {it: content[it] for it in content if it != "history.csv"}
    values.pop("sha256", None)
    with contextlib.suppress(ValueError, RecursionError):
        values["sha256"] = digest(values)
    try:
        text = json.dumps(values)
    except (ValueError, RecursionError):
        return content
    with contextlib.suppress(Exception):
        config = yaml.safe_dump(values["config"], sort_keys=False, allow_unicode=True, width=10**9)
        content = content | {"config.yaml": config.encode("utf-8", "surrogatepass")}
    return content | {"metrics.json": text.encode("utf-8", "surrogatepass")}


def check_forgery(place: Path, kind: str, changes: list[Any]) -> None:
    with beside(place, forge(MADE[kind], changes)) as folder:
        pipe(folder / "pipe.csv")
        (folder / "loop").symlink_to("loop")
        if not named(folder):
            use(place)


WEIGHTS = MADE["plain"]["weights.npz"]


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def declared(shape: str) -> bytes:
    """Weights whose first array claims another shape, in a text of the same length."""
    content, true = MADE["plain"]["weights.npz"], b"(4, 2, 3), }" + b" " * 30
    said = f"{shape}, }}".encode().ljust(len(true))
    assert true in content
    assert len(said) == len(true)
    return content.replace(true, said)


def packed(level: int = 9, **arrays: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in arrays.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()
