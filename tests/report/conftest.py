"""Results with made-up figures, and a report of some of them."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from command import lossbench
from in_browser import Tab
from made_up import NAN
from playwright.sync_api import Browser, sync_playwright

from lossbench.config.experiment import Experiment
from lossbench.results.result import Result, Training
from lossbench.results.write import files

SEEDS, EPOCHS = 20, 5
LOSSES = ("binary_crossentropy", "hinge", "squared_hinge")


@pytest.fixture(scope="session")
def result(experiment_of: Callable[..., Experiment]) -> Callable[..., Result]:
    """A result whose metrics are near 0.8, with published figures; its fourth seed diverged.

    ``shift`` is added to the metrics. Histories and weights are random.
    """
    split = experiment_of("binary classification", "hinge").dataset.load()

    def make(
        name: str, loss: str, shift: float = 0.0, problem: str = "binary classification"
    ) -> Result:
        published = {} if problem == "regression" else {"accuracy": {"train": 0.8, "test": 0.5}}
        experiment = experiment_of(
            problem, loss, name=name, epochs=EPOCHS, repeats=SEEDS, published=published
        )
        rng = np.random.default_rng(0)
        names = ("loss", *experiment.metrics)
        trainings = []
        for seed in range(SEEDS):
            diverged = seed == 3
            # An error may take more digits than a share, and more room in the tables.
            value = 1234 + 111 * seed if problem == "regression" else 0.8 + shift + 0.001 * seed
            figures = dict.fromkeys(names, NAN if diverged else value)
            history = {
                f"{part}_{it}": rng.random(EPOCHS) for part in ("train", "test") for it in names
            }
            for it in names:
                history[f"test_{it}"][-1] = figures[it]
            shapes = ((2, 25), (25,), (25, 1), (1,))
            weights = tuple(rng.normal(size=shape).astype(np.float32) for shape in shapes)
            trainings.append(Training(seed, diverged, figures, figures, history, weights))
        sha256 = split.sha256 if problem != "regression" else "abc"
        return Result(experiment, sha256, tuple(trainings))

    return make


@pytest.fixture(scope="session")
def write() -> Callable[..., Path]:
    """Write results to a folder, ``without`` one of their files."""

    def write_to(folder: Path, *results: Result, without: str = "") -> Path:
        for result in results:
            (folder / result.experiment.name).mkdir(parents=True)
            for name, content in files(result).items():
                if name != without:
                    (folder / result.experiment.name / name).write_bytes(content)
        return folder

    return write_to


@pytest.fixture(scope="session")
def stored(
    tmp_path_factory: pytest.TempPathFactory,
    result: Callable[..., Result],
    write: Callable[..., Path],
) -> Path:
    """The report of three losses on one data set, and of a regression that is compared with none.

    The name of that one is very long.
    """
    three = [result(loss, loss, 0.02 * number) for number, loss in enumerate(LOSSES)]
    alone = result("alone" + "-and-with-a-very-long-name" * 6, "mse", problem="regression")
    folder = write(tmp_path_factory.mktemp("report") / "results", *three, alone)
    done = lossbench(folder.parent, "report", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}/report.html\n", "")
    return folder / "report.html"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        why = "needs Chromium, such as Debian's package chromium"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Callable[..., Tab]]:
    contexts = []

    def show(
        path: Path, width: int = 1280, scheme: str = "light", height: int = 800, script: bool = True
    ) -> Tab:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            offline=True,
            java_script_enabled=script,
        )
        contexts.append(context)
        tab = Tab(context.new_page())
        tab.page.on("request", lambda request: tab.asked.append(request.url))
        tab.page.on("console", lambda message: tab.complaints.append(message.text))
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.page.on("dialog", lambda dialog: tab.complaints.append(dialog.message))
        tab.page.goto(path.as_uri())
        return tab

    yield show
    for context in contexts:
        context.close()
