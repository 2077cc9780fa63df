"""The section of the data: its keys, and the digest of a data file."""

from pathlib import Path
from typing import Any

import pytest
from dataset_configs import TEXT, check_complaint, write_config

from lossbench.config.complaints import ConfigError
from lossbench.config.experiment import Experiment
from lossbench.config.load import load, load_all
from lossbench.data import generators
from lossbench.data.limits import MAX_BYTES

# What the file holds, further keys of the dataset, the loss, and what is said.
REFUSED: list[tuple[bytes, str, str, str]] = [
    (
        TEXT,
        "split: {shuffle: false, stratify: true}",
        "bce",
        "split.stratify: True needs shuffle: ",
    ),
    (TEXT, "split: {shuffle: 1}", "bce", "split.shuffle: 1 must be true or false"),
    (
        TEXT,
        "split: {shufle: true}",
        "bce",
        "split.shufle: True is not a known key; did you mean 's",
    ),
    (
        TEXT,
        "missing: mode",
        "bce",
        "missing: 'mode' is not a known name; allowed: drop, mean, medi",
    ),
    (TEXT, "problem: real", "bce", "problem: 'real' is not a known name; "),
    (TEXT, "drop: a", "bce", "drop: 'a' must be a list of columns, such as [id]"),
    (TEXT, "noise: 1", "bce", "noise: 1 is not a key of a data file; allowed: "),
    (
        TEXT,
        "generator: make_moons",
        "bce",
        "generator: 'make_moons' cannot stand beside a file: data come",
    ),
    (
        TEXT,
        f"sha256: {'a' * 64}",
        "bce",
        "file: 'd.csv' has changed: its digest is not the 'sh",
    ),
    (TEXT, "sha256: x", "bce", "sha256: 'x' is not a digest: 64 characters"),
]


@pytest.mark.parametrize(
    ("content", "keys", "loss", "said"), REFUSED, ids=[it[3] for it in REFUSED]
)
def test_a_wrong_key_of_a_file_is_one_complaint_with_its_place(
    content: bytes, keys: str, loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_complaint(monkeypatch, tmp_path, content, keys, loss, said)


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ("{}", "generator: is missing; it must be one of load_breast_cancer"),
        ("fil: d.csv", "file: is missing; it must be the path of a data file"),
        ("target: y", "file: is missing; it must be the path of a data file"),
        ("file: d.csv", "target: is missing; it must be the name of the column"),
        ("file: 3, target: y", "file: 3 must be text"),
        ("file: d.csv, target: x", "target: 'x' is not a column; allowed: a, y"),
        (
            "file: d.csv, target: yy",
            "target: 'yy' is not a column; did you mean 'y'? allowed: a, y",
        ),
        ("file: no.csv, target: y", "file: 'no.csv' does not exist"),
        ("file: ., target: y", "file: '.' is a folder"),
        (
            "file: it.yaml, target: y",
            "file: 'it.yaml' must end in one of .csv, .tsv, .txt",
        ),
        (
            "file: huge.csv, target: y",
            "file: 'huge.csv' is larger than 2 GB, the most that is read",
        ),
        ("file: loop.csv, target: y", "file: 'loop.csv' "),
        (
            "file: text.parquet, target: y",
            "file: 'text.parquet' is not a Parquet file that can be read",
        ),
        (
            "generator: make_moons, target: y",
            "target: 'y' is a key of data files, not of make_moons",
        ),
        (
            "generator: load_diabetes, random_state: 1",
            "random_state: 1 is not a parameter of load_diabetes",
        ),
        (
            "generator: load_iris",
            "generator: 'load_iris' gives a target that has classes without a row in the training "
            "part: 'virginica'; split: {shuffle: true} shuffles the rows",
        ),
        (
            "generator: make_regression, noise: 1e300",
            "generator: 'make_regression' gives a target that has values that are too large f",
        ),
    ],
    ids=str,
)
def test_what_is_missing_or_out_of_place_is_named(
    dataset: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.csv").write_bytes(TEXT)
    Path("text.parquet").write_bytes(TEXT)
    Path("loop.csv").symlink_to("loop.csv")
    with Path("huge.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    config = write_config(
        Path(),
        dataset.strip("{}"),
        "mse" if "regression" in dataset or "diabetes" in dataset else "kld",
    )
    with pytest.raises(ConfigError) as caught:
        load_all([config])
    lines = [str(it) for it in caught.value.mistakes]
    assert [line for line in lines if line.startswith(f"it.yaml:1: dataset.{said}")] == lines[:1]
    assert len(lines) == 1 + ("fil:" in dataset)


def test_hash_is_of_the_content_and_not_of_the_place(tmp_path: Path) -> None:
    for folder in ("here", "there/deeper"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "d.csv").write_bytes(TEXT)
    here, there = (
        load(write_config(tmp_path / folder, "file: d.csv, target: y"))
        for folder in ("here", "there/deeper")
    )
    assert here.config_hash == there.config_hash
    (tmp_path / "here" / "d.csv").write_bytes(TEXT.replace(b"4", b"5"))
    changed = load(write_config(tmp_path / "here", "file: d.csv, target: y"))
    assert changed.config_hash != here.config_hash


def dataset_of(values: dict[str, Any]) -> Any:
    return Experiment.model_validate(
        {"name": "it", "dataset": values, "model": {"hidden": [4]}, "loss": "bce", "epochs": 1}
    ).dataset


def test_experiment_of_plain_values_knows_its_file(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(TEXT)
    dataset = dataset_of({"file": str(tmp_path / "d.csv"), "target": "y"})
    assert dataset.load().classes == ("x", "z")
    assert len(dataset.sha256) == 64


def test_the_section_of_a_right_config_is_validated_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time, the parameters of its generator are looked up."""
    looked_up = []

    def look_up(generator: str) -> dict[str, Any]:
        looked_up.append(generator)
        return parameters(generator)

    parameters = generators.parameters
    monkeypatch.setattr(generators, "parameters", look_up)
    load(write_config(tmp_path, "generator: make_moons, noise: 0.1"))
    assert looked_up == ["make_moons"]


def test_the_shape_of_rows_is_said_beside_the_data() -> None:
    """Else a report has two groups of the same name."""
    names = ("digits-square", "digits-convolutional-square")
    titles = [load(f"square-loss/{name}").dataset.title for name in names]
    assert titles == ["load_digits", "load_digits, shape 8 x 8 x 1"]
