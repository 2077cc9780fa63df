"""The configs that come with lossbench, and those of a folder."""

import os
from pathlib import Path

import pytest
from example_config import CONFIG, complaints

from lossbench.config.bundled import (
    BUNDLED,
    bundled,
    bundled_folders,
    bundled_names,
    find,
    in_folder,
)
from lossbench.config.complaints import ConfigError
from lossbench.config.load import load, load_all

PUBLISHED = {
    "mse": ("mse", "0.000", "0.001"),
    "msle": ("mse", "0.165", "0.184"),
    "mae": ("mse", "0.002", "0.002"),
    "binary_crossentropy": ("accuracy", "0.836", "0.852"),
    "hinge": ("rounded_accuracy", "0.792", "0.740"),
    "squared_hinge": ("rounded_accuracy", "0.682", "0.646"),
    "categorical_crossentropy": ("accuracy", "0.840", "0.822"),
    "sparse_categorical_crossentropy": ("accuracy", "0.832", "0.818"),
    "kl_divergence": ("accuracy", "0.822", "0.822"),
}
# Of every bundled config: loss, rows, rows that train, units, epochs.
EXPERIMENTS = {
    "mse": ("mean_squared_error", 1000, 500, 25, 100),
    "msle": ("mean_squared_logarithmic_error", 1000, 500, 25, 100),
    "mae": ("mean_absolute_error", 1000, 500, 25, 100),
    "binary_crossentropy": ("binary_crossentropy", 1000, 500, 50, 200),
    "hinge": ("hinge", 1000, 500, 50, 200),
    "squared_hinge": ("squared_hinge", 1000, 500, 50, 200),
    "categorical_crossentropy": ("categorical_crossentropy", 1000, 500, 50, 100),
    "sparse_categorical_crossentropy": ("sparse_categorical_crossentropy", 1000, 500, 50, 100),
    "kl_divergence": ("kl_divergence", 1000, 500, 50, 100),
    "5000-samples/mse": ("mean_squared_error", 5000, 2500, 25, 50),
    "5000-samples/msle": ("mean_squared_logarithmic_error", 5000, 2500, 25, 50),
    "5000-samples/mae": ("mean_absolute_error", 5000, 2500, 25, 50),
    "5000-samples/binary_crossentropy": ("binary_crossentropy", 5000, 2500, 50, 50),
    "5000-samples/hinge": ("hinge", 5000, 2500, 50, 50),
    "5000-samples/categorical_crossentropy": ("categorical_crossentropy", 5000, 500, 50, 50),
    "5000-samples/kl_divergence": ("kl_divergence", 5000, 500, 50, 50),
}

# Of the folders of comparisons: data and losses. What is compared must differ in the loss alone.
SETS = ("iris", "wine", "breast_cancer", "digits", "digits-convolutional", "blobs", "moons")
SHARES = {"clean": 0, "noise-20": 0.2, "noise-40": 0.4, "noise-60": 0.6}
COMPARISONS = {
    "square-loss": (SETS, ("square", "cross-entropy", "squentropy")),
    "label-noise": (tuple(SHARES), ("cross-entropy", "generalized", "mae", "symmetric")),
}


def test_folder_without_configs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no config"):
        in_folder(tmp_path)
    with pytest.raises(ConfigError, match="is not a folder"):
        in_folder(tmp_path / "none")


def test_every_suffix_of_yaml_is_that_of_a_config(tmp_path: Path) -> None:
    names = ["a.yml", "b.yaml", "c.YML", "d.Yaml"]
    for name in (*names, "schema.json", "e.yaml.bak", "yml", "f.txt"):
        (tmp_path / name).write_text(CONFIG)
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "g.yml").write_text(CONFIG)
    assert [path.name for path in in_folder(tmp_path)] == names
    assert [case.experiment.name for case in load_all(in_folder(tmp_path))] == [*"abcd"]


def test_a_config_is_found_by_its_path_or_its_name_whatever_its_suffix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hinge.yml").write_text(CONFIG)
    assert load(tmp_path / "hinge.yml").name == "hinge"
    monkeypatch.setattr("lossbench.config.bundled.BUNDLED", tmp_path)
    assert find("hinge") == tmp_path / "hinge.yml"
    assert bundled_names() == ["hinge"]
    (tmp_path / "hinge.yaml").write_text(CONFIG)
    assert find("hinge") == tmp_path / "hinge.yaml"


def test_a_file_of_that_name_comes_before_a_bundled_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find("hinge") == BUNDLED / "hinge.yaml"
    Path("hinge").write_text(CONFIG)
    assert find("hinge") == Path("hinge")


def test_two_suffixes_make_no_two_names(tmp_path: Path) -> None:
    for name in ("a.yaml", "a.yml"):
        (tmp_path / name).write_text(CONFIG)
    assert complaints(*in_folder(tmp_path)) == [
        f"{tmp_path}/a.yml:1: name: 'a' is the name of {tmp_path}/a.yaml too"
    ]


def test_what_never_ends_is_no_config(tmp_path: Path) -> None:
    for device in ("zero", "ptmx"):
        (tmp_path / f"{device}.yaml").symlink_to(f"/dev/{device}")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "large.yaml").write_text("# " + "x" * 10**6)
    (tmp_path / "linked.yaml").symlink_to(BUNDLED / "hinge.yaml")
    (tmp_path / "nothing.yaml").symlink_to(tmp_path / "none")
    configs = in_folder(tmp_path)
    assert [path.stem for path in configs] == ["large", "linked", "nothing"]
    with pytest.raises(ConfigError) as caught:
        load_all([*configs, tmp_path / "ptmx.yaml", "/dev/zero"])
    large, nothing, *devices = map(str, caught.value.mistakes)
    assert large.endswith("large.yaml:1: is larger than 1000000 bytes, the most that is read")
    assert "nothing.yaml: no such file" in nothing
    assert devices == [
        f"{tmp_path}/ptmx.yaml:1: is a device, not a file",
        "/dev/zero:1: is a device, not a file",
    ]


def test_bundled_configs_are_the_nine_the_seven_and_two_comparisons() -> None:
    names = [path.relative_to(BUNDLED).with_suffix("").as_posix() for path in bundled()]
    compared = [
        f"{folder}/{data}-{loss}"
        for folder, (sets, losses) in COMPARISONS.items()
        for data in sets
        for loss in losses
    ]
    assert sorted(names) == sorted([*EXPERIMENTS, *compared])
    assert [path.name for path in bundled_folders()] == ["5000-samples", *sorted(COMPARISONS)]
    assert [path.stem for path in in_folder(BUNDLED)] == sorted(PUBLISHED)


@pytest.mark.parametrize(
    ("folder", "data"),
    [(folder, data) for folder, (sets, _) in COMPARISONS.items() for data in sets],
)
def test_what_is_compared_differs_in_the_loss_alone(folder: str, data: str) -> None:
    cases = load_all([f"{folder}/{data}-{loss}" for loss in COMPARISONS[folder][1]])
    shared = [
        case.experiment.model_dump(exclude={"name", "loss", "model", "final_metrics"})
        for case in cases
    ]
    assert all(it == shared[0] for it in shared)
    models = [case.experiment.model.model_dump(exclude={"output_activation"}) for case in cases]
    assert all(it == models[0] for it in models)
    assert len({case.experiment.loss.model_dump_json() for case in cases}) == len(cases)
    assert len({case.split.sha256 for case in cases}) == 1


@pytest.mark.parametrize(("data", "share"), SHARES.items())
def test_labels_are_as_wrong_as_the_name_says(data: str, share: float) -> None:
    cases = [load_all([f"label-noise/{it}-mae"])[0] for it in (data, "clean")]
    wrong, right = (case.split for case in cases)
    assert (wrong.y_train != right.y_train).mean() == pytest.approx(share, abs=0.001)
    assert (wrong.y_test == right.y_test).all()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_bundled_config_is_that_of_the_tutorial(name: str) -> None:
    (case,) = load_all([name])
    it, split = case.experiment, case.split
    rows = len(split.x_train) + len(split.x_test)
    assert it.name == Path(name).name
    assert (it.loss.name, rows, len(split.x_train), *it.model.hidden, it.epochs) == EXPERIMENTS[
        name
    ]
    assert (it.batch_size, it.seed, it.repeats) == (32, 0, 30)
    assert it.optimizer.parameters == {"learning_rate": 0.01, "momentum": 0.9}
    wanted = {"regression": (20, "all"), "binary": (2, None), "multi-class": (2, None)}
    problem = it.loss.row.problem.removesuffix(" classification")
    scaled = it.dataset.standardize
    assert (split.x_train.shape[1], scaled.features) == wanted[problem]
    assert scaled.target == scaled.features


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_published_figures_are_those_of_the_tutorial(name: str) -> None:
    found = {
        metric: (str(figures.train), str(figures.test))
        for metric, figures in load(name).published.items()
    }
    if name in PUBLISHED:
        metric, train, test = PUBLISHED[name]
        assert found == {metric: (train, test)}
        assert load(name).metrics[0] == metric
    else:
        assert found == {}
