"""Files of arrays: which are taken, and what is refused."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load, load_all
from lossbench.config.yaml_writer import to_yaml
from lossbench.data.array_files import ArrayNames, arrays_of
from lossbench.data.arrays import DatasetError, Split
from lossbench.data.files import DataFiles
from lossbench.data.freed import give_back_mapped

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4, 3)).astype(np.float32)
Y = np.arange(60) % 3
WEIGHTS = np.linspace(0.5, 2, 60)
MODEL = {"layers": [{"GRU": 2}]}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("plain.npz", x=X, y=Y, w=WEIGHTS)
    np.savez_compressed("packed.npz", x=X, y=Y, w=WEIGHTS)
    for name, values in {"x": X, "y": Y, "w": WEIGHTS}.items():
        np.save(f"{name}.npy", values)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="it says what is mapped")
def test_what_is_mapped_from_a_file_can_be_given_back_and_is_read_again(tmp_path: Path) -> None:
    np.savez("large.npz", x=np.ones((2**12, 2**10, 1), np.float32), y=np.arange(2**12) % 3)
    split = split_of(file="large.npz", target="y", train_size=0.5)

    def resident() -> int:
        _, of_file = Path("/proc/self/smaps").read_text().split(str(tmp_path / "large.npz"))[:2]
        return int(of_file.split("Rss:")[1].split()[0])

    assert (split.x_train.sum(), split.x_test.sum()) == (2**21, 2**21)
    assert resident() >= 2**14
    give_back_mapped(split.x_train, split.x_test, split.y_train)
    assert resident() < 2**10
    assert split.x_train.sum() == 2**21


def split_of(**dataset: Any) -> Split:
    values = {"dataset": dataset, "model": MODEL, "loss": "categorical_crossentropy", "epochs": 1}
    return load(values).load()[0]


def complaint(**dataset: Any) -> str:
    with pytest.raises(ConfigError) as error:
        split_of(**dataset)
    return str(error.value)


@pytest.mark.parametrize("file", ["plain.npz", "packed.npz", "x.npy"])
def test_all_kinds_of_files_give_the_arrays_that_were_saved(file: str) -> None:
    of_npy = file == "x.npy"
    target, weight = ("y.npy", "w.npy") if of_npy else ("y", "w")
    split = split_of(file=file, target=target, sample_weight=weight)
    np.testing.assert_array_equal(split.x_train, X[:30])
    np.testing.assert_array_equal(split.x_test, X[30:])
    np.testing.assert_array_equal(split.y_test, Y[30:])
    np.testing.assert_array_equal(split.weights_train, WEIGHTS[:30].astype(np.float32))
    assert split.classes == ("0", "1", "2")


@pytest.mark.parametrize("file", ["plain.npz", "x.npy"])
def test_what_is_not_compressed_is_mapped_and_not_copied(file: str) -> None:
    x, _, _ = arrays_of(
        Path(file),
        ArrayNames("y" if file == "plain.npz" else "y.npy", None, None)
        if file != "plain.npz"
        else ArrayNames("y", "x"),
    )
    assert isinstance(x, np.memmap)
    target = "y.npy" if file == "x.npy" else "y"
    named = {} if file == "x.npy" else {"features": "x"}
    split = split_of(file=file, target=target, **named)
    base: Any = split.x_train
    while getattr(base, "base", None) is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)


def test_arrays_in_the_order_of_fortran_and_of_other_types_are_read() -> None:
    images = RNG.integers(0, 255, (60, 4, 3), dtype=np.uint8)
    np.savez("other.npz", x=np.asfortranarray(images), y=np.array(["a", "b", "c"] * 20))
    split = split_of(file="other.npz", target="y")
    np.testing.assert_array_equal(split.x_train, images[:30].astype(np.float32))
    assert split.classes == ("a", "b", "c")


def test_each_number_is_scaled_by_itself_and_rows_keep_their_shape() -> None:
    split = split_of(file="x.npy", target="y.npy", standardize={"features": "train"})
    mean, deviation = X[:30].mean(axis=0), X[:30].std(axis=0)
    np.testing.assert_allclose(split.x_test, (X[30:] - mean) / deviation, rtol=1e-4, atol=1e-5)


def test_shape_makes_images_of_the_features() -> None:
    np.savez("flat.npz", x=X.reshape(60, 12), y=Y)
    split = split_of(file="flat.npz", target="y", shape=[4, 3])
    np.testing.assert_array_equal(split.x_train, X[:30])
    said = "dataset.shape: [5, 3] has 15 numbers, and a row has 12 features"
    assert said in complaint(file="flat.npz", target="y", shape=[5, 3])


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ({"file": "plain.npz", "target": "z"}, "dataset.target: 'z' is not an array of the file"),
        ({"file": "plain.npz", "target": "y"}, "dataset.features: is needed: which of the arrays"),
        ({"file": "plain.npz", "target": "y", "features": "z"}, "features: 'z' is not an array"),
        ({"file": "x.npy", "target": "y"}, "must be the name of an .npy file beside that of"),
        ({"file": "x.npy", "target": "../y.npy"}, "must be the name of an .npy file beside"),
        ({"file": "x.npy", "target": "z.npy"}, "cannot be read: z.npy beside the features"),
        ({"file": "x.npy", "target": "y.npy", "features": "x"}, "features: 'x' is for .npz files"),
        ({"file": "x.npy", "target": "y.npy", "drop": ["a"]}, "is not a key of a file of arrays"),
        ({"file": "x.npy", "target": "y.npy", "missing": "mean"}, "is not a key of a file of arr"),
        ({"file": "x.npy", "target": "y.npy", "split": {"time": "a"}}, "arrays have none"),
        ({"file": "none.npz", "target": "y"}, "dataset.file: 'none.npz' cannot be read: No such"),
        ({"file": "x.npy", "target": "x.npy"}, "has the shape (60, 4, 3); each row needs one"),
        ({"file": "x.npy", "target": "y.npy", "sha256": "0" * 64}, "has changed: its digest is"),
        ({"file": "damaged.npz", "target": "y"}, "cannot be read: it is no file of arrays"),
        ({"file": "damaged.npy", "target": "y.npy"}, "cannot be read: it is no array of numbers"),
        ({"file": "objects.npz", "target": "y"}, "cannot be read: it is no file of arrays"),
        ({"file": "short.npz", "target": "y"}, "dataset.target: 'y' has 59 values for 60 rows"),
        ({"file": "huge.npz", "target": "y"}, "has the whole number 1152921504606846976, too"),
        ({"file": "narrow.npz", "target": "y"}, "shape (60, 3, 0), and no numbers in a row"),
        ({"file": "gaps.npz", "target": "y"}, "has a value in row 7 (from 0) that is not finite"),
        ({"file": "texts.npz", "target": "y"}, "must be numbers, and the array has <U1"),
        ({"file": "houses.csv", "target": "y", "features": "x"}, "is not a key of a data file"),
    ],
)
def test_what_cannot_be_used_is_told(dataset: dict[str, Any], said: str) -> None:
    Path("damaged.npz").write_bytes(Path("plain.npz").read_bytes()[:500])
    Path("damaged.npy").write_bytes(Path("x.npy").read_bytes()[:100])
    np.savez("objects.npz", x=np.array([{}] * 60), y=Y)
    np.savez("short.npz", x=X, y=Y[1:])
    np.savez("huge.npz", x=np.full((60, 2), -(2**60)), y=Y)
    np.savez("narrow.npz", x=np.empty((60, 3, 0)), y=Y)
    gaps = X.copy()
    gaps[7, 1, 2] = np.nan
    np.savez("gaps.npz", x=gaps, y=Y)
    np.savez("texts.npz", x=np.full((60, 2), "a"), y=Y)
    Path("houses.csv").write_text("x,y\n1,2\n")
    assert said in complaint(**dataset)


def test_an_experiment_on_changed_arrays_is_another_one() -> None:
    config = Path("it.yaml")
    values = {"dataset": {"file": "x.npy", "target": "y.npy"}, "model": MODEL, "epochs": 1}
    experiment = load(values | {"loss": "categorical_crossentropy"})
    config.write_text(to_yaml(experiment))
    (case,) = load_all([config])
    assert case.experiment.config_hash == experiment.config_hash
    np.save("y.npy", Y[::-1])
    with pytest.raises(ConfigError, match="has changed: its digest is not"):
        load_all([config])
    assert (
        load(values | {"loss": "mse"} | {"loss": "kld"}).dataset.sha256 != experiment.dataset.sha256
    )


def test_an_archive_whose_members_have_no_ending_of_arrays_has_none() -> None:
    with zipfile.ZipFile("other.npz", "w") as archive:
        archive.writestr("x.txt", "1")
    assert "is not an array of the file" in complaint(file="other.npz", target="y")


def test_an_array_that_would_fill_the_memory_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lossbench.data.array_files.MOST_UNPACKED", X.nbytes)
    assert "x.npy would unpack to" in complaint(file="packed.npz", target="y")


def test_a_command_for_tables_says_what_takes_arrays() -> None:
    with pytest.raises(DatasetError, match="write a config of them; 'choose' takes a folder"):
        DataFiles().read(Path("plain.npz"))
