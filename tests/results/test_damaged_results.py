"""Whatever lies in the folder of a result, it is named and left out, or is what was written.

The files of results are flipped, cut, swapped and forged; the others are still reported.
"""

import contextlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from lossbench.config.experiment import Experiment
from lossbench.data.files import DataFiles
from lossbench.evidence import comparison_text, summary
from lossbench.evidence.comparison import NothingToCompare, compare
from lossbench.pictures import decision_boundaries
from lossbench.pictures.of_comparison import pictures
from lossbench.report.page import page as page_of
from lossbench.results.consistency import COMPUTED
from lossbench.results.files import MARKS, MOST_HOLES, opened
from lossbench.results.metrics_json import MOST_PER_SEED, as_document, digest
from lossbench.results.predict import decisions_in_chunks
from lossbench.results.read import DamagedResult, NotReusable, read_all, read_result, reusable
from lossbench.results.result import Result, Training
from lossbench.results.write import files
from lossbench.tables.metrics import of_final_weights
from lossbench.text import to_json

FILES = ("metrics.json", "config.yaml", "history.csv", "weights.npz")
PARTS = ("train", "test")
MEGABYTE = 2**20
NAN = float("nan")
AGAIN = "; run the experiment again"


def made(name: str, seeds: int = 4, epochs: int = 6, **changes: Any) -> Result:
    """A result that might have been trained; its second training diverged."""
    values = {
        "dataset": {"generator": "make_moons", "n_samples": 60, "noise": 0.1},
        "model": {"hidden": [3]},
        "loss": "hinge",
        "published": {"rounded_accuracy": {"train": 0.75, "test": 0.50}},
    }
    experiment = Experiment.model_validate(
        values | {"name": name, "epochs": epochs, "repeats": seeds} | changes
    )
    split = experiment.dataset.load()
    rng = np.random.default_rng(len(name))
    shapes = experiment.model.weight_shapes(2, experiment.loss.row.units(2)).values()
    trainings = []
    for seed in experiment.seeds:
        diverged = seed == 1
        length = 2 + seed % 3 if experiment.early_stopping else epochs
        tracked = ("loss", *experiment.tracked)
        history = {
            f"{part}_{it}": rng.random(length, np.float32) for it in tracked for part in PARTS
        }
        if experiment.early_stopping:
            history["validation_loss"] = rng.random(length, np.float32)
        if diverged:
            history["train_loss"][-1] = np.inf
        figures = [
            {it: NAN if diverged else _shortest(history[f"{part}_{it}"][-1]) for it in tracked}
            | {it: NAN if diverged else rng.random() for it in experiment.final_metrics}
            for part in PARTS
        ]
        weights = tuple(rng.normal(size=shape).astype(np.float32) for shape in shapes)
        stopped = (length, length - 1) if experiment.early_stopping else ()
        trainings.append(Training(seed, diverged, *figures, history, weights, *stopped))
    return Result(experiment, split.sha256, tuple(trainings), split.classes)


def _shortest(value: np.float32) -> float:
    return float(str(value))


KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "stopped": {
        "model": {"hidden": [{"units": 3, "batch_normalization": True}]},
        "early_stopping": {"patience": 1},
        "metrics": ["f1", "roc_auc"],
    },
    "classes": {"loss": "categorical_crossentropy", "published": {}, "class_weight": {"0": 2}},
}
MADE = {name: files(made(name, **changes)) for name, changes in KINDS.items()}
OTHERS = {name: files(made(name, 3, 5, seed=1, **it)) for name, it in KINDS.items()}


def write(folder: Path, content: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, it in content.items():
        (folder / name).write_bytes(it)
    return folder


def same(one: Result, other: Result) -> bool:
    """Whether two results have the same figures, histories and weights, and are of the same."""

    def alike(a: Any, b: Any) -> bool:
        return np.array_equal(a, b, equal_nan=True)

    return (
        one.experiment == other.experiment
        and (one.data_sha256, one.classes) == (other.data_sha256, other.classes)
        and len(one.trainings) == len(other.trainings)
        and all(
            (a.seed, a.diverged, a.epochs, a.best_epoch)
            == (b.seed, b.diverged, b.epochs, b.best_epoch)
            and a.train.keys() == b.train.keys()
            and alike([*a.train.values()], [*b.train.values()])
            and alike([*a.test.values()], [*b.test.values()])
            and (not a.history or a.history.keys() == b.history.keys())
            and all(alike(a.history[it], b.history[it]) for it in a.history)
            and all(map(alike, a.weights, b.weights))
            for a, b in zip(one.trainings, other.trainings, strict=True)
        )
    )


def use(folder: Path) -> None:
    """Do with the results of a folder what compare and report do."""
    results, complaints = read_all(folder)
    for complaint in complaints:
        assert complaint.isprintable(), complaint
        assert len(complaint) < 1000
    names = [it.experiment.name for it in results]
    assert "good" in names
    page = page_of("it", results, complaints, folder)
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
        pictures(groups)


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


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


PLACED: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "an empty file": Path.touch,
    "a folder": Path.mkdir,
    "a pipe": _pipe,
    "a socket": _socket,
    "a link to /dev/zero": lambda path: path.symlink_to("/dev/zero"),
    "a link to a pipe": lambda path: (_pipe(path.parent / "pipe"), path.symlink_to("pipe")),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("gone"),
    "a link to another": lambda path: path.symlink_to(path.parent.parent / "good" / path.name),
}
careless = settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good result in it."""
    folder = tmp_path_factory.mktemp("results")
    write(folder / "good", files(made("good")))
    return folder


@contextlib.contextmanager
def beside(place: Path, content: dict[str, bytes]) -> Iterator[Path]:
    """A result of that content beside the good one, for a while."""
    folder = write(place / "bad", content)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def named(folder: Path) -> bool:
    """Whether a result is named, on one line, as damaged."""
    try:
        read_result(folder)
    except DamagedResult as error:
        complaint = str(error)
    else:
        return False
    assert complaint.startswith(f"{folder}/")
    assert complaint.endswith(AGAIN)
    assert complaint.isprintable()
    assert len(complaint) < 1000
    return True


def without_digests(content: dict[str, bytes]) -> dict[str, bytes]:
    """A result as older versions wrote it."""
    values = json.loads(content["metrics.json"])
    del values["files"], values["sha256"]
    return content | {"metrics.json": to_json(values).encode()}


def check_damage(place: Path, kind: str, name: str, damage: list[Any]) -> None:
    content = dict(MADE[kind])
    for edit in damage:
        content[name] = edited(content[name], *edit)
    with beside(place, content) as folder:
        assert named(folder) or same(read_result(folder), made(kind, **KINDS[kind])), content[name]


damages = st.lists(edits, min_size=1, max_size=3)


@settings(careless, max_examples=200)
@given(kind=st.sampled_from([*KINDS]), name=st.sampled_from(FILES), damage=damages)
def test_damage_is_named_or_changes_nothing(
    kind: str, name: str, damage: list[Any], place: Path
) -> None:
    check_damage(place, kind, name, damage)


@pytest.mark.soak
@settings(careless, max_examples=30_000, derandomize=False, print_blob=True)
@given(kind=st.sampled_from([*KINDS]), name=st.sampled_from(FILES), damage=damages)
def test_30000_damages_are_named_or_change_nothing(
    kind: str, name: str, damage: list[Any], place: Path
) -> None:
    check_damage(place, kind, name, damage)


def check_old_damage(place: Path, kind: str, name: str, damage: list[Any]) -> None:
    """Of a result without digests not all damage can be seen, and none does harm."""
    content = without_digests(MADE[kind])
    for edit in damage:
        content[name] = edited(content[name], *edit)
    with beside(place, content) as folder:
        if not named(folder):
            use(place)


@settings(careless, max_examples=30)
@given(kind=st.sampled_from([*KINDS]), name=st.sampled_from(FILES), damage=damages)
def test_damage_of_older_results_does_no_harm(
    kind: str, name: str, damage: list[Any], place: Path
) -> None:
    check_old_damage(place, kind, name, damage)


@pytest.mark.soak
@settings(careless, max_examples=5_000, derandomize=False, print_blob=True)
@given(kind=st.sampled_from([*KINDS]), name=st.sampled_from(FILES), damage=damages)
def test_5000_damages_of_older_results_do_no_harm(
    kind: str, name: str, damage: list[Any], place: Path
) -> None:
    check_old_damage(place, kind, name, damage)


# What somebody may write into metrics.json and config.yaml who wants to do harm, and knows how a
# digest is made.
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


def agree(values: dict[str, Any]) -> None:
    """Let what metrics.json says of its config and its runs be true of those."""
    experiment = Experiment.model_validate(values["config"])
    values["config_hash"] = experiment.config_hash
    trainings = []
    for run in values["runs"]:
        figures = [
            {name: NAN if it is None else it for name, it in run[part].items()} for part in PARTS
        ]
        trainings.append(Training(run["seed"], run["diverged"], *figures, {}, ()))
    again = as_document(Result(experiment, "", tuple(trainings)))
    values.update({name: again[name] for name in COMPUTED})
    values["files"] = {}


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
        _pipe(folder / "pipe.csv")
        (folder / "loop").symlink_to("loop")
        if not named(folder):
            use(place)


@settings(careless, max_examples=60)
@given(kind=st.sampled_from([*KINDS]), changes=changes)
def test_a_forgery_does_no_harm(kind: str, changes: list[Any], place: Path) -> None:
    check_forgery(place, kind, changes)


@pytest.mark.soak
@settings(careless, max_examples=5_000, derandomize=False, print_blob=True)
@given(kind=st.sampled_from([*KINDS]), changes=changes)
def test_5000_forgeries_do_no_harm(kind: str, changes: list[Any], place: Path) -> None:
    check_forgery(place, kind, changes)


# From here on what was found, and what is as bad.


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def other_weights(change: Callable[[np.ndarray], Any]) -> bytes:
    """Weights of the plain result, each changed in the same way."""
    with np.load(io.BytesIO(MADE["plain"]["weights.npz"])) as arrays:
        return npz(**{name: change(array) for name, array in arrays.items()})


def declared(shape: str) -> bytes:
    """Weights whose first array says that it has a shape of so many digits as the true one."""
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


def with_bit(content: bytes, at: int, bit: int = 0) -> bytes:
    return edited(content, "flip", at, bit)


WEIGHTS = MADE["plain"]["weights.npz"]
DAMAGED_WEIGHTS = {
    "text": other_weights(lambda it: it.astype(str)),
    "bytes": other_weights(lambda it: it.astype(bytes)),
    "dates": other_weights(lambda it: it.astype("datetime64[s]")),
    "whole numbers": other_weights(lambda it: it.astype(np.int32)),
    "twice the digits": other_weights(lambda it: it.astype(np.float64)),
    "objects": other_weights(lambda it: it.astype(object)),
    "complex numbers": other_weights(lambda it: it.astype(np.complex64)),
    "of one seed less": other_weights(lambda it: it[1:]),
    "transposed": other_weights(lambda it: it.T),
    "flat": other_weights(np.ravel),
    "without inputs": npz(
        kernel_1=np.zeros((4, 0, 3), np.float32),
        bias_1=np.zeros((4, 3), np.float32),
        kernel_2=np.zeros((4, 3, 1), np.float32),
        bias_2=np.zeros((4, 1), np.float32),
    ),
    "no arrays": npz(),
    "an array more": npz(**np.load(io.BytesIO(WEIGHTS)), more=np.zeros(3, np.float32)),
    "another name": npz(kernel_0=np.zeros((4, 2, 3), np.float32)),
    "a shape of 10^30": declared(f"({10**30}, 1)"),
    "a shape of 10^12 inputs": declared(f"(4, {10**12}, 3)"),
    "a shape of 10^27": declared(f"({10**9}, {10**9}, {10**9})"),
    "a negative shape": declared("(-4, 2, 3)"),
    "a shape of letters": declared("(a, b, c)"),
    "code for a shape": declared("(__import__('os'),)"),
    "a flipped bit of a flag": with_bit(WEIGHTS, 6),
    "a flipped bit of a packing": with_bit(WEIGHTS, 8, 3),
    "a flipped bit of a name": with_bit(WEIGHTS, 30),
    "a flipped bit of a number": with_bit(WEIGHTS, 200),
    "packed": packed(**{name: it.tobytes() for name, it in np.load(io.BytesIO(WEIGHTS)).items()}),
    "a broken stream": with_bit(packed(kernel_1=bytes(1000)), 48),
    "no archive": b"PK",
    "empty": b"",
    "cut": WEIGHTS[:-1],
    "longer": WEIGHTS + bytes(2 * MEGABYTE),
}


@pytest.mark.parametrize("old", [False, True], ids=["", "without digests"])
@pytest.mark.parametrize("what", DAMAGED_WEIGHTS)
def test_weights_that_are_none_are_named(what: str, old: bool, place: Path) -> None:
    content = without_digests(MADE["plain"]) if old else MADE["plain"]
    with (
        beside(place, content | {"weights.npz": DAMAGED_WEIGHTS[what]}) as folder,
        pytest.raises(DamagedResult, match=r"weights\.npz: (is|has) .*; run the experiment again$"),
    ):
        read_result(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("what", PLACED)
def test_what_is_no_file_is_named_and_not_waited_for(what: str, name: str, place: Path) -> None:
    said = "is missing"
    if what not in ("nothing", "an empty file"):
        said = f"is {what.partition(' to')[0]}, not a file"
    if what == "an empty file":
        said = "is damaged or half-written"
    with beside(place, MADE["plain"]) as folder:
        (folder / name).unlink()
        PLACED[what](folder / name)
        if (what, name) == ("nothing", "history.csv"):
            assert read_result(folder).trainings[0].history == {}
            return
        with pytest.raises(DamagedResult) as error:
            read_result(folder)
        assert str(error.value) == f"{folder / name}: {said}{AGAIN}"
        experiment = made("plain").experiment
        with pytest.raises(NotReusable) as reason:
            reusable(folder, experiment, experiment.dataset.load())
        assert str(reason.value) == f"{folder / name}: {said}"
        results, complaints = read_all(place)
        assert [it.experiment.name for it in results] == ["good"]
        assert complaints == [str(error.value)]


def test_weights_of_other_data_are_not_gone_on_from(place: Path) -> None:
    experiment = made("plain").experiment
    split = experiment.dataset.load()
    arrays = dict(np.load(io.BytesIO(WEIGHTS))) | {"kernel_1": np.zeros((4, 5, 3), np.float32)}
    content = without_digests(MADE["plain"]) | {"weights.npz": npz(**arrays)}
    with beside(place, content) as folder, pytest.raises(NotReusable, match="is of other data"):
        reusable(folder, experiment, split)
    with beside(place, MADE["plain"]) as folder:
        assert same(reusable(folder, experiment, split), made("plain"))


@pytest.mark.parametrize("value", [1e308, -1e308, 1.1, -0.1, 3.5e38])
@pytest.mark.parametrize("part", PARTS)
def test_figures_that_cannot_be_are_named(value: float, part: str, place: Path) -> None:
    values = json.loads(MADE["plain"]["metrics.json"])
    values["runs"][2][part]["accuracy"] = value
    agree(values)
    content = {"metrics.json": to_json(values).encode()}
    with (
        beside(place, MADE["plain"] | without_digests(content)) as folder,
        pytest.raises(DamagedResult, match=r"accuracy of seed 2 is out of its range"),
    ):
        read_result(folder)


def test_whatever_else_was_changed_is_found_by_the_digest(place: Path) -> None:
    text = MADE["plain"]["metrics.json"].decode()
    for old, new in (('"Python": "3', '"Python": "2'), ('"0",', '"2",'), ('"name"', '"game"')):
        assert old in text
        content = MADE["plain"] | {"metrics.json": text.replace(old, new, 1).encode()}
        with (
            beside(place, content) as folder,
            pytest.raises(DamagedResult, match="is damaged, or was changed by hand"),
        ):
            read_result(folder)


def test_digits_that_were_changed_are_found_without_digests(place: Path) -> None:
    for key, change in {
        "summary": lambda it: it["summary"]["test"]["loss"].update(median=0.3),
        "published": lambda it: it["published"]["rounded_accuracy"]["test"].update(value=0.6),
        "diverged": lambda it: it.update(diverged=0),
    }.items():
        content = without_digests(MADE["plain"])
        values = json.loads(content["metrics.json"])
        change(values)
        content["metrics.json"] = to_json(values).encode()
        with (
            beside(place, content) as folder,
            pytest.raises(DamagedResult, match=f"json: {key} does not follow from"),
        ):
            read_result(folder)


@pytest.mark.parametrize("old", [False, True], ids=["", "without digests"])
@pytest.mark.parametrize(
    ("kind", "other", "said"),
    [
        (
            "plain",
            "plain",
            r"is of another run \(seeds 1 to 3, 5 epochs\) than metrics\.json "
            r"\(seeds 0 to 3, 6 epochs\)",
        ),
        (
            "stopped",
            "stopped",
            r"is of another run \(seeds 1 to 3, 9 epochs in all\) than .* 11 epochs in all\)",
        ),
        (
            "plain",
            "classes",
            r"is of another run \(seeds 1 to 3, 5 epochs, test_accuracy, test_loss, "
            r"train_accuracy, train_loss\) than metrics\.json \(seeds 0 to 3, 6 epochs, test_acc",
        ),
    ],
)
def test_a_history_of_another_run_is_told_from_a_damaged_one(
    kind: str, other: str, said: str, old: bool, place: Path
) -> None:
    content = without_digests(MADE[kind]) if old else MADE[kind]
    history = {"history.csv": OTHERS[other]["history.csv"]}
    with (
        beside(place, content | history) as folder,
        pytest.raises(DamagedResult, match=rf"history\.csv: {said}.*{AGAIN}$"),
    ):
        read_result(folder)


@pytest.mark.parametrize("old", [False, True], ids=["", "without digests"])
def test_a_history_of_the_same_seeds_and_epochs_may_be_of_another_run(
    old: bool, place: Path
) -> None:
    content = without_digests(MADE["plain"]) if old else MADE["plain"]
    history = {"history.csv": files(made("another-name"))["history.csv"]}
    with (
        beside(place, content | history) as folder,
        pytest.raises(DamagedResult, match=r"history\.csv: is damaged, or of another run"),
    ):
        read_result(folder)


def test_what_is_left_of_a_stopped_history_may_be_of_another_run(place: Path) -> None:
    content = without_digests(MADE["stopped"])
    content["history.csv"] = b"".join(content["history.csv"].splitlines(keepends=True)[:6])
    with (
        beside(place, content) as folder,
        pytest.raises(DamagedResult, match=r"is half-written, or of another run \(seeds 0 to 1, 5"),
    ):
        read_result(folder)


@pytest.mark.parametrize("name", FILES[:2])
@pytest.mark.parametrize("unit", [b"[],", b"[", b"{},", b"1,", b"- ", b"a: ,", b"\n- ", b"x"])
def test_texts_of_very_many_values_are_named(unit: bytes, name: str, place: Path) -> None:
    content = b"a: [" if name == "config.yaml" else b'{"runs": ['
    content += unit * (3 * MEGABYTE // len(unit))
    with beside(place, MADE["plain"] | {name: content}) as folder:
        assert named(folder)


def test_a_config_that_speaks_of_very_many_trainings_allows_no_more_values(place: Path) -> None:
    values = b"[" + b"{}," * (5 * MEGABYTE) + b"{}]"
    forged = MADE["plain"] | {"config.yaml": b"repeats: 9999999", "metrics.json": values}
    with (
        beside(place, forged) as folder,
        pytest.raises(DamagedResult, match="has more values than it may have"),
    ):
        read_result(folder)


def test_trainings_with_every_metric_have_no_more_values_than_they_may_have() -> None:
    all_metrics = {"loss": "hinge", "metrics": list(of_final_weights("binary classification"))}
    result = made("all", early_stopping={"patience": 1}, **all_metrics)
    runs = as_document(result)["runs"]
    for run in runs:
        for part in PARTS:
            run[part] = dict.fromkeys(run[part], -1.234567890123456e-05)
    text = to_json({"runs": runs}).encode()
    length, values = (most * len(runs) for most in MOST_PER_SEED)
    assert len(text) < length
    assert sum(text.count(mark) for mark in MARKS) < values


def forged_as(kind: str, **config: Any) -> dict[str, bytes]:
    """A result with other values in its config, and all that goes by it right."""
    values = json.loads(MADE[kind]["metrics.json"])
    values["config"] |= config
    agree(values)
    del values["sha256"]
    config_yaml = yaml.safe_dump(values["config"], sort_keys=False).encode()
    content = MADE[kind] | {"metrics.json": to_json(values).encode(), "config.yaml": config_yaml}
    return {name: content[name] for name in FILES if name != "history.csv"}


def test_data_are_not_made_again_at_any_price(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two results of data that take long to make, or of a file without end, or of many values."""
    monkeypatch.delattr("lossbench.data.generators.generate")
    monkeypatch.delattr("lossbench.data.files.DataFile.frame")
    column = pyarrow.nulls(decision_boundaries.MOST_VALUES // 2 + 1, pyarrow.float64())
    table = pyarrow.table({"a": column, "y": column})
    for data in (
        {"generator": "make_moons", "n_samples": 50_000_000},
        {"file": "pipe.csv", "target": "y", "sha256": "0" * 64},
        {"file": "link.csv", "target": "y", "sha256": "0" * 64},
        {"file": "rows.parquet", "target": "y", "sha256": "0" * 64},
        {"file": "rows.csv", "target": "y", "sha256": "0" * 64},
    ):
        content = forged_as("plain", dataset=data)
        with beside(place, content) as folder, beside(place / "bad", content) as other:
            _pipe(folder / "pipe.csv")
            (folder / "link.csv").symlink_to("/dev/zero")
            parquet.write_table(table, folder / "rows.parquet")
            (folder / "rows.csv").write_bytes(b"a,y" + b"\r" * len(column))
            assert read_result(folder).experiment.dataset.generator == data.get("generator")
            (group,) = compare([read_result(folder), read_result(other)])
            assert decision_boundaries.data_of(group, DataFiles()) is None


@pytest.mark.parametrize(
    ("hidden", "asked"), [([100, 100], [6, 6]), ([4000], [3, 3]), ([10_000], []), ([700, 700], [])]
)
def test_large_networks_are_not_asked_for_very_many_points(
    hidden: list[int], asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are as many of them asked: of six trainings that finished, those of some thin lines."""
    calls: list[str] = []

    def counted(experiment: Experiment, *rest: Any) -> Any:
        calls.append(experiment.name)
        return decisions_in_chunks(experiment, *rest)

    monkeypatch.setattr(decision_boundaries, "decisions_in_chunks", counted)
    (group,) = compare([made(it, 7, 1, model={"hidden": hidden}) for it in ("one", "two")])
    figure = decision_boundaries.boundaries(group, group.results[0].experiment.dataset.load())
    assert [calls.count(it.experiment.name) for it in group.results if figure] == asked


def test_a_data_file_without_a_digest_is_not_read(place: Path) -> None:
    content = MADE["plain"]
    values = json.loads(content["metrics.json"])
    values["config"]["dataset"] = {"file": "/dev/zero", "target": "y"}
    del values["sha256"]
    content = content | {"metrics.json": to_json(values).encode()}
    with (
        beside(place, content) as folder,
        pytest.raises(DamagedResult, match="names a data file without its sha256"),
    ):
        read_result(folder)


BOMB = 512 * MEGABYTE
CODE = """
import re, sys
from pathlib import Path
from lossbench.cli.app import main

def run(*arguments):
    sys.argv[1:] = arguments
    try:
        main()
    except SystemExit as end:
        return end.code

def peak():
    # Unlike what getrusage tells, nothing of the process that started this one is in it.
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) // 1024

good, bad = sys.argv[1:]
codes = [run("report", good), run("compare", good, "--json")]
before = peak()
codes += [run("report", bad), run("compare", bad, "--json")]
print(codes, peak() - before, file=sys.stderr)
"""


def test_a_file_that_is_nowhere_on_the_disk_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "it", MADE["plain"]) / "metrics.json"
    os.truncate(file, MOST_HOLES + 2 * MEGABYTE)
    said = "is sparse: it holds fewer bytes than it says; run the experiment again"
    with pytest.raises(DamagedResult, match=said), opened(file):
        pass
    os.truncate(file, MOST_HOLES)
    with opened(file) as few_holes:
        assert few_holes.tell() == 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by Linux")
def test_what_would_fill_the_memory_is_named_and_the_others_reported(tmp_path: Path) -> None:
    good = [files(made(name)) for name in ("good", "better")]
    long = files(made("long", epochs=10**7, early_stopping={"patience": 1}))
    ones = {name: files(made(name)) for name in ("bomb", "shapes", "lists", "yaml", "lines")}
    header = WEIGHTS[WEIGHTS.index(b"\x93NUMPY") :][:128]
    ones["bomb"]["weights.npz"] = packed(1, kernel_1=header + bytes(BOMB))
    ones["shapes"]["weights.npz"] = DAMAGED_WEIGHTS["a shape of 10^30"]
    ones["lists"]["metrics.json"] = b'{"a": [' + b"{}," * (4 * MEGABYTE // 3) + b"{}]}"
    ones["yaml"]["config.yaml"] = b"a: [" + b"a: ," * (MEGABYTE // 4 - 10)
    ones["lines"]["history.csv"] = b"seed,epoch\n" * (2 * MEGABYTE)
    ones |= {it: files(made(it)) for it in ("m", "c", "h", "w")}
    for folder in (tmp_path / "good", tmp_path / "bad"):
        for name, content in zip(("good", "better"), good, strict=True):
            write(folder / name, content)
    for name, content in {"long": long, **ones}.items():
        write(tmp_path / "bad" / name, content)
    for name, file in zip(("m", "c", "h", "w"), FILES, strict=True):
        (tmp_path / "bad" / name / file).unlink()
        (tmp_path / "bad" / name / file).symlink_to("/dev/zero")
    done = subprocess.run(
        [sys.executable, "-c", CODE, tmp_path / "good", tmp_path / "bad"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    *complaints, last = done.stderr.splitlines()
    assert last.startswith("[0, 0, 2, 2] "), done.stderr
    assert int(last.split()[-1]) < 200, last
    assert len(complaints) == 2 * len(ones)
    page = (tmp_path / "bad" / "report.html").read_text()
    assert all(f'id="experiment-{number}"' in page for number in (1, 2, 3))
    assert 'id="experiment-4"' not in page
