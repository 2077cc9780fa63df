"""Claims of a folder of configs, from run-all to the report."""

import html
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from command import lossbench, tree

from lossbench.config.bundled import BUNDLED
from lossbench.config.claims import read_claims

CONFIG = """\
dataset: {{generator: make_moons, n_samples: 100, noise: {noise}, random_state: 1}}
model: {{hidden: [8]}}
loss: hinge
optimizer: {{learning_rate: {rate}}}
metrics: [balanced_accuracy]
epochs: {epochs}
repeats: 20
"""
CLAIMS = """\
publication: Doe
source: Doe, On steps, 2020
datasets: [clean, noisy]
claims:
  - claim: Larger steps are better.
    criteria:
      - better: {experiment: "*-fast", than: "*-slow", metric: accuracy, part: both}
  - claim: Small steps are as good | nearly.
    source: Doe, Afterthoughts, 2021
    in_at_least: 1
    criteria:
      - not_worse: {experiment: "*-slow", than: "*-fast", metric: accuracy, within: 0.05}
  - claim: The course with small steps is the bumpier one.
    criteria:
      - bumpier_than_loss: {experiment: clean-slow, metric: accuracy}
"""


def write_configs(folder: Path, claims: str = CLAIMS) -> Path:
    folder.mkdir()
    for name, noise in (("clean", 0.1), ("noisy", 0.2)):
        for speed, rate in (("fast", 0.3), ("slow", 0.0003)):
            text = CONFIG.format(noise=noise, rate=rate, epochs=20)
            (folder / f"{name}-{speed}.yaml").write_text(text)
    (folder / "claims.yaml").write_text(claims)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of configs with claims, steps, and their results, results/steps."""
    place = tmp_path_factory.mktemp("claims")
    write_configs(place / "steps")
    done = lossbench(place, "run-all", "steps", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """A copy of them."""
    return shutil.copytree(made, tmp_path / "place")


def told(place: Path) -> list[Mapping[str, Any]]:
    """The claims in the summary."""
    summary = json.loads((place / "results/steps/summary.json").read_text())
    found: list[Mapping[str, Any]] = summary["claims"]
    return found


VERDICTS = ["holds", "does not hold", "does not hold"]


def test_the_summary_has_the_claims_of_the_folder(place: Path) -> None:
    claims = told(place)
    assert [it["verdict"] for it in claims] == VERDICTS
    assert claims[1]["source"] == "Doe, Afterthoughts, 2021"
    assert claims[0]["figures"].startswith("holds in 2 of 2 data sets; clean: median accuracy ")
    assert "clean-fast beats clean-slow in 100 % [100 %, 100 %] (train)" in claims[0]["figures"]
    assert claims[0][
        "criterion"
    ] == "*-fast beats *-slow on both parts. In all 2 data sets: cle" + ("an, noisy.")
    assert "travels" in claims[2]["figures"]  # its curves were kept
    text = (place / "results/steps/summary.md").read_text()
    assert "\n## Doe's claims\n\n|  | claim | found | verdict |\n" in text
    assert "as good \\| nearly. (Doe, Afterthoughts, 2021)" in text


def test_the_same_run_again_leaves_every_file_as_it_is(place: Path) -> None:
    before = tree(place)
    assert lossbench(place, "run-all", "steps").returncode == 0
    assert tree(place) == before


def test_the_report_has_them(place: Path) -> None:
    done = lossbench(place, "report", "results/steps")
    assert (done.returncode, done.stderr) == (0, "")
    text = html.unescape((place / "results/steps/report.html").read_text())
    assert "<h2>Doe's claims</h2>" in text
    assert "What is claimed in Doe, On steps, 2020, judged by" in text
    assert "Source: Doe, Afterthoughts, 2021" in text
    counts = re.search(r"<dt>Doe's three claims</dt><dd>(.*?)\.</dd>", text)
    assert counts
    assert counts[1] == "1 holds, 2 do not hold"


def test_compare_has_them(place: Path) -> None:
    done = lossbench(place, "compare", "results/steps")
    assert (done.returncode, done.stderr) == (0, "")
    claims = done.stdout.partition("\nDoe's claims:\n")[2].splitlines()[:3]
    assert [it.partition(":")[0] for it in claims] == [
        f"- {number} {verdict}" for number, verdict in enumerate(VERDICTS, start=1)
    ]
    document = json.loads(lossbench(place, "compare", "results/steps", "--json").stdout)
    (of_doe,) = document["claims"]
    assert (of_doe["publication"], of_doe["tuned"]) == ("Doe", False)
    assert of_doe["claims"] == told(place)
    text = lossbench(place, "compare", "results/steps", "--md").stdout
    assert "\n## Doe's claims\n\n|  | claim |" in text
    assert "claims" not in lossbench(place, "compare", "results/steps", "--csv").stdout


def test_compare_knows_the_claims_about_single_results(place: Path) -> None:
    folders = [f"results/steps/clean-{it}" for it in ("slow", "fast")]
    done = lossbench(place, "compare", *folders, "--json")
    (of_doe,) = json.loads(done.stdout)["claims"]
    assert [it["number"] for it in of_doe["claims"]] == [3]


def test_results_of_other_settings_are_not_judged(place: Path) -> None:
    """Neither here nor in the report, though the experiments have the same names."""
    lossbench(place, "run-all", "steps", "--epochs", "2", "--force", "--quiet")
    claims = told(place)
    assert {it["verdict"] for it in claims} == {"not judged"}
    assert claims[2]["figures"] == "no results of Doe's clean-slow"
    lossbench(place, "report", "results/steps")
    assert 'id="claims"' not in (place / "results/steps/report.html").read_text()
    assert "claims" not in lossbench(place, "compare", "results/steps").stdout


def test_a_part_that_was_not_run_is_not_judged(place: Path) -> None:
    shutil.rmtree(place / "results/steps/noisy-slow")
    document = json.loads(lossbench(place, "compare", "results/steps", "--json").stdout)
    assert [it["number"] for it in document["claims"][0]["claims"]] == [3]


def test_claims_that_are_gone_leave_no_trace(place: Path) -> None:
    (place / "steps/claims.yaml").unlink()
    assert lossbench(place, "run-all", "steps").returncode == 0
    assert told(place) == []
    assert "claims" not in (place / "results/steps/summary.md").read_text()
    assert not (place / "results/steps/claims.json").exists()
    assert "claims" not in lossbench(place, "compare", "results/steps").stdout


def test_wrong_claims_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    write_configs(tmp_path / "steps", CLAIMS.replace("clean-slow", "clean-slo"))
    before = tree(tmp_path)
    for words in (("run-all", "steps"), ("validate", "steps/claims.yaml")):
        done = lossbench(tmp_path, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            "Error: steps/claims.yaml:15: claims.2.criteria.0.bumpier_than_loss.experiment: "
            "'clean-slo' is not an experiment of this folder; did you mean 'clean-slow'? "
            "allowed: clean-fast, clean-slow, noisy-fast, noisy-slow\n"
        )
    assert tree(tmp_path) == before


def test_validate_takes_claims_among_configs(tmp_path: Path) -> None:
    folder = write_configs(tmp_path / "steps")
    done = lossbench(tmp_path, "validate", *sorted(folder.glob("*.yaml")))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"{folder}/claims.yaml: ok"
    assert len(done.stdout.splitlines()) == 5
    (folder / "clean-slow.yaml").write_text("loss: hinge\n")
    done = lossbench(tmp_path, "validate", *sorted(folder.glob("*.yaml")))
    assert done.returncode == 2
    assert len({*done.stderr.splitlines()}) == len(done.stderr.splitlines()) >= 3


def test_damaged_claims_are_named_and_the_rest_is_told(place: Path) -> None:
    (place / "results/steps/claims.json").write_text("{")
    for command in ("report", "compare"):
        done = lossbench(place, command, "results/steps")
        assert done.returncode == 2
        assert done.stderr.startswith("Error: results/steps/claims.json: is damaged")
        assert done.stdout


def test_a_file_of_somebody_else_is_not_replaced(place: Path) -> None:
    (place / "results/steps/claims.json").write_text("mine")
    done = lossbench(place, "run-all", "steps")
    assert done.returncode == 1
    assert "claims.json is in the way: lossbench did not write it" in done.stderr
    assert (place / "results/steps/claims.json").read_text() == "mine"


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["label-noise", "square-loss"])
def test_the_claims_of_a_published_comparison_are_judged(name: str, tmp_path: Path) -> None:
    """By all criteria, of experiments that are like the bundled ones but for their epochs."""
    for path in (BUNDLED / name).glob("*.yaml"):
        text = re.sub(r"(?m)^epochs: .*", "epochs: 2\nrepeats: 20", path.read_text())
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / path.name).write_text(text)
    done = lossbench(tmp_path, "run-all", name, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    judged = json.loads((tmp_path / "results" / name / "summary.json").read_text())["claims"]
    assert len(judged) == len(read_claims(BUNDLED / name / "claims.yaml").claims.claims)
    for it in judged:
        assert not re.search("no results|fewer than|not as many|no accuracy", it["figures"])
    assert {"holds", "does not hold"} <= {it["verdict"] for it in judged}
    # These are not the bundled configs, so their results need claims of their own.
    assert (tmp_path / "results" / name / "claims.json").exists()
