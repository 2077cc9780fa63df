"""Whatever is in a config, it is taken or refused: no traceback, no hang, nothing written.

Valid configs are broken in every way that could be thought of, by values, keys and bytes.
"""

import contextlib
import io
import signal
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from command import lossbench_process
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lossbench.cli.main import main
from lossbench.config.bundled import bundled
from lossbench.config.complaints import ConfigError
from lossbench.config.experiment import Experiment
from lossbench.config.load import load
from lossbench.config.sections.model import ACTIVATIONS, INITIALIZERS
from lossbench.data.generators import GENERATORS
from lossbench.tables.losses import LOSSES
from lossbench.tables.metrics import METRICS
from lossbench.tables.optimizers import OPTIMIZERS, SCHEDULES

HOUSES = "id,size,district,kind,price\n" + "".join(
    f"{number},{50 + 7 * number % 90},{'abc'[number % 3]},{('flat', 'house')[number % 2]},"
    f"{'' if number == 9 else 1000 + 13 * number % 400}.5\n"
    for number in range(60)
)
# What the bundled configs have not.
RICH = """
dataset: {generator: make_moons, n_samples: 200, noise: 0.3, random_state: 1}
model:
  hidden: [50, {units: 20, activation: tanh, dropout: 0.2, batch_normalization: true}]
  l2: 0.001
loss: {name: binary_focal_crossentropy, gamma: 1.5}
optimizer:
  name: AdamW
  learning_rate: {schedule: CosineDecay, initial_learning_rate: 0.01, decay_steps: 1200}
class_weight: {"0": 1, "1": 2}
early_stopping: {patience: 10, min_delta: 0.01, validation_size: 0.2}
metrics: [balanced_accuracy, f1, roc_auc]
epochs: 100
---
dataset:
  file: ../houses.csv
  target: price
  drop: [id]
  sample_weight: size
  missing: drop
  problem: regression
  split: {shuffle: true, random_state: 3}
  train_size: 0.7
  standardize: {features: train, target: all}
model: {hidden: [{units: 4, l1: 0.1}], dropout: 0.5}
loss: {name: huber, delta: 2}
optimizer:
  learning_rate: {schedule: PiecewiseConstantDecay, boundaries: [10, 20], values: [0.1, 0.05, 0.01]}
  clipnorm: 1
metrics: [r2]
epochs: 5
---
dataset: {file: ../houses.csv, target: kind, missing: mean, split: {stratify: true}}
model: {hidden: [5], output_activation: linear}
loss: {name: categorical_focal_crossentropy, alpha: [0.3, 0.7]}
optimizer: {name: SGD, use_ema: true, ema_momentum: 0.9, nesterov: true}
class_weight: balanced
early_stopping: {validation_size: 5}
metrics: [f1_macro]
epochs: 5
---
dataset: {generator: load_diabetes}
model: {hidden: [5]}
loss: {function: "mylosses:asymmetric", labels: real, weight: 3}
epochs: 5
"""
VALID = [yaml.safe_load(path.read_text()) for path in bundled()]
RICH_ONES = list(yaml.safe_load_all(RICH))
SECONDS = 30  # of the processor: no config takes a tenth of that

# In YAML's own words, where a dumped value would not do.
RAW = [
    *("9" * 5000, "-" + "9" * 5000, "0x" + "f" * 4000, "1e999", "-1e999", "." + "3" * 5000),
    *(".inf", "-.inf", ".nan", "1:2:3", "1_000", "0b1", "0o7", "08", "+", "-", "~", "=", "<<"),
    *("0x_", "1e", "1.5.5", "2001-01-01", "!!timestamp x", "!!timestamp 2001-01-01"),
    *("!!int ''", "!!float ''", "!!bool maybe", "!!null 3", "!!binary x", "!!binary /w==", "! x"),
    *("!!set {a}", "!!omap [a: 1]", "!!pairs [a: 1]", "!!str 3", "!!seq {}", "!!map []", "!x y"),
    "!!python/object/apply:os.system ['touch written']",
    "!!python/object/new:os.system ['touch written']",
    "!!python/name:os.system",
    *("&a 1", "*a", "&a [*a]", "{<<: {a: 1}}", "{<<: [{a: 1}]}", "{? [a] : b}", "{? {a: b} : c}"),
    *("{1: 2}", "{null: 1}", "{'': 1}", "{true: 1}", "[,]", "{,}", "[", "]", "{", "}", "'", '"'),
    *("[" * 3000, "{a: " * 3000, "[" * 150 + "]" * 150, "- " * 2000, "? " * 2000),
    *(r'"\ud800"', r'"\0"', r'"\e[31m"', r'"a\nb"', r'"\x7f"', r'"\u202e"', r'"\U0010ffff"'),
    *(
        "|\n  block",
        ">\n  folded",
        "@x",
        "`x`",
        "%x",
        "--- x",
        "...",
        "# comment",
        "\tx",
        "x: y: z",
    ),
]
HUGE = [10**9, 10**12, 2**31, 2**32, 2**63, 2**64, 10**30, 10**400, -1, -(10**12), 0]
NAMES = [
    *("../x", "..", ".", "/etc/x", "~", "a/b", "a\\b", "C:\\x", "con", "NUL", "com1.txt", "x."),
    *("summary.json", "summary.md", "x" * 5000, "é", "\u202egpj", "x\0", " ", "", "-x", ".x"),
    *("hinge\n", "module:function", "os:system", "${HOME}", "$(touch written)", "*", "?", "|"),
]
KEYS = [
    *("name", "dataset", "model", "loss", "optimizer", "epochs", "batch_size", "seed", "repeats"),
    *("published", "generator", "train_size", "standardize", "hidden", "activation", "train"),
    *("kernel_initializer", "output_activation", "n_samples", "n_features", "noise", "centers"),
    *("learning_rate", "momentum", "nesterov", "test", "features", "target", "n_classes", "<<"),
    *(
        "random_state",
        "shuffle",
        "factor",
        "n_informative",
        "effective_rank",
        "n_targets",
        "x" * 999,
    ),
    *(
        "n_clusters_per_class",
        "weights",
        "cov",
        "mean",
        "cluster_std",
        "center_box",
        "bias",
        "a\nb",
    ),
    *("metrics", "class_weight", "early_stopping", "patience", "min_delta", "validation_size"),
    *("units", "dropout", "l1", "l2", "batch_normalization", "split", "stratify", "sha256"),
    *("file", "target", "missing", "drop", "problem", "function", "labels", "weight", "alpha"),
    *("schedule", "initial_learning_rate", "decay_steps", "boundaries", "values", "gamma"),
    *("clipnorm", "weight_decay", "use_ema", "ema_momentum", "beta_1", "epsilon", "delta"),
    *("\x1b[31m", "__class__", "model_config", "self", "é", "1", "", "hypercube", "tail_strength"),
]
numbers = st.one_of(
    st.integers(-3, 60),
    st.sampled_from(HUGE),
    st.floats(width=64),
    st.sampled_from([0.5, 1.0, 1e308, 5e-324, 1e30, 1e-30, 0.0, -0.0]),
)
words = st.one_of(
    st.sampled_from([*NAMES, *GENERATORS, *LOSSES, *ACTIVATIONS, *INITIALIZERS, "all", "train"]),
    st.sampled_from([*OPTIMIZERS, *SCHEDULES, *METRICS, "balanced", "../houses.csv", "it.yaml"]),
    st.text(max_size=8),
)
scalars = st.one_of(
    st.none(), st.booleans(), numbers, words, st.sampled_from(RAW).map("RAW {}".format)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=3)), inner, max_size=3),
    ),
    max_leaves=6,
)


def sections(config: Any) -> Iterator[dict[str, Any]]:
    """A mapping and all those in it."""
    if isinstance(config, dict):
        yield config
    for value in config.values() if isinstance(config, dict) else config:
        if isinstance(value, dict | list):
            yield from sections(value)


valid = st.one_of(st.sampled_from(VALID), st.sampled_from(RICH_ONES))


@st.composite
def changed(draw: st.DrawFn, values: st.SearchStrategy[Any] = values) -> Any:
    """A valid config as a mapping, changed up to three times."""
    config = yaml.safe_load(yaml.safe_dump(draw(valid)))
    for _ in range(draw(st.integers(0, 3))):
        section = draw(st.sampled_from(list(sections(config))))
        key = draw(st.sampled_from(list(section) or ["name"]))
        match draw(st.sampled_from(["change", "add", "remove", "rename", "swap"])):
            case "change":
                section[key] = draw(values)
            case "add":
                section[draw(st.sampled_from(KEYS))] = draw(values)
            case "remove":
                section.pop(key, None)
            case "rename":
                section[draw(st.one_of(st.sampled_from(KEYS), words))] = section.pop(key, None)
            case "swap":
                section[key] = deepcopy(draw(st.sampled_from(list(sections(config)))))
    return config


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A valid config, changed up to three times as a mapping and perhaps as bytes."""
    config = draw(changed())
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=draw(st.booleans()), width=10**9)
    for raw in RAW:
        text = text.replace(f"'RAW {raw}'", raw).replace(f"RAW {raw}", raw)
    content = text.encode("utf-8", "surrogatepass")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        at = draw(st.integers(0, len(content)))
        to = draw(st.integers(at, min(at + 20, len(content))))
        middle = draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from(
                    [b"\t", b"\r", b"\xff", b"\0", b"\n", b": ", b"- ", b"\xef\xbb\xbf"]
                ),
                st.just(content[at:to] * 2),
            )
        )
        content = content[:at] + middle + content[to:]
    return content


anything = st.one_of(
    broken(), broken(), broken(), st.binary(max_size=80), st.text().map(str.encode)
)


class Hangs(BaseException):
    """A config was not judged in time."""


def validated(content: bytes, folder: Path) -> tuple[int, str]:
    """The exit code and standard error of ``lossbench validate`` for a config of this content."""

    def hang(*_: object) -> None:
        raise Hangs

    config = folder / "it.yaml"
    config.write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    kept[signal.SIGPROF] = signal.signal(signal.SIGPROF, hang)
    argv, sys.argv = sys.argv, ["lossbench", "validate", str(config)]
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        return int(end.code or 0), err.getvalue()
    except Hangs:  # hypothesis takes only an Exception for a failure, and main every one for its
        raise AssertionError(f"not judged in {SECONDS} s") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.argv = argv
        for number, handler in kept.items():
            signal.signal(number, handler)
    raise AssertionError("main has no end")


def check(content: bytes, folder: Path) -> int:
    """The exit code, after all that must hold of it."""
    before = set(Path().iterdir())
    code, errors = validated(content, folder)
    assert code in (0, 2), errors
    assert bool(errors) == bool(code)
    assert "Traceback" not in errors
    if code:
        first, *others = errors.removesuffix("\n").split("\n")
        config = str(folder / "it.yaml")
        assert first.startswith(f"Error: {config}")
        assert all(line.startswith(config) for line in others), errors
        assert errors.replace("\n", "").isprintable(), errors
        assert max(map(len, (first, *others))) < 2000
    assert [path.name for path in folder.iterdir()] == ["it.yaml"]
    assert set(Path().iterdir()) == before
    return code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the config is; the data file of some of them is above it."""
    configs = tmp_path_factory.mktemp("fuzz") / "configs"
    configs.mkdir()
    (configs.parent / "houses.csv").write_text(HOUSES)
    return configs


careless = settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.thorough
@settings(careless, max_examples=200)
@given(content=anything)
def test_a_config_is_taken_or_refused(content: bytes, folder: Path) -> None:
    check(content, folder)


# What only Python has.
python = st.sampled_from(
    [object(), len, b"x", {1, 2}, 1j, Path("it.yaml"), np.int64(3), np.float32("nan"), np.eye(2)]
)


@pytest.mark.thorough
@settings(careless, max_examples=100)
@given(
    config=changed(st.one_of(values, python)),
    overrides=st.dictionaries(
        st.one_of(st.sampled_from(KEYS), st.sampled_from(["loss.name", "a..b", "optimizer.rho"])),
        st.one_of(values, python),
        max_size=2,
    ),
)
def test_a_mapping_is_taken_or_refused(
    config: Any, overrides: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    try:
        assert isinstance(load(config, overrides), Experiment)
    except ConfigError as error:
        for line in str(error).splitlines():
            assert line.startswith(("config: ", "overrides: "))
            assert line.isprintable()
            assert len(line) < 2000


@pytest.mark.parametrize("config", RICH_ONES, ids=range(len(RICH_ONES)))
def test_what_is_broken_was_valid(config: dict[str, Any], folder: Path) -> None:
    own = "function" in config["loss"]  # which a config may name only with an option
    assert check(yaml.safe_dump(config).encode(), folder) == (2 if own else 0)


BASE = "dataset: {generator: make_moons}\nmodel: {hidden: [2]}\nloss: bce\nepochs: 1\n"
DIGITS = "9" * 400  # a whole number that no float holds
# What was found, and what is as bad.
KEPT = [
    "dataset: {generator: make_moons, split: {stratify: 0x" + "f" * 5000 + "}}",
    *(
        BASE + more
        for more in (
            f"optimizer: {{learning_rate: {DIGITS}}}\n",
            f"optimizer: {{learning_rate: {{schedule: CosineDecay, decay_steps: {DIGITS}}}}}\n",
            f"class_weight: {{0: {DIGITS}}}\n",
            f"early_stopping: {{min_delta: {DIGITS}}}\n",
            f"early_stopping: {{validation_size: {DIGITS}}}\n",
            "metrics: [[f1]]\n",
            "metrics: [{f1: 1}]\n",
        )
    ),
    *(
        f"loss: {loss}\nmodel: {{hidden: {hidden}}}\nepochs: 1\ndataset: {{generator: {data}}}\n"
        for data, loss, hidden in (
            ("make_circles, noise: 1e308", "bce", [2]),
            ("make_regression, noise: 1e200", "mse", [2]),
            ("make_blobs, cluster_std: 1e308, standardize: {features: all}", "kld", [2]),
            ("make_swiss_roll, noise: 1e300", "mse", [2]),
            ("make_blobs, n_samples: 1000000000000", "kld", [2]),
            ("make_blobs, centers: 1000000000", "kld", [2]),
            ("make_blobs, n_features: 1000000000", "kld", [2]),
            ("make_circles, n_samples: [50000000, 50000001]", "bce", [2]),
            ("make_regression, n_targets: 100000000", "mse", [2]),
            ("make_moons", "bce", [10**9]),
            ("make_moons", "bce", [10**6, 10**6]),
            ("make_moons", "bce", [1] * 200),
        )
    ),
    *(f"epochs: {raw}\n" for raw in RAW),
    *(f"{raw}: 1\n" for raw in RAW),
]


@pytest.mark.parametrize("content", KEPT, ids=range(len(KEPT)))
def test_what_was_found_is_refused(content: str, folder: Path) -> None:
    assert check(content.encode(), folder) == 2


@pytest.mark.thorough
def test_a_folder_of_broken_configs_is_refused_by_a_process(tmp_path: Path) -> None:
    configs = tmp_path / "configs"
    configs.mkdir()
    for number, content in enumerate(KEPT):
        (configs / f"{number:03}.yaml").write_text(content)
    done = lossbench_process(tmp_path, "run-all", "configs", "--out", "out", timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    named = {line.removeprefix("Error: ").partition(":")[0] for line in done.stderr.splitlines()}
    assert named == {f"configs/{number:03}.yaml" for number in range(len(KEPT))}
    assert [path.name for path in tmp_path.iterdir()] == ["configs"]


@pytest.mark.soak
@settings(careless, max_examples=10_000, derandomize=False, print_blob=True)
@given(content=anything)
def test_10000_configs_are_taken_or_refused(content: bytes, folder: Path) -> None:
    check(content, folder)
