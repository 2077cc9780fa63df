"""The report as a reader meets it, in Chromium; the command writes the page."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lossbench.report.page import page as page_of
from lossbench.results.read import read_all
from lossbench.results.result import Result

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"


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


@pytest.mark.parametrize("width", [390, 800, 970, 1000, 1030, 1060, 1160, 1280])
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
    path.write_text(page_of(HOSTILE, [hostile], [f"{HOSTILE}: is damaged"]))
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
    tab: Callable[..., Tab],
    result: Callable[..., Result],
    write: Callable[..., Path],
    tmp_path: Path,
) -> None:
    pair = [
        result(loss, loss, 0.02 * number)
        for number, loss in enumerate(("binary_crossentropy", "hinge"))
    ]
    results, _ = read_all(write(tmp_path, *pair, without="history.csv"))
    (tmp_path / "report.html").write_text(page_of("results", results, []))
    page = tab(tmp_path / "report.html").page
    (label,) = page.locator("svg[role=img]").evaluate_all("all => all.map((it) => it.ariaLabel)")
    assert label.startswith("Decision boundaries")
    assert "no curves, because history.csv is missing" in page.locator("#comparison").inner_text()
