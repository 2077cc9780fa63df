"""The report as a reader meets it, in Chromium; a process of its own writes each page."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import typer
from playwright.sync_api import Browser, Page, sync_playwright

from lossbench.cli import report as cli
from lossbench.config.experiment import Experiment
from lossbench.config.load import load
from lossbench.evidence import comparison
from lossbench.report import page as report
from lossbench.results.read import read_all
from lossbench.results.result import Result, Training
from lossbench.results.write import files
from lossbench.suite import run as runner

RESULTS = Path(__file__).parents[2] / "results"
SEEDS, EPOCHS = 20, 5
LOSSES = ("binary_crossentropy", "hinge", "squared_hinge")
HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"
NAN = float("nan")


@pytest.fixture(scope="module")
def result(experiment_of: Callable[..., Experiment]) -> Callable[..., Result]:
    split = experiment_of("binary classification", "hinge").dataset.load()

    def make(name: str, loss: str, shift: float = 0.0, problem: str = "binary classification"):
        published = {} if problem == "regression" else {"accuracy": {"train": 0.8, "test": 0.5}}
        experiment = experiment_of(
            problem, loss, name=name, epochs=EPOCHS, repeats=SEEDS, published=published
        )
        rng = np.random.default_rng(0)
        names = ("loss", *experiment.metrics)
        trainings = []
        for seed in range(SEEDS):
            diverged = seed == 3
            figures = dict.fromkeys(names, NAN if diverged else 0.8 + shift + 0.001 * seed)
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


def write(folder: Path, *results: Result, without: str = "") -> Path:
    for result in results:
        (folder / result.experiment.name).mkdir(parents=True)
        for name, content in files(result).items():
            if name != without:
                (folder / result.experiment.name / name).write_bytes(content)
    return folder


def lossbench(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lossbench", *map(str, arguments)]
    env = os.environ | environment
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=90, env=env)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, result: Callable[..., Result]) -> Path:
    """Three losses on one data set, and a regression that nothing is compared with."""
    three = [result(loss, loss, 0.02 * number) for number, loss in enumerate(LOSSES)]
    alone = result("alone" + "-and-with-a-very-long-name" * 6, "mse", 1.0, "regression")
    folder = write(tmp_path_factory.mktemp("report") / "results", *three, alone)
    done = lossbench("report", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}/report.html\n", "")
    return folder / "report.html"


@pytest.fixture(scope="module")
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


@dataclass
class Tab:
    """A page with all that it asked for and complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Callable[..., Tab]]:
    contexts = []

    def show(path: Path, width: int = 1280, scheme: str = "light") -> Tab:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
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


def test_the_page_loads_without_errors_and_asks_for_nothing_else(
    tab: Callable[..., Tab], stored: Path
) -> None:
    shown = tab(stored)
    shown.page.wait_for_load_state("networkidle")
    assert (shown.asked, shown.complaints) == ([stored.as_uri()], [])
    assert shown.page.title().startswith("results: ")
    headings = shown.page.locator("h2").all_inner_texts()
    assert headings == ["Findings", "Beside what is published", "Comparison", "Experiments"]
    first = shown.page.locator(".findings dd").first.inner_text()
    assert first.startswith("squared_hinge has the best median test accuracy, 0.850, and is better")


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#results tbody tr > :nth-child({number})").all_inner_texts()


def test_a_column_sorts_by_click_and_by_key(tab: Callable[..., Tab], stored: Path) -> None:
    page = tab(stored).page
    heading = page.locator("#results thead th").nth(2)
    button = heading.get_by_role("button")
    assert heading.get_attribute("aria-sort") is None
    before = column(page, 1)

    button.click()
    assert heading.get_attribute("aria-sort") == "ascending"
    rising = [float(text.split()[0]) for text in column(page, 3)]
    assert rising == sorted(rising)
    assert column(page, 1) != before  # not only the heading has changed

    button.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert [float(text.split()[0]) for text in column(page, 3)] == rising[::-1]

    name = page.locator("#results thead th").first
    name.get_by_role("button").press("Space")
    assert (name.get_attribute("aria-sort"), heading.get_attribute("aria-sort")) == (
        "ascending",
        None,
    )
    assert column(page, 1) == before


def test_rows_without_a_figure_stay_last(tab: Callable[..., Tab], stored: Path) -> None:
    page = tab(stored).page
    button = page.locator("#results thead th").nth(3).get_by_role("button")
    for _ in range(2):
        button.click()
        published = column(page, 4)
        assert (published[-1], published.count("")) == ("", 1)


OVERFLOWING = """() => [...document.querySelectorAll("body *")]
    .filter((it) => it.checkVisibility() && !it.closest("svg g, .skip"))
    .filter((it) => [it.getBoundingClientRect()].some(({left, right}) =>
        left < -0.5 || right > innerWidth + 0.5))
    .map((it) => it.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("width", [390, 800, 970, 1280])
def test_nothing_overflows(tab: Callable[..., Tab], stored: Path, width: int) -> None:
    page = tab(stored, width).page
    page.locator("details").evaluate_all("all => all.forEach((it) => it.open = true)")
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


# Every text's contrast with what is behind it, by the formula of WCAG 2; the lowest first.
CONTRASTS = """() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => channels(colour).slice(0, 3)
        .map((it) => it / 255)
        .map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4)
        .reduce((sum, it, n) => sum + it * [0.2126, 0.7152, 0.0722][n], 0);
    const behind = (it) => {
        const colour = getComputedStyle(it).backgroundColor;
        return channels(colour)[3] === 0 ? behind(it.parentElement) : colour;
    };
    return [...document.querySelectorAll("body *")]
        .filter((it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
        .filter((it) => it.checkVisibility())
        .map((it) => {
            const style = getComputedStyle(it);
            const colour = it.closest("svg") ? style.fill : style.color;
            const [a, b] = [luminance(colour), luminance(behind(it))].sort((a, b) => b - a);
            return [(a + 0.05) / (b + 0.05), it.outerHTML.slice(0, 80)];
        })
        .sort(([a], [b]) => a - b);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_legible(tab: Callable[..., Tab], stored: Path, scheme: str) -> None:
    page = tab(stored, scheme=scheme).page
    page.locator("details").evaluate_all("all => all.forEach((it) => it.open = true)")
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 200
    assert contrasts[0][0] >= 4.5, contrasts[0]


def test_dark_is_dark_and_paper_is_white(tab: Callable[..., Tab], stored: Path) -> None:
    page = tab(stored, scheme="dark").page
    colours = "() => ['backgroundColor', 'color'].map((it) => getComputedStyle(document.body)[it])"
    dark = page.evaluate(colours)
    page.emulate_media(media="print")
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(27, 31, 36)"] != dark
    assert not page.locator("nav").is_visible()
    assert page.locator("pre").first.is_visible()  # though its experiment is closed on the screen
    page.emulate_media(media="screen")
    assert not page.locator("pre").first.is_visible()


def test_a_link_to_an_experiment_opens_it(tab: Callable[..., Tab], stored: Path) -> None:
    page = tab(stored).page
    page.locator("#results tbody a").nth(1).press("Enter")
    (opened,) = page.locator("details[open] summary").all_inner_texts()
    assert opened.startswith("binary_crossentropy")
    assert "loss:\n  name: binary_crossentropy" in page.locator("details[open] pre").inner_text()
    assert "scikit-learn" in page.locator("details[open] .provenance").inner_text()


def test_pictures_say_what_they_show_and_share_no_ids(
    tab: Callable[..., Tab], stored: Path
) -> None:
    page = tab(stored).page
    pictures = page.locator("svg[role=img]")
    labels = pictures.evaluate_all("all => all.map((it) => it.getAttribute('aria-label'))")
    assert len(labels) == 2 + 4  # curves, boundaries, and each experiment's own curves
    assert re.match(r"Curves of the accuracy .* train and test: binary_.* 0\.\d", labels[0])
    assert labels[1].endswith(
        "Median test accuracy: binary_crossentropy 0.810; hinge 0.830; squared_hinge 0.850."
    )
    ids = page.locator("[id]").evaluate_all("all => all.map((it) => it.id)")
    assert len(ids) == len(set(ids))
    # What a picture refers to is there, and lies in it.
    assert page.evaluate("""() => [...document.querySelectorAll("svg *")].every((it) =>
        [...it.attributes].flatMap(({value}) => value.match(/(?<=url\\(#|^#)[\\w-]+/) ?? [])
            .every((id) => it.closest("svg").querySelector(`[id="${id}"]`)))""")


def test_what_comes_from_files_is_escaped(
    tab: Callable[..., Tab], result: Callable[..., Result], tmp_path: Path
) -> None:
    hostile = replace(result("hinge", "hinge"), provenance={"platform": HOSTILE})
    path = tmp_path / "report.html"
    path.write_text(report.page(HOSTILE, [hostile], [f"{HOSTILE}: is damaged"]))
    shown = tab(path)
    assert shown.complaints == []
    assert shown.page.locator("img").count() == 0
    assert shown.page.locator("script").count() == 1
    assert shown.page.title().startswith(HOSTILE)
    assert HOSTILE in shown.page.locator(".note").inner_text()
    assert HOSTILE in shown.page.locator(".provenance").inner_text()


def test_no_script_but_the_pages_own_runs(
    tab: Callable[..., Tab], stored: Path, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(stored.read_text().replace("<main>", f"<main>{HOSTILE}"))
    shown = tab(path)
    shown.page.get_by_role("button").first.click()
    assert shown.page.locator("th[aria-sort]").count() == 1
    assert all("Content Security Policy" in it for it in shown.complaints)


def test_without_history_all_but_the_curves_is_there(
    tab: Callable[..., Tab], result: Callable[..., Result], tmp_path: Path
) -> None:
    pair = [result(loss, loss, 0.02 * number) for number, loss in enumerate(LOSSES[:2])]
    results, _ = read_all(write(tmp_path, *pair, without="history.csv"))
    (tmp_path / "report.html").write_text(report.page("results", results, []))
    page = tab(tmp_path / "report.html").page
    (label,) = page.locator("svg[role=img]").evaluate_all("all => all.map((it) => it.ariaLabel)")
    assert label.startswith("Decision boundaries")
    assert "Without history.csv" in page.locator("#comparison").inner_text()


def test_damaged_results_are_named_and_the_others_shown(
    result: Callable[..., Result], tmp_path: Path
) -> None:
    write(tmp_path, result("good", "hinge"), result("bad", "hinge"))
    (tmp_path / "bad" / "metrics.json").write_text("{")
    done = lossbench("report", tmp_path)
    complaint = f"{tmp_path}/bad/metrics.json: is damaged or half-written; run the experiment again"
    assert (done.returncode, done.stderr) == (2, f"Error: {complaint}\n")
    text = (tmp_path / "report.html").read_text().replace("<wbr>", "")
    assert f"<li>{complaint}</li>" in text
    assert "so no losses are compared" in text
    assert "0.810 [" in text


def test_nothing_there_is_said_and_nothing_written(tmp_path: Path) -> None:
    done = lossbench("report", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Error: {tmp_path}: holds no results; 'lossbench run-all' makes some\n"
    assert list(tmp_path.iterdir()) == []


def test_a_page_elsewhere_has_the_paths_that_are_right_there(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(stored, "a.html")
    cli.report(stored.parent, out=Path("a.html"))  # in place of the older one
    assert Path("a.html").read_bytes() == stored.read_bytes()  # none of these has a data file
    Path("d.csv").write_text("a,b,y\n" + "".join(f"{n},{n % 3},{n / 7}\n" for n in range(20)))
    config = "dataset: {file: d.csv, target: y}\nmodel: {hidden: [2]}\nloss: mse\nepochs: 1\n"
    Path("it.yaml").write_text(f"{config}repeats: 1\n")
    runner.run(load("it.yaml"), "results")
    cli.report(Path("results"), out=Path("new/folder/b.html"))
    assert "file: ../../d.csv" in Path("new/folder/b.html").read_text()


@pytest.mark.parametrize("kind", ["text", "page", "folder", "link", "pipe"])
@pytest.mark.parametrize("elsewhere", [True, False])
def test_only_a_report_is_replaced(
    stored: Path, tmp_path: Path, kind: str, elsewhere: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "results"
    shutil.copytree(stored.parent / "hinge", folder / "hinge")
    path = tmp_path / "thesis.tex" if elsewhere else folder / "report.html"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("nowhere")
    else:
        page = "<title>which loss, and how much does it matter?</title>\n"
        path.write_text(page if kind == "page" else "years of work")
    before = path.lstat()
    with pytest.raises(typer.Exit) as end:
        cli.report(folder, out=path if elsewhere else None)
    assert end.value.exit_code == 1
    hint = "" if elsewhere else "; --out FILE writes elsewhere"
    message = f"Error: {path} is in the way: lossbench did not write it{hint}\n"
    assert capsys.readouterr() == ("", message)
    assert (path.lstat().st_ino, path.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_empty_file_may_be_replaced(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "made by mktemp").touch()
    cli.report(stored.parent, out=tmp_path / "made by mktemp")
    assert (tmp_path / "made by mktemp").read_bytes() == stored.read_bytes()


def test_results_that_cannot_be_written_to_have_their_page_elsewhere(
    stored: Path, own_disk: tuple[list[str], Path], tmp_path: Path
) -> None:
    apart, disk = own_disk
    command = shlex.join([sys.executable, "-m", "lossbench", "report", str(disk)])
    script = (
        f"mount -t tmpfs none {disk} && cp -r {stored.parent}/hinge {disk} && "
        f"mount -o remount,ro {disk} && ! {command} && {command} --out {tmp_path}/a.html"
    )
    done = subprocess.run([*apart, script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/a.html\n")
    assert done.stderr == (
        f"Error: {disk}/report.html: Read-only file system; --out FILE writes elsewhere\n"
    )
    assert "hinge" in (tmp_path / "a.html").read_text()


def test_open_gives_the_page_to_the_browser(result: Callable[..., Result], tmp_path: Path) -> None:
    folder = write(tmp_path / "some results", result("hinge", "hinge"), without="history.csv")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    assert lossbench("report", folder, "--open", BROWSER=f"{browser} %s").returncode == 0
    assert (tmp_path / "opened").read_text() == f"{(folder / 'report.html').as_uri()}\n"


def test_the_same_results_give_the_same_page_without_tensorflow(
    stored: Path, tmp_path: Path
) -> None:
    shutil.copytree(stored.parent, tmp_path / "results")
    code = (
        "import sys; sys.modules['tensorflow'] = None; sys.argv[1:] = ['report', "
        f"{str(tmp_path / 'results')!r}]; from lossbench.cli.main import main; main()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=90, capture_output=True)
    assert (tmp_path / "results" / "report.html").read_bytes() == stored.read_bytes()


def test_of_many_the_foremost_are_drawn_and_told_of(result: Callable[..., Result]) -> None:
    many = [result(f"hinge-{number:02}", "hinge", 0.001 * number) for number in range(26)]
    worse = [
        replace(it, trainings=tuple(replace(t, history={}) for t in it.trainings))
        for it in many[:14]
    ]  # without curves of their own, which take time
    page = report.page("many", [*worse, *many[14:]], [])
    assert page.count("The 12 of 26 experiments with the best test medians") == 2
    labels = re.findall(r'role="img" aria-label="([^"]*)"', page)
    assert re.findall(r"hinge-\d\d", labels[0]) == [
        f"hinge-{number:02}" for number in range(14, 26)
    ]
    assert "Of 325 pairs, these are the 12 of hinge-25" in page.replace("<wbr>", "")
    assert page.count('class="bar"') == 2 * 12
    assert page.count('<div class="long" role="region" tabindex="0"') == 2


def test_a_page_of_so_many_that_only_the_best_is_compared(
    result: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "MOST_IN_PAIRS", 7)
    many = [result(f"hinge-{number}", "hinge", 0.001 * (number * 3 % 8)) for number in range(8)]
    bare = [
        replace(it, trainings=tuple(replace(t, history={}) for t in it.trainings)) for it in many
    ]
    page = report.page("many", bare, []).replace("<wbr>", "")
    assert page.count('class="bar"') == 2 * 7
    assert "hinge-5 has the best median test accuracy" in page


def test_claims_are_counted_and_listed() -> None:
    page = report.page("results", read_all(RESULTS)[0], [])
    assert "<h2>The article's claims</h2>" in page
    assert page.count('<p class="claim">') == 9
    counts = re.search(r"nine claims</dt><dd>(.*?)\.</dd>", page)
    assert counts
    assert sum(map(int, re.findall(r"\d+", counts[1]))) == 9
