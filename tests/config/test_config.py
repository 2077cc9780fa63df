"""Every complaint about a config, word for word, and what a right one means."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.datasets
import yaml
from sklearn.preprocessing import StandardScaler

from lossbench.config.bundled import BUNDLED, bundled, in_folder
from lossbench.config.complaints import ConfigError
from lossbench.config.experiment import Experiment
from lossbench.config.load import load, load_all
from lossbench.config.yaml_writer import to_yaml
from lossbench.data.generators import GENERATORS, is_toy_dataset
from lossbench.tables.losses import LOSSES, unfit

GOOD = """\
dataset:
  generator: make_circles
  n_samples: 100
  noise: 0.1
model:
  hidden: [5]
loss: hinge
optimizer: {learning_rate: 0.01}
epochs: 3
published:
  accuracy: {train: 0.740}
"""
KEYS = (
    "batch_size, class_weight, dataset, early_stopping, epochs, loss, metrics, model, name, "
    "optimizer, published, repeats, seed"
)
CIRCLES = (
    "factor, generator, n_samples, noise, random_state, shuffle, split, standardize, train_size"
)
WHOLE = "must be a whole number"
MAPPING = "must be a mapping of keys to values"
LAYERS = "must be a list of the units of each hidden layer, such as [50]"
SHARE = "must be a share between 0 and 1, or a whole number of rows"
CLASSES = (
    "binary_crossentropy, binary_focal_crossentropy, hinge, squared_hinge, "
    "categorical_crossentropy, sparse_categorical_crossentropy, kl_divergence, "
    "categorical_focal_crossentropy, categorical_generalized_cross_entropy, categorical_hinge, "
    "cosine_similarity"
)

# What is replaced in the good config, by what, and what is then said: line, key, value, message.
WRONG_VALUES = [
    ("epochs: 3", "epochs: 0", "9: epochs: 0 must be at least 1"),
    ("epochs: 3", "epochs: 2.5", f"9: epochs: 2.5 {WHOLE}"),
    ("epochs: 3", "epochs: 1e2", f"9: epochs: 100.0 {WHOLE}"),
    ("epochs: 3", "epochs: yes", f"9: epochs: True {WHOLE}"),
    ("epochs: 3", "epochs: '3'", f"9: epochs: '3' {WHOLE}"),
    ("epochs: 3", "", "1: epochs: is missing; it must be a whole number of at least 1"),
    ("epochs: 3", "epochs: 3\nrepeats: 0", "10: repeats: 0 must be at least 1"),
    ("epochs: 3", "epochs: 3\nbatch_size: 0", "10: batch_size: 0 must be at least 1"),
    ("epochs: 3", "epochs: 3\nseed: -1", "10: seed: -1 must be at least 0"),
    ("epochs: 3", "epochs: 3\nseed: 4294967296", "10: seed: 4294967296 must be less than 42949672"),
    ("epochs: 3", "epochs: 3\nname: ../x", "10: name: '../x' must be letters, digits and any of"),
    (
        "epochs: 3",
        "epochs: 3\nname: /tmp/x",
        "10: name: '/tmp/x' must be letters, digits and any of",
    ),
    ("epochs: 3", "epochs: 3\nname: 'C:\\x'", r"10: name: 'C:\\x' must be letters, digits and any"),
    ("epochs: 3", "epochs: 3\nname: CON.x", "10: name: 'CON.x' is a name that Windows keeps for a"),
    ("epochs: 3", "epochs: 3\nname: x.", "10: name: 'x.' must not end with a dot"),
    (
        "epochs: 3",
        "epochs: 3\nname: summary.md",
        "10: name: 'summary.md' is the name of a file that",
    ),
    ("epochs: 3", "epochs: 1000000000000", "9: epochs: 1000000000000 must be at most 10000000"),
    (
        "epochs: 3",
        "epochs: 10000000",
        "9: epochs: 10000000 times 30 repeats are more than 100000000 e",
    ),
    (
        "epochs: 3",
        "epochs: 3\nrepeats: 1000000000",
        "10: repeats: 1000000000 must be at most 1000000",
    ),
    ("epochs: 3", f"epochs: 3\nseed: {'9' * 5000}", "1: invalid YAML: Exceeds the limit"),
    ("epochs: 3", 'epochs: 3\n"a\\n\\e[31mb": 1', r"10: a\n\x1b[31mb: 1 is not a known key"),
    (
        "epochs: 3",
        "epochs: 3\nepoch: 4",
        f"10: epoch: 4 is not a known key; did you mean 'epochs'? allowed: {KEYS}",
    ),
    ("[5]", "[]", "6: model.hidden: [] must have at least one layer"),
    ("[5]", "[5, 0]", "6: model.hidden.1: 0 must be at least 1"),
    ("[5]", "[a]", f"6: model.hidden.0: 'a' {WHOLE}"),
    ("[5]", "5", f"6: model.hidden: 5 {LAYERS}"),
    ("  hidden: [5]", "  {}", "5: model.hidden: is missing; it must be a list of the units"),
    ("  hidden: [5]", "", f"5: model: None {MAPPING}"),
    (
        "[5]",
        "[5]\n  activation: rellu",
        "7: model.activation: 'rellu' is not a known name; did you mean 'relu'? allowed: celu, elu",
    ),
    (
        "[5]",
        "[5]\n  output_activation: sigmoid",
        "7: model.output_activation: 'sigmoid' does not fit hinge; allowed: linear, tanh",
    ),
    (
        "loss: hinge",
        "loss: hing",
        "7: loss.name: 'hing' is not a known name; did you mean 'hinge'? allowed: bce, binary_cr",
    ),
    (
        "loss: hinge",
        "loss: {nam: hinge}",
        "7: loss.nam: 'hinge' is not a known key; did you mean 'name'?",
    ),
    (
        "loss: hinge",
        "loss: {name: bce, label_smoothing: 2}",
        "7: loss.label_smoothing: 2 must be at least 0 and at most 1",
    ),
    (
        "loss: hinge",
        "loss: {name: bce, label_smooting: 0}",
        "7: loss.label_smooting: 0 is not a parameter of binary_crossentropy; did you mean "
        "'label_smoothing'? allowed: label_smoothing, name",
    ),
    (
        "loss: hinge",
        "loss: mae",
        "7: loss: 'mean_absolute_error' does not fit a target of 2 classes; losses that do: "
        + CLASSES,
    ),
    (
        "make_circles",
        "make_regression",
        "7: loss: 'hinge' does not fit a target of real numbers; losses that do: "
        "mean_squared_error, mean_squared_logarithmic_error, mean_absolute_error",
    ),
    ("0.01}", "-1e-3}", "8: optimizer.learning_rate: -0.001 must be greater than 0"),
    ("0.01}", "0}", "8: optimizer.learning_rate: 0 must be greater than 0"),
    ("0.01}", ".inf}", "8: optimizer.learning_rate: inf must be a number"),
    (
        "0.01}",
        "0.01, momentum: -1}",
        "8: optimizer.momentum: -1 must be at least 0 and at most 1",
    ),
    ("{learning_rate: 0.01}", "[3]", f"8: optimizer: [3] {MAPPING}"),
    (
        "{learning_rate: 0.01}",
        "adm",
        "8: optimizer.name: 'adm' is not a known name; did you mean 'adam'? allowed: Adadelta",
    ),
    (
        "{learning_rate: 0.01}",
        "{learning_rat: 0.01}",
        "8: optimizer.learning_rat: 0.01 is not a parameter of SGD; did you mean 'learning_rate'?",
    ),
    (
        "make_circles",
        "make_circle",
        "2: dataset.generator: 'make_circle' is not a known name; did you mean 'make_circles'? "
        "allowed: load_breast_cancer, load_di",
    ),
    (
        "noise: 0.1",
        "noisee: 0.1",
        "4: dataset.noisee: 0.1 is not a parameter of make_circles; did you mean 'noise'? "
        f"allowed: {CIRCLES}",
    ),
    ("noise: 0.1", "noise: -1", "4: dataset.noise: -1 must be a float in the range [0.0, inf) or"),
    (
        "noise: 0.1",
        "random_state: null",
        f"4: dataset.random_state: None {WHOLE}: the same config gives",
    ),
    ("noise: 0.1", "train_size: 1.5", f"4: dataset.train_size: 1.5 {SHARE}"),
    ("noise: 0.1", "train_size: 0", f"4: dataset.train_size: 0 {SHARE}"),
    ("noise: 0.1", "train_size: 1.0", f"4: dataset.train_size: 1.0 {SHARE}"),
    ("noise: 0.1", "train_size: yes", f"4: dataset.train_size: True {SHARE}"),
    (
        "noise: 0.1",
        "train_size: 100",
        "4: dataset.train_size: 100 must leave rows for both parts, and takes 100 of 100 to train",
    ),
    (
        "noise: 0.1",
        "train_size: 0.001",
        "4: dataset.train_size: 0.001 must leave rows for both parts, and takes 0 of 100 to train",
    ),
    (
        "noise: 0.1",
        "standardize: {features: tain}",
        "4: dataset.standardize.features: 'tain' is not a known name; did you mean 'train'? "
        "allowed: all, train",
    ),
    (
        "noise: 0.1",
        "standardize: {feature: all}",
        "4: dataset.standardize.feature: 'all' is not a known key; did you mean 'features'? "
        "allowed: features, target",
    ),
    (
        "  accuracy: {train: 0.740}",
        "  acuracy: {train: 0.7}",
        "11: published.acuracy: {'train': 0.7} is not a metric of hinge; did you mean 'accuracy'? "
        "allowed: accuracy, rounded_accuracy",
    ),
    ("0.740", "abc", "11: published.accuracy.train: 'abc' must be a number"),
    ("0.740", "1:30.5", "11: published.accuracy.train: '1:30.5' must be a number"),
    (
        "0.740",
        f"1{'0' * 300}",
        f"11: published.accuracy.train: 1{'0' * 56}... must be below 1e300, with at most 50",
    ),
    ("0.740", f"0.{'0' * 51}", "11: published.accuracy.train: 0.0 must be below 1e300, with at"),
    (
        "train: 0.740",
        "tain: 0.7",
        "11: published.accuracy.tain: 0.7 is not a known key; did you mean 'train'? allowed: test,",
    ),
    ("{train: 0.740}", "3", f"11: published.accuracy: 3 {MAPPING}"),
    ("noise: 0.1", "noise: 0.1\n  noise: 0.2", "5: dataset.noise: comes twice, first on line 4"),
]

# The whole content of a file, and what is said of it.
NO_CONFIGS = [
    (b"", "1: is empty"),
    (b"# nothing\n", "1: is empty"),
    (b"\x00\xff\x01", "1: is not a text file in UTF-8 (invalid start byte)"),
    (b"a: \x01\n", "1: has a character that YAML does not allow"),
    (b"a:\n  b: [1\n", "3: invalid YAML: expected ',' or ']'"),
    (b"a:\n\tb: 1\n", "2: invalid YAML: found character '\\t' that cannot start any token"),
    (b"a: 1\n---\nb: 1\n", "2: invalid YAML: but found another document"),
    (b"a: &x 1\nb: *x\n", "2: anchors and aliases are not supported"),
    (b"a: !!python/object:os.system x\n", "1: tags are not supported"),
    (b"a: 1\nb: !!int ''\n", "2: tags are not supported"),
    (b"epochs: 3\n1: 2\n", "2: the key '1' is not text"),
    (b"? [1]\n: 2\n", "1: the key is not text"),
    (b"- a\n", f"1: ['a'] {MAPPING}"),
]

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


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "it.yaml"
    path.write_text(GOOD)
    return path


def complaints(*configs: str | Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_all(configs)
    return [str(problem) for problem in caught.value.mistakes]


def with_dataset(config: Path, dataset: str, loss: str) -> Experiment:
    config.write_text(
        f"dataset: {{{dataset}}}\nloss: {loss}\nmodel: {{hidden: [5]}}\nepochs: 3\nseed: 1\n"
    )
    return load(config)


@pytest.mark.parametrize(("old", "new", "said"), WRONG_VALUES, ids=[it[2] for it in WRONG_VALUES])
def test_wrong_value_is_named_with_line_key_and_what_is_allowed(
    config: Path, old: str, new: str, said: str
) -> None:
    assert GOOD.count(old) == 1
    config.write_text(GOOD.replace(old, new))
    found = [line for line in complaints(config) if line.startswith(f"{config}:{said}")]
    assert len(found) == 1, complaints(config)


# One slip, and what does not follow from it: each is told.
TWOFOLD = ("loss: {nam: hinge}", "loss: mae")


@pytest.mark.parametrize(("old", "new", "said"), WRONG_VALUES, ids=[it[2] for it in WRONG_VALUES])
def test_one_mistake_is_one_complaint(config: Path, old: str, new: str, said: str) -> None:
    config.write_text(GOOD.replace(old, new))
    assert len(complaints(config)) == 1 + (new in TWOFOLD), said


@pytest.mark.parametrize(("content", "said"), NO_CONFIGS, ids=[it[1] for it in NO_CONFIGS])
def test_file_that_is_no_config(config: Path, content: bytes, said: str) -> None:
    config.write_bytes(content)
    (line,) = complaints(config)
    assert line.startswith(f"{config}:{said}")


def test_missing_file_names_the_nearest_bundled_config() -> None:
    (line,) = complaints("hige")
    said = "hige: no such file, nor a bundled config of that name; did you mean 'hinge'? allowed: "
    assert line.startswith(said)
    assert "5000-samples/hinge" in line


def test_folder_is_no_config(tmp_path: Path) -> None:
    said = "is a folder; 'lossbench run-all' runs the configs in a folder"
    assert complaints(tmp_path) == [f"{tmp_path}: {said}"]


def test_unreadable_file(config: Path) -> None:
    # Permissions do not stop root; a link to itself stops everybody.
    config.unlink()
    config.symlink_to(config)
    (line,) = complaints(config)
    assert line.startswith(f"{config}: cannot be read: Too many levels of symbolic links")


def test_folder_without_configs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no config"):
        in_folder(tmp_path)
    with pytest.raises(ConfigError, match="is not a folder"):
        in_folder(tmp_path / "none")


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
    assert large.endswith("large.yaml:1: is larger than the 1000000 bytes that are read at most")
    assert "nothing.yaml: no such file" in nothing
    assert devices == [
        f"{tmp_path}/ptmx.yaml:1: is a device, not a file",
        "/dev/zero:1: is a device, not a file",
    ]


def test_a_pipe_that_is_named_is_read() -> None:
    ends = os.pipe()
    os.write(ends[1], (BUNDLED / "hinge.yaml").read_bytes())
    os.close(ends[1])
    assert load(f"/dev/fd/{ends[0]}").loss.name == "hinge"
    os.close(ends[0])


def test_two_configs_of_one_name(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "it.yaml"
    other.parent.mkdir()
    other.write_text(GOOD)
    assert complaints(config, other) == [f"{other}:1: name: 'it' is the name of {config} too"]


def test_two_configs_of_one_name_are_found_where_one_is_wrong(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "it.yaml"
    other.parent.mkdir()
    other.write_text(GOOD.replace("epochs: 3", "epochs: 0"))
    assert [line.removeprefix(f"{other}:") for line in complaints(config, other)] == [
        "9: epochs: 0 must be at least 1",
        f"1: name: 'it' is the name of {config} too",
    ]


def test_all_errors_of_all_files_come_in_one_go(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.yaml" for name in "abc")
    first.write_text(
        "dataset: {generator: make_circles, n_samples: x, noise: -1}\n"
        "model: {hidden: [0, a], output_activation: sigmoid}\n"
        "loss: hinge\n"
        "optimizer: {name: adm, learning_rate: -1}\n"
        "epochs: 0\n"
        "repeats: 0\n"
        "repeats: 0\n"
        "published: {mse: {train: x}}\n"
    )
    second.write_text(
        "dataset: {generator: make_circles, noisee: 1, train_size: 1.5}\n"
        "model: {hidden: []}\n"
        "loss: mse\n"
        "epochs: 1\n"
    )
    third.write_text("a: [")
    found = complaints(first, second, third, "nowhere")
    keys = [re.sub(r"^.*/(\w)\.yaml:(\d+): ([\w.]+): .*", r"\1 \2 \3", line) for line in found]
    assert sorted(keys[:-2]) == [
        "a 1 dataset.n_samples",
        "a 1 dataset.noise",
        "a 2 model.hidden.0",
        "a 2 model.hidden.1",
        "a 2 model.output_activation",
        "a 4 optimizer.learning_rate",
        "a 4 optimizer.name",
        "a 5 epochs",
        "a 7 repeats",
        "a 7 repeats",
        "a 8 published.mse",
        "a 8 published.mse.train",
        "b 1 dataset.noisee",
        "b 1 dataset.train_size",
        "b 2 model.hidden",
        "b 3 loss",
    ]
    assert found[-2].startswith(f"{third}:1: invalid YAML")
    assert found[-1].startswith("nowhere: no such file")


# What is put into a right config of three blobs, and all that is then said.
BLOBS = """\
dataset: {generator: make_blobs, n_samples: 90}
model: {hidden: [5]}
loss: categorical_crossentropy
epochs: 3
"""
ODDS = [
    (
        "model: {hidden: [5]}",
        "model: {hidden: [5, {units: 3, dropuot: 0.1}, {dropout: 1}, {units: 0}], l1: x}",
        [
            "2: model.hidden.1.dropuot: 0.1 is not a known key; did you mean 'dropout'? allowed: "
            "activation, batch_normalization, dropout, kernel_initializer, l1, l2, units",
            "2: model.hidden.2.units: is missing; it must be a whole number of at least 1",
            "2: model.hidden.2.dropout: 1 must be less than 1",
            "2: model.hidden.3.units: 0 must be at least 1",
            "2: model.l1: 'x' must be a number",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\noptimizer: {name: sgd, learning_rate: {schedule: CosineDecay, alfa: 1}}",
        [
            "5: optimizer.learning_rate.alfa: 1 is not a parameter of CosineDecay; did you mean "
            "'alpha'? allowed: alpha, decay_steps, initial_learning_rate, schedule, "
            "warmup_steps, warmup_target",
            "5: optimizer.learning_rate.initial_learning_rate: is missing; CosineDecay needs it",
            "5: optimizer.learning_rate.decay_steps: is missing; CosineDecay needs it",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\noptimizer: {clipnorm: 1, clipvalue: 1}",
        [
            "5: optimizer.clipvalue: 1 cannot be combined with clipnorm; Keras takes one of "
            "clipnorm, clipvalue, global_clipnorm"
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\noptimizer: {ema_momentum: 0.5}",
        ["5: optimizer.ema_momentum: 0.5 has no effect without use_ema: true"],
    ),
    (
        "epochs: 3",
        "epochs: 3\nclass_weight: {0: 1, 4: 2}",
        ["5: class_weight.4: 2.0 is not a class; allowed: 0, 1, 2"],
    ),
    (  # what needs the data is said beside what is wrong by itself
        "epochs: 3",
        "epochs: 0\nbatch_size: x\nclass_weight: {0: 1, 4: 2}\nmetrics: [f1]",
        [
            "4: epochs: 0 must be at least 1",
            "5: batch_size: 'x' must be a whole number",
            "6: class_weight.4: 2.0 is not a class; allowed: 0, 1, 2",
            "7: metrics.0: 'f1' is not a metric of categorical_crossentropy; allowed: accuracy, "
            "balanced_accuracy, f1_macro, roc_auc",
        ],
    ),
    (
        "loss: categorical_crossentropy\nepochs: 3",
        "loss: hinge\nepochs: 0",
        [
            "3: loss: 'hinge' does not fit a target of 3 classes; losses that do: "
            "categorical_crossentropy, sparse_categorical_crossentropy, kl_divergence, "
            "categorical_focal_crossentropy, categorical_generalized_cross_entropy, "
            "categorical_hinge, cosine_similarity",
            "4: epochs: 0 must be at least 1",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nclass_weight: {0: -1}",
        ["5: class_weight: {'0': -1} must have weights that are numbers of at least 0"],
    ),
    (
        "epochs: 3",
        "epochs: 3\nearly_stopping: {validation_size: 45}",
        [
            "5: early_stopping.validation_size: 45 must leave rows to train on and rows to judge "
            "by, of the 45 that train"
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nearly_stopping: {patience: -1, patince: 3}",
        [
            "5: early_stopping.patience: -1 must be at least 0",
            "5: early_stopping.patince: 3 is not a known key; did you mean 'patience'? allowed: "
            "min_delta, patience, validation_size",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nmetrics: [f1]",
        [
            "5: metrics.0: 'f1' is not a metric of categorical_crossentropy; allowed: accuracy, "
            "balanced_accuracy, f1_macro, roc_auc"
        ],
    ),
    (
        "n_samples: 90}",
        "n_samples: 90, train_size: 88}\nmetrics: [roc_auc]",
        ["2: metrics.0: 'roc_auc' needs all classes in the test rows"],
    ),
    (
        "epochs: 3",
        "epochs: 3\npublished: {roc_auc: {test: 0.9}}",
        ["5: published.roc_auc: {'test': 0.9} is not reported; ask for it by metrics: [roc_auc]"],
    ),
    (
        "loss: categorical_crossentropy",
        "loss: {name: categorical_focal_crossentropy, alpha: [1, 2]}",
        ["3: loss.alpha: [1.0, 2.0] must be a number, or have one for each of the 3 classes"],
    ),
    (
        "loss: categorical_crossentropy",
        "loss: {name: categorical_crossentropy, from_logits: true}",
        [
            "3: loss.from_logits: True is not said here: the output is of logits with "
            "output_activation: linear"
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), ODDS, ids=[it[1] for it in ODDS])
def test_what_does_not_fit_the_engine_is_said_before_training(
    config: Path, old: str, new: str, said: list[str]
) -> None:
    config.write_text(BLOBS.replace(old, new))
    assert complaints(config) == [f"{config}:{it}" for it in said]


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("poisson", "needs a target that is not negative, and this one goes down to -"),
        ("mape", None),
    ],
)
def test_a_target_that_the_loss_has_no_value_for_is_refused(
    config: Path, loss: str, said: str | None
) -> None:
    data = "generator: make_regression, n_samples: 60, n_features: 3"
    if said is None:
        assert with_dataset(config, data, loss).loss.name == "mean_absolute_percentage_error"
        assert unfit("not zero", np.array([1.0, 0.0])) == (
            "divides by the target, and this one is 0 in places"
        )
        return
    with pytest.raises(ConfigError, match=said):
        with_dataset(config, data, loss)


def test_long_value_is_cut(config: Path) -> None:
    config.write_text(GOOD.replace("0.740", "x" * 1000))
    (line,) = complaints(config)
    assert line.endswith("xxx... must be a number")
    assert len(line) < len(str(config)) + 150


@pytest.mark.parametrize("written", ["1e-3", "1E-3", "1.0e-3", "0.001", ".1e-2", "+1e-3"])
def test_exponent_without_a_dot_is_a_number(config: Path, written: str) -> None:
    config.write_text(GOOD.replace("0.01}", f"{written}}}"))
    assert load(config).optimizer.parameters["learning_rate"] == 0.001


def test_defaults(config: Path) -> None:
    experiment = with_dataset(config, "generator: make_blobs", "kld")
    assert experiment.loss.name == "kl_divergence"
    assert experiment.optimizer.parameters == {"learning_rate": 0.01, "momentum": 0.9}
    assert (experiment.batch_size, experiment.repeats, experiment.dataset.train_size) == (
        32,
        30,
        0.5,
    )
    assert experiment.seeds == range(1, 31)
    assert experiment.dataset.parameters["random_state"] == 0
    assert (experiment.model.activation, experiment.output_activation) == ("relu", "softmax")
    assert experiment.model.kernel_initializer == "he_uniform"


@pytest.mark.parametrize("name", [*EXPERIMENTS, "it"])
def test_resolved_config_reloads_as_the_same_experiment(
    name: str, config: Path, tmp_path: Path
) -> None:
    experiment = load(config if name == "it" else name)
    again = tmp_path / "config.yaml"
    again.write_text(to_yaml(experiment))
    assert load(again) == experiment
    assert load(again).config_hash == experiment.config_hash
    assert to_yaml(load(again)) == to_yaml(experiment)


def test_name_that_looks_like_a_number_is_quoted(config: Path, tmp_path: Path) -> None:
    path = config.rename(tmp_path / "1e-3.yaml")
    experiment = load(path)
    assert experiment.name == "1e-3"
    path.write_text(to_yaml(experiment))
    assert load(path) == experiment


def test_figures_keep_their_decimals(config: Path) -> None:
    assert "train: 0.740\n" in to_yaml(load(config))
    config.write_text(GOOD.replace("0.740", "1e1, test: 1"))
    assert "train: 10\n    test: 1\n" in to_yaml(load(config))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epochs: 3", "epochs: 3\nname: other"),
        ("epochs: 3", "epochs: 3\nseed: 7"),
        ("epochs: 3", "epochs: 3\nrepeats: 7"),
        ("0.740", "0.741"),
        ("epochs: 3", "epochs: 3\nmetrics: [f1]"),
        ("loss: hinge", "loss: {name: hinge}"),
        ("noise: 0.1", "noise: 1e-1"),
        ("noise: 0.1", "noise: 0.1\n  random_state: 0"),
    ],
)
def test_config_hash_ignores_what_decides_no_training(config: Path, old: str, new: str) -> None:
    before = load(config).config_hash
    config.write_text(GOOD.replace(old, new))
    assert load(config).config_hash == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epochs: 3", "epochs: 4"),
        ("epochs: 3", "epochs: 3\nbatch_size: 16"),
        ("make_circles", "make_moons"),
        ("100", "102"),
        ("0.1", "0.2"),
        ("noise: 0.1", "noise: 0.1\n  random_state: 1"),
        ("noise: 0.1", "noise: 0.1\n  train_size: 40"),
        ("noise: 0.1", "noise: 0.1\n  standardize: {features: all}"),
        ("noise: 0.1", "noise: 0.1\n  standardize: {features: train}"),
        ("[5]", "[6]"),
        ("[5]", "[5, 5]"),
        ("[5]", "[5]\n  activation: tanh"),
        ("[5]", "[5]\n  kernel_initializer: zeros"),
        ("[5]", "[5]\n  output_activation: linear"),
        ("loss: hinge", "loss: squared_hinge"),
        ("loss: hinge", "loss: {name: bce, label_smoothing: 0.1}"),
        ("0.01}", "0.02}"),
        ("0.01}", "0.01, momentum: 0}"),
    ],
)
def test_config_hash_changes_with_everything_else(config: Path, old: str, new: str) -> None:
    before = load(config).config_hash
    config.write_text(GOOD.replace(old, new))
    assert load(config).config_hash != before


def test_bundled_configs_are_the_nine_and_the_seven() -> None:
    names = [path.relative_to(BUNDLED).with_suffix("").as_posix() for path in bundled()]
    assert sorted(names) == sorted(EXPERIMENTS)
    assert [path.stem for path in in_folder(BUNDLED)] == sorted(PUBLISHED)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_bundled_config_is_the_articles(name: str) -> None:
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
def test_published_figures_are_the_articles(name: str) -> None:
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


@pytest.mark.parametrize(
    ("generator", "parameters", "loss"),
    [
        ("make_circles", {"n_samples": 60, "noise": 0.1, "random_state": 1}, "hinge"),
        ("make_moons", {"n_samples": [30, 31]}, "bce"),
        ("make_blobs", {"n_samples": 60, "centers": 3, "cluster_std": 2, "random_state": 2}, "kld"),
        ("make_regression", {"n_samples": 60, "n_features": 20, "noise": 0.1}, "mse"),
        *(
            (name, {}, "mae" if kind == "real" else "kld")
            for name, kind in GENERATORS.items()
            if not is_toy_dataset(name)
        ),
    ],
)
def test_data_are_scikit_learns_own(
    config: Path, generator: str, parameters: dict[str, Any], loss: str
) -> None:
    written = yaml.safe_dump({"generator": generator} | parameters, default_flow_style=True)
    split = with_dataset(config, written.strip()[1:-1], loss).dataset.load()
    arguments = {"random_state": 0} | {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in parameters.items()
    }
    x, y = getattr(sklearn.datasets, generator)(**arguments)[:2]
    part = round(len(x) / 2)
    np.testing.assert_array_equal(split.x_train, x[:part].astype(np.float32))
    np.testing.assert_array_equal(split.x_test, x[part:].astype(np.float32))
    if split.classes:
        y = np.searchsorted(np.unique(y), y)
    np.testing.assert_array_equal(split.y_train, y[:part].astype(split.y_train.dtype))
    np.testing.assert_array_equal(split.y_test, y[part:].astype(split.y_test.dtype))


@pytest.mark.parametrize(("train_size", "rows"), [("0.25", 25), ("30", 30), ("99", 99), ("2", 2)])
def test_train_size_is_a_share_or_a_number_of_rows(
    config: Path, train_size: str, rows: int
) -> None:
    dataset = f"generator: make_regression, train_size: {train_size}"
    split = with_dataset(config, dataset, "mae").dataset.load()
    assert (len(split.x_train), len(split.x_test)) == (rows, 100 - rows)


@pytest.mark.parametrize("rows", ["all", "train"])
def test_scalers_are_fitted_on_the_rows_that_are_named(config: Path, rows: str) -> None:
    dataset = "generator: make_regression, n_samples: 60, n_features: 3, n_informative: 2"
    scaled = f"{dataset}, standardize: {{features: {rows}, target: {rows}}}"
    split = with_dataset(config, scaled, "mse").dataset.load()
    x, y = sklearn.datasets.make_regression(60, 3, n_informative=2, random_state=0)
    fitted_on = slice(None) if rows == "all" else slice(30)
    x = StandardScaler().fit(x[fitted_on]).transform(x)
    y = StandardScaler().fit(y[fitted_on, None]).transform(y[:, None])[:, 0]
    found = np.concatenate([split.x_train, split.x_test])
    np.testing.assert_allclose(found, x, rtol=1e-6, atol=1e-7)
    found = np.concatenate([split.y_train, split.y_test])
    np.testing.assert_allclose(found, y, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_every_loss_loads_by_its_aliases(config: Path, loss: Any) -> None:
    generator = "make_friedman1" if loss.problem == "regression" else "make_circles"
    for name in (loss.name, *loss.aliases):
        assert with_dataset(config, f"generator: {generator}", name).loss.name == loss.name


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ("generator: make_regression, n_targets: 2", "n_targets: 2 must be 1"),
        ("generator: make_blobs, centers: {a: 3}", "generator: 'make_blobs' refuses these param"),
        ("generator: make_blobs, cluster_std: [1, 2]", "generator: 'make_blobs' refuses these"),
        ("generator: make_classification, n_classes: 9", "generator: 'make_classification' refus"),
        (
            "generator: make_blobs, n_samples: 0",
            "n_samples: 0 must be an int in the range [1, inf)",
        ),
    ],
)
def test_what_scikit_learn_refuses_is_a_complaint_of_one_line(
    config: Path, dataset: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        with_dataset(config, dataset, "mse")
    assert f"{config}:1: dataset.{said}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == len(caught.value.mistakes)
