"""claims.yaml: its vocabulary, and whether it fits the experiments beside it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from lossbench.config.bundled import BUNDLED, bundled, bundled_names, claims_in_folder, in_folder
from lossbench.config.claims import (
    bundled_claims,
    known,
    known_in_folder,
    load_with_claims,
    read_claims,
)
from lossbench.config.complaints import ConfigError
from lossbench.config.schema import claims_schema
from lossbench.config.sections.claims import Claims, CriterionChoice, KnownClaims
from lossbench.config.sections.criteria import amount
from lossbench.config.yaml_reader import read
from lossbench.text import to_json

CONFIG = """\
dataset: {{generator: make_moons, noise: {noise}}}
model: {{hidden: [5]}}
loss: {loss}
epochs: {epochs}
repeats: 2
"""
CLAIMS = """\
publication: Doe
source: Doe 2020
claims:
  - claim: A is better than B.
    criteria:
      - better: {experiment: a, than: b, metric: accuracy}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two configs of the same data, and a third one of other data."""
    for name, loss, noise in (("a", "hinge", 0.1), ("b", "bce", 0.1), ("noisy-a", "hinge", 0.4)):
        (tmp_path / f"{name}.yaml").write_text(CONFIG.format(loss=loss, noise=noise, epochs=2))
    return tmp_path


def claims(folder: Path, text: str = CLAIMS) -> Path:
    path = folder / "claims.yaml"
    path.write_text(text)
    return path


def complaints(folder: Path, text: str, **options: Any) -> list[str]:
    path = claims(folder, text)
    with pytest.raises(ConfigError) as refused:
        load_with_claims(in_folder(folder), path, **options)
    return [str(it).removeprefix(f"{folder}/") for it in refused.value.mistakes]


def criterion(line: str) -> str:
    return CLAIMS.replace("better: {experiment: a, than: b, metric: accuracy}", line)


AT = "claims.yaml:6: claims.0.criteria.0"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "bettr: {experiment: a, than: b, metric: accuracy}",
            f"{AT}.bettr: {{'experiment': 'a', 'than': 'b', 'metric': 'accuracy'}} is not a known "
            "key; did you mean 'better'? allowed: better,",
        ),
        (
            "better: {experiment: a, thn: b, metric: accuracy}",
            f"{AT}.better.than: is missing; it must be the name of an experiment of this folder",
        ),
        (
            "better: {experiment: a, thn: b, metric: accuracy}",
            f"{AT}.better.thn: 'b' is not a known key; did you mean 'than'? allowed: experiment,",
        ),
        (
            "better: {experiment: a, than: bb, metric: accuracy}",
            f"{AT}.better.than: 'bb' is not an experiment of this folder; did you mean 'b'? "
            "allowed: a, b, noisy-a",
        ),
        (
            "better: {experiment: a, than: a, metric: accuracy}",
            f"{AT}.better: names a and a, which must differ",
        ),
        (
            "better: {experiment: a, than: b, metric: acuracy}",
            f"{AT}.better.metric: 'acuracy' is not a known name; did you mean 'accuracy'?",
        ),
        (
            "better: {experiment: a, than: b, metric: mse}",
            f"{AT}.better.metric: 'mse' is not reported by a; it reports accuracy, rounded",
        ),
        (
            "better: {experiment: a, than: b, metric: roc_auc}",
            f"{AT}.better.metric: 'roc_auc' is not reported by a; add 'metrics: [roc_auc]' to its",
        ),
        (
            "better: {experiment: a, than: b, metric: bias}",
            f"{AT}.better.metric: 'bias' is not a known name; allowed: ",
        ),
        (
            "better: {experiment: a, than: noisy-a, metric: accuracy}",
            f"{AT}.better: compares a and noisy-a, which differ in their data",
        ),
        (
            "better: {experiment: a, than: b, metric: accuracy, part: tests}",
            f"{AT}.better.part: 'tests' is not a known name; did you mean 'test'? allowed: both,",
        ),
        (
            "not_worse: {experiment: a, than: b, metric: accuracy, within: 0}",
            f"{AT}.not_worse.within: 0 must be greater than 0",
        ),
        (
            "rises_again: {experiment: a, metric: accuracy, epoch: 2}",
            f"{AT}.rises_again.metric: 'accuracy' is not a known name; allowed: mae, mse",
        ),
        ("better: 5", f"{AT}.better: 5 must be a mapping of keys to values"),
        ("better:", f"{AT}: {{'better': None}} must have one of ends_below, ends_near,"),
        ("better: {experiment: 5, than: b, metric: mse}", f"{AT}.better.experiment: 5 must be te"),
    ],
)
def test_a_wrong_criterion_is_refused_with_its_line(
    folder: Path, line: str, complaint: str
) -> None:
    found = complaints(folder, criterion(line))
    assert any(it.startswith(complaint) for it in found), found


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            CLAIMS.replace("publication: Doe\n", ""),
            "claims.yaml:1: publication: is missing; it must be whose claims these are, such as",
        ),
        (
            CLAIMS.replace("source", "sauce"),
            "claims.yaml:2: sauce: 'Doe 2020' is not a known key; did you mean 'source'?",
        ),
        (
            CLAIMS.replace("claim: A", "clam: A"),
            "claims.yaml:4: claims.0.clam: 'A is better than B.' is not a known key; did you mean",
        ),
        (
            f"{CLAIMS}    in_at_least: 2\n",
            "claims.yaml:7: claims.0.in_at_least: 2 needs a * in the names of the experiments",
        ),
        (
            f"{CLAIMS}datasets: [x]\n",
            "claims.yaml:7: datasets: ['x'] say nothing: no claim has a * in the names",
        ),
        (
            CLAIMS.replace("experiment: a", "experiment: '*'"),
            "claims.yaml:6: claims.0.criteria.0.better.experiment: '*' has a *, which stands for",
        ),
        (
            CLAIMS.replace("experiment: a", "experiment: '*'") + "datasets: [x, x]\n",
            "claims.yaml:6: claims.0.criteria.0.better.than: 'b' has no * for the data set",
        ),
        (
            CLAIMS.replace("experiment: a", "experiment: '*'") + "datasets: [x, x]\n",
            "claims.yaml:7: datasets.1: 'x' comes twice",
        ),
        (
            CLAIMS.replace("experiment: a, than: b", "experiment: 'a*', than: 'b*'")
            + "    in_at_least: 3\ndatasets: [x, y]\n",
            "claims.yaml:7: claims.0.in_at_least: 3 must be at most 2, as many as there are",
        ),
        (
            CLAIMS.replace("experiment: a, than: b", "experiment: '*a', than: '*b'")
            + "datasets: [noisy-]\n",
            "claims.yaml:6: claims.0.criteria.0.better.than: 'noisy-b' is not an experiment of",
        ),
        (f"{CLAIMS}publication: Roe\n", "claims.yaml:7: publication: comes twice, first on line 1"),
        (
            "publication: a\nsource: b\nclaims: []\n",
            "claims.yaml:3: claims: [] must be a list with",
        ),
        (CLAIMS.replace("Doe\n", "' '\n", 1), "claims.yaml:1: publication: ' ' must be a text of"),
        (CLAIMS.replace("Doe\n", '"a\\nb"\n', 1), "claims.yaml:1: publication: 'a\\nb' must be a"),
        ("- a\n", "claims.yaml:1: ['a'] must be a mapping of keys to values"),
        ("a: [\n", "claims.yaml:2: invalid YAML"),
    ],
)
def test_wrong_claims_are_refused_with_their_line(folder: Path, text: str, complaint: str) -> None:
    found = complaints(folder, text)
    assert any(it.startswith(complaint) for it in found), found


def test_what_is_wrong_with_configs_and_claims_is_told_at_once(folder: Path) -> None:
    (folder / "a.yaml").write_text(CONFIG.format(loss="hing", noise=0.1, epochs=2))
    found = complaints(folder, CLAIMS.replace("metric: accuracy", "metric: acuracy"))
    assert [it.partition(":")[0] for it in found] == ["a.yaml", "claims.yaml"]


def test_claims_are_no_config(folder: Path) -> None:
    path = claims(folder)
    assert [it.name for it in in_folder(folder)] == ["a.yaml", "b.yaml", "noisy-a.yaml"]
    assert claims_in_folder(folder) == path
    with pytest.raises(ConfigError, match="holds claims, and no config; 'lossbench run-all'"):
        load_with_claims([path], None)
    assert "claims" not in bundled_names()
    assert BUNDLED / "claims.yaml" not in bundled()
    path.rename(folder / "Claims.YML")
    assert [it.name for it in in_folder(folder)] == ["a.yaml", "b.yaml", "noisy-a.yaml"]
    assert claims_in_folder(folder) == folder / "Claims.YML"
    claims(folder)
    with pytest.raises(ConfigError, match=r"claims\.yaml: is beside Claims\.YML; take one"):
        claims_in_folder(folder)


def test_claims_know_the_configs_as_their_files_have_them(folder: Path) -> None:
    """Whatever options and settings change for this run, also where these name experiments."""

    def hashes(*settings: str, **options: Any) -> dict[str, str]:
        _, found = load_with_claims(in_folder(folder), claims(folder), options, settings)
        assert found is not None
        return dict(found.experiments)

    plain = hashes()
    assert plain.keys() == {"a", "b"}
    assert len({*plain.values()}) == 2
    assert plain == hashes(epochs=5) == hashes(repeats=3) == hashes("dataset.noise=0.3")
    assert plain == hashes("optimizer.learning_rate=0.1,0.2", epochs=1)


def test_claims_know_what_the_data_fill_in_whatever_is_set(folder: Path) -> None:
    """Such as one-hot labels of classes, which decide the metrics, and are part of the hash."""
    (folder / "a.yaml").write_text(CONFIG.format(loss="mse", noise=0.1, epochs=2))
    cases, found = load_with_claims(in_folder(folder), claims(folder))
    again, known_again = load_with_claims(in_folder(folder), claims(folder), {"repeats": 3})
    assert cases[0].experiment.loss.labels == again[0].experiment.loss.labels == "one-hot"
    assert found == known_again
    assert found is not None
    assert found.experiments["a"] == again[0].experiment.config_hash


def test_claims_about_bundled_configs_know_them_as_they_are_trained(folder: Path) -> None:
    """Also where a default, such as the metric to tune by, depends on the data."""
    tuned = "early_stopping: {patience: 2}\ntune: {}\n"
    path = folder / "a.yaml"
    path.write_text(path.read_text() + tuned)
    _, found = load_with_claims(in_folder(folder), claims(folder))
    assert known_in_folder(folder / "claims.yaml") == found


def test_claims_stay_the_same_as_json(folder: Path) -> None:
    text = (
        CLAIMS.replace("experiment: a, than: b", "experiment: 'a*', than: 'b*'")
        + "    in_at_least: 1\n    source: Doe 2021\ndatasets: ['', -]\n"
    )
    file = read_claims(claims(folder, text.replace("['', -]", "[x, y]")))
    it = known(file.claims, [])
    again = KnownClaims.model_validate_json(
        to_json(it.model_dump(mode="json", exclude_defaults=True))
    )
    assert again == it
    every = next(bundled_claims())
    stored = to_json(every.model_dump(mode="json", exclude_defaults=True))
    assert KnownClaims.model_validate_json(stored) == every


def test_bundled_claims_know_every_config_that_they_name() -> None:
    for it in bundled_claims():
        named = {
            name
            for claim in it.claims
            for criteria in it.criteria(claim)
            for found in criteria
            for name in found.experiments
        }
        assert named == it.experiments.keys()


BUNDLED_CLAIMS = sorted(BUNDLED.rglob("claims.yaml"))


@pytest.mark.parametrize("path", BUNDLED_CLAIMS, ids=lambda it: it.parent.name)
def test_bundled_claims_fit_their_configs_and_point_to_the_schema(path: Path) -> None:
    _, claims = load_with_claims(in_folder(path.parent), path)
    # Else their results would not be known for theirs.
    assert claims == known_in_folder(path)
    validator = Draft202012Validator(claims_schema())
    assert list(validator.iter_errors(read(path).values)) == []
    first = path.read_text().splitlines()[0]
    schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert schema.resolve() == (BUNDLED / "claims.schema.json").resolve()


def test_the_stored_schema_of_claims_is_the_one_that_the_code_gives() -> None:
    Draft202012Validator.check_schema(claims_schema())
    assert (BUNDLED / "claims.schema.json").read_text() == to_json(claims_schema())


@pytest.mark.parametrize(
    "changes",
    [
        {"claim": [{}]},
        {"claims": []},
        {"claims": [{"claim": "it", "criteria": []}]},
        {"claims": [{"claim": "it", "criteria": [{}]}]},
        {"claims": [{"claim": "it", "criteria": [{"better": None}]}]},
        {"claims": [{"claim": "it", "criteria": [{"better": {"experiment": "a", "than": "b"}}]}]},
        {"datasets": []},
        {"source": 5},
    ],
)
def test_an_editor_marks_what_is_wrong(changes: dict[str, Any]) -> None:
    values = yaml.safe_load(CLAIMS)
    validator = Draft202012Validator(claims_schema())
    assert validator.is_valid(values)
    assert not validator.is_valid(values | changes)
    two = {name: {} for name in list(CriterionChoice.kinds())[:2]}
    assert not validator.is_valid(values | {"claims": [{"claim": "it", "criteria": [two]}]})


def test_a_difference_is_told_in_points_of_a_share() -> None:
    assert [amount("accuracy", it) for it in (0.01, 0.02, 0.005)] == [
        "one point",
        "two points",
        "0.5 points",
    ]
    assert amount("mse", 0.02) == amount("expected_calibration_error", 0.02) == "0.02"


def test_nothing_of_a_claim_is_lost_in_a_data_set() -> None:
    """Every criterion names its experiments by fields that it has."""
    for kind in CriterionChoice.kinds().values():
        assert {*kind.names} <= {*kind.model_fields}
    assert Claims.model_fields.keys() <= KnownClaims.model_fields.keys()
