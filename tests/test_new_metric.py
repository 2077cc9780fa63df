"""A metric is added in one row of the table, and is right in compare, sweep, report and pictures.

One metric of each direction is added, for classes and for real targets.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from kept_programs import run
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from lossbench.config.experiment import Experiment
from lossbench.config.load import load, load_all
from lossbench.evidence.answers import answer
from lossbench.evidence.comparison import compare
from lossbench.evidence.sweep import Sweep, sweeps, verdict
from lossbench.pictures.of_comparison import curves
from lossbench.pictures.of_result import learning_curves
from lossbench.pictures.of_sweep import picture
from lossbench.report.page import page
from lossbench.results.result import Result, Training
from lossbench.tables.metrics import BINARY, LARGEST, METRICS, REGRESSION, Metric

ROWS = [
    Metric("error_rate", "share of errors", BINARY, smaller_is_better=True),
    Metric("kappa", "Cohen's kappa", BINARY, low=-1, high=1),
    Metric("worst", "largest error", REGRESSION, smaller_is_better=True, low=0, high=LARGEST),
    Metric("explained", "explained variance", REGRESSION, low=-LARGEST, high=1),
]
# Losses of each problem, the first of which is to be the best one. A config of the same problem.
LOSSES = {
    BINARY: ("hinge", "binary_crossentropy", "squared_hinge"),
    REGRESSION: ("mae", "mse", "msle"),
}
CONFIGS = {BINARY: "hinge", REGRESSION: "mse"}
SEEDS, EPOCHS = 20, 5


@pytest.fixture(params=ROWS, ids=lambda metric: metric.name)
def metric(request: pytest.FixtureRequest) -> Iterator[Metric]:
    """A row at the top of the table: what losses are compared on."""
    before = dict(METRICS)
    METRICS.clear()
    METRICS.update({request.param.name: request.param, **before})
    yield request.param
    METRICS.clear()
    METRICS.update(before)


def result(experiment: Experiment, metric: Metric, place: int) -> Result:
    """Made up: by the metric, place 0 is the best and 2 the worst. By all others it is opposite."""
    large = 10.0**-place  # so far apart that errors have a logarithmic axis
    trainings = []
    for seed in range(experiment.repeats):
        figures = {"loss": large}
        for name in experiment.metrics:
            figures[name] = large if METRICS[name].smaller_is_better else 1 - large
        figures[metric.name] = 0.01 / large if metric.smaller_is_better else large
        figures = {name: it * (1 + 0.001 * seed) for name, it in figures.items()}
        history = {
            f"{part}_{name}": np.full(EPOCHS, figure)
            for part in ("train", "test")
            for name, figure in figures.items()
        }
        shapes = ((3, 2), (2,), (2, 1), (1,))
        weights = tuple(np.zeros(shape) for shape in shapes)
        trainings.append(Training(seed, False, figures, figures, history, weights))
    return Result(experiment, "abc", tuple(trainings))


@pytest.fixture
def results(metric: Metric, experiment_of: Callable[..., Experiment]) -> list[Result]:
    (problem,) = metric.problems
    losses = LOSSES[metric.problems]
    experiments = [experiment_of(problem, it, repeats=SEEDS, epochs=EPOCHS) for it in losses]
    return [result(it, metric, place) for place, it in enumerate(experiments)]


def sweep_of(metric: Metric, *settings: str) -> Sweep:
    cases = load_all([CONFIGS[metric.problems]], {"repeats": SEEDS, "epochs": EPOCHS}, settings)
    places = np.linspace(0, 2, len(cases))
    swept = [
        result(case.experiment, metric, place) for case, place in zip(cases, places, strict=True)
    ]
    (sweep,) = sweeps(cases, swept, {})
    return sweep


def test_compare_ranks_by_it(metric: Metric, results: list[Result]) -> None:
    (comparison,) = compare(reversed(results))
    names = [it.experiment.name for it in results]
    assert comparison.metric == metric.name
    assert [comparison.results[it].experiment.name for it in comparison.ranking] == names
    assert [(it.first.name, it.finding, it.probability) for it in comparison.pairs[:3]] == [
        (names[2], "worse", 0.0),
        (names[2], "worse", 0.0),
        (names[1], "worse", 0.0),
    ]
    assert comparison.best(1) == (results[0],)
    assert f"(train {metric.name}, pairs of seeds)" in comparison.pairs[0].sentence


def test_the_answer_names_the_best_by_it(metric: Metric, results: list[Result]) -> None:
    (comparison,) = compare(results)
    best, second, third = (it.experiment.name for it in results)
    assert re.fullmatch(
        rf"Take {best} \(median test {metric.name} [\d.]+\); "
        rf"{second} \([\d.]+\) and {third} \([\d.]+\) are worse\.",
        answer(comparison),
    )


def test_the_best_point_of_a_sweep_is_the_best_by_it(metric: Metric) -> None:
    sweep = sweep_of(metric, "optimizer.learning_rate=0.1,0.2,0.3")
    assert sweep.metric == metric.name
    assert sweep.best is sweep.points[0]
    assert verdict(sweep).startswith(f"Best median test {metric.name}: ")


def check_scale(picture: Figure | None, which: str, metric: Metric) -> Figure:
    """An axis is logarithmic where it is of errors that have no largest value."""
    assert picture
    scale = getattr(picture.axes[-1], f"get_{which}scale")()
    assert scale == ("log" if metric.name == "worst" else "linear")
    return picture


def test_curves_have_its_title_and_a_scale_that_suits(
    metric: Metric, results: list[Result]
) -> None:
    (comparison,) = compare(results)
    picture = check_scale(curves(comparison), "y", metric)
    assert picture.get_suptitle().lower().startswith(f"{metric.title.lower()} on ")
    training = results[0].trainings[0]
    falling = dict.fromkeys(training.history, np.geomspace(1, 0.01, EPOCHS))
    one = replace(results[0], trainings=(replace(training, history=falling),))
    picture = check_scale(learning_curves(one), "y", metric)
    assert picture.axes[-1].get_ylabel().lower() == metric.title.lower()


@pytest.mark.parametrize(
    ("setting", "which"),
    [("optimizer.learning_rate=0.1,0.2,0.3", "y"), ("model.hidden=[1],[2],[3]", "x")],
)
def test_the_picture_of_a_sweep_has_its_title_and_a_scale_that_suits(
    metric: Metric, setting: str, which: str
) -> None:
    drawn = check_scale(picture(sweep_of(metric, setting)), which, metric)
    assert getattr(drawn.axes[0], f"get_{which}label")().lower() == metric.title.lower()
    assert f": {metric.title.lower()} over " in drawn.get_suptitle().lower()


def test_the_bright_cells_of_a_heat_map_are_the_good_ones(metric: Metric) -> None:
    drawn = picture(sweep_of(metric, "optimizer.learning_rate=0.1,0.2", "batch_size=8,16"))
    assert drawn
    (image,) = drawn.axes[0].images
    colours = image.to_rgba(image.get_array()).reshape(-1, 4)
    brightness = colours[:, :3] @ (0.299, 0.587, 0.114)
    # The first point is the best one, and the last one the worst.
    assert brightness[0] == brightness.max()
    assert brightness[-1] == brightness.min()
    frame = drawn.axes[1].patches[0]
    assert (frame.get_x(), frame.get_y()) == (-0.5, -0.5)
    assert isinstance(image.norm, LogNorm) == (metric.name == "worst")


def test_the_report_finds_the_best_by_it(metric: Metric, results: list[Result]) -> None:
    text = unescape(page("results", results, []).replace("<wbr>", ""))
    best, *others = (it.experiment.name for it in results)
    assert f"</a>: take {best} (median test {metric.name} " in text
    assert f" rows: {metric.title.lower()}</h3>" in text
    better = re.findall(rf'<li class="clear">{best} is better than (\S+): ', text)
    assert better == 2 * others  # on both parts
    # The table sorts by these values.
    cells = re.findall(r'data-label="test" data-sort="([^"]*)"', text)
    medians = [it.summary("test", metric.name).median for it in results]
    assert [float(it) for it in cells] == medians


ADDED = """
from sklearn.metrics import cohen_kappa_score as kappa, hamming_loss
from lossbench.tables.metrics import BINARY, METRICS, Metric

for row in (
    Metric("hamming", "Hamming loss", BINARY, True, function=lambda y, p, _: hamming_loss(y, p)),
    Metric("kappa", "Cohen's kappa", BINARY, low=-1, function=lambda y, p, _: kappa(y, p)),
):
    METRICS[row.name] = row
"""
COMMANDS = """
import json, sys
from pathlib import Path
from command import lossbench

printed = []
for words in json.load(sys.stdin):
    done = lossbench(Path(), *words)
    assert (done.returncode, done.stderr) == (0, ""), done
    printed.append(done.stdout)
print(json.dumps(printed))
"""
CONFIG = """\
dataset: {generator: make_moons, n_samples: 200, noise: 0.1, random_state: 1}
model: {hidden: [8]}
loss: bce
optimizer: {name: Adam, learning_rate: RATE}
epochs: 20
repeats: 20
"""
WANTED = "metrics: [hamming, kappa]\n"


@pytest.mark.thorough
def test_a_metric_of_the_final_weights_needs_its_row_and_no_more(tmp_path: Path) -> None:
    """In a process of its own, as the rows must be there before a config is read.

    What is trained does not depend on them, and so is trained here, which has TensorFlow.
    """
    for name, rate in (("guesses", "1e-9"), ("learns", "0.05")):
        path = tmp_path / f"{name}.yaml"
        path.write_text(CONFIG.replace("RATE", rate))
        run(load(path), tmp_path / "results")
        path.write_text(path.read_text() + WANTED)
    commands = [
        ["run", "guesses.yaml", "learns.yaml", "--quiet"],
        ["compare", "--json", "--metric", "hamming"],
        ["compare", "--json", "--metric", "kappa"],
        ["list", "metrics"],
        ["schema"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", ADDED + COMMANDS],
        input=json.dumps(commands),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    _, *compared, listed, schema = json.loads(done.stdout)
    medians = []
    for text in compared:
        (group,) = json.loads(text)["groups"]
        test = next(it for it in group["pairs"] if it["part"] == "test")
        assert (test["first"], test["second"], test["finding"]) == ("guesses", "learns", "worse")
        medians.append(test["second_median"])
    summary = json.loads((tmp_path / "results" / "learns" / "metrics.json").read_text())["summary"]
    assert medians[0] == summary["test"]["hamming"]["median"] < 0.2
    assert medians[0] == pytest.approx(1 - summary["test"]["accuracy"]["median"])
    assert medians[1] == summary["test"]["kappa"]["median"] > 0.6
    assert {"hamming", "kappa"} <= set(listed.split())
    assert {"hamming", "kappa"} <= set(json.loads(schema)["properties"]["metrics"]["items"]["enum"])
