"""Every complaint about a single key of a config, word for word."""

from pathlib import Path

import pytest
from example_config import CONFIG, complaints

from lossbench.tables.losses import LOSSES, NAMES, TargetShape
from lossbench.text import named

WHOLE = "must be a whole number"
MAPPING = "must be a mapping of keys to values"
LAYERS = "must be a list of the units of each hidden layer, such as [50]"
SHARE = "must be a share between 0 and 1, or a whole number of rows"
REGRESSION, CLASSIFICATION = (
    named([loss.name for loss in LOSSES.values() if loss.can_fit(TargetShape(classes))])
    for classes in (0, 2)
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
    (
        "epochs: 3",
        "epochs: 3\nname: CON.x",
        "10: name: 'CON.x' is a name that Windows reserves for",
    ),
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
        "10: epoch: 4 is not a known key; did you mean 'epochs'? allowed: batch_size, "
        "class_weight, epochs, metrics, published, repeats, seed, tune and 8 more",
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
        "7: loss.name: 'hing' is not a known name; did you mean 'hinge'? allowed: "
        "categorical_hinge, hinge, kl_divergence, linex, pinball, poisson, smooth_hinge, "
        f"squared_hinge and {len(NAMES) - 8} more",
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
        "loss: msle",
        "7: loss: 'mean_squared_logarithmic_error' does not fit a target of 2 classes; losses that "
        "do: " + CLASSIFICATION,
    ),
    (
        "make_circles",
        "make_regression",
        "7: loss: 'hinge' does not fit a target of real numbers; losses that do: " + REGRESSION,
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
        "8: optimizer.name: 'adm' is not a known name; did you mean 'adam'? allowed: Adam, AdamW, ",
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
        "allowed: make_blobs, make_circles, ",
    ),
    (
        "noise: 0.1",
        "noisee: 0.1",
        "4: dataset.noisee: 0.1 is not a parameter of make_circles; did you mean 'noise'? "
        "allowed: disturb, generator, n_samples, noise, random_state, shape, shuffle, train_size ",
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
        "4: dataset.train_size: 100 must leave rows for both parts, but takes 100 of 100 to train",
    ),
    (
        "noise: 0.1",
        "train_size: 0.001",
        "4: dataset.train_size: 0.001 must leave rows for both parts, but takes 0 of 100 to train",
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
        "allowed: features, method, target",
    ),
    (
        "  accuracy: {train: 0.740}",
        "  acuracy: {train: 0.7}",
        "11: published.acuracy: {'train': 0.7} is not a metric of hinge; did you mean 'accuracy'? "
        "allowed: accuracy, rounded_accuracy",
    ),
    ("0.740", "abc", "11: published.accuracy.train: 'abc' must be a number"),
    (
        "0.740",
        "1:30.5",
        "11: published.accuracy.train: 1:30.5 must be a plain number, such",
    ),
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


@pytest.mark.parametrize(("old", "new", "said"), WRONG_VALUES, ids=[it[2] for it in WRONG_VALUES])
def test_wrong_value_is_named_with_line_key_and_what_is_allowed(
    config: Path, old: str, new: str, said: str
) -> None:
    assert CONFIG.count(old) == 1
    config.write_text(CONFIG.replace(old, new))
    found = [line for line in complaints(config) if line.startswith(f"{config}:{said}")]
    assert len(found) == 1, complaints(config)


# One slip, and what does not follow from it: each is told.
TWOFOLD = ("loss: {nam: hinge}", "loss: msle")


@pytest.mark.parametrize(("old", "new", "said"), WRONG_VALUES, ids=[it[2] for it in WRONG_VALUES])
def test_one_mistake_is_one_complaint(config: Path, old: str, new: str, said: str) -> None:
    config.write_text(CONFIG.replace(old, new))
    assert len(complaints(config)) == 1 + (new in TWOFOLD), said


def test_long_value_is_cut(config: Path) -> None:
    config.write_text(CONFIG.replace("0.740", "x" * 1000))
    (line,) = complaints(config)
    assert line.endswith("xxx... must be a number")
    assert len(line) < len(str(config)) + 150
