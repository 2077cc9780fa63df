"""The report as a reader meets it, in Chromium; the command writes the page."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from in_browser import Tab
from playwright.sync_api import Page, expect

from lossbench.report.page import page as page_of
from lossbench.results.read import read_all
from lossbench.results.result import Result

pytestmark = pytest.mark.slow

TABLE = "section[aria-labelledby=comparison-1] table"
LOSSES = ("binary_crossentropy", "hinge")
HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"


def bare(result: Result, sha256: str) -> Result:
    """The result without curves, which take time, of data that no other result has."""
    trainings = tuple(replace(it, history={}) for it in result.trainings)
    return replace(result, data_sha256=sha256, trainings=trainings)


def with_test(result: Result, metric: str, value: float) -> Result:
    """The result with another test value of every seed."""
    trainings = (replace(it, test={**it.test, metric: value}) for it in result.trainings)
    return replace(result, trainings=tuple(trainings))


def test_the_page_loads_without_errors_and_asks_for_nothing_else(
    tab: Callable[..., Tab], stored: Path
) -> None:
    shown = tab(stored)
    shown.page.wait_for_load_state("networkidle")
    assert (shown.asked, shown.complaints) == ([stored.as_uri()], [])
    assert shown.page.title().startswith("results: ")
    headings = shown.page.locator("h2").all_inner_texts()
    assert headings == ["Which loss to take", "Results", "The losses", "Experiments"]
    first = shown.page.locator(".answers li").first.inner_text()
    assert first.startswith(
        "On make_circles, 1000 rows: take squared_hinge (median test accuracy 0.850)"
    )


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"{TABLE} tbody tr > :nth-child({number})").all_inner_texts()


def test_a_column_sorts_by_click_and_by_key(tab: Callable[..., Tab], stored: Path) -> None:
    page = tab(stored).page
    heading = page.locator(f"{TABLE} thead th").nth(3)
    button = heading.get_by_role("button")
    assert heading.get_attribute("aria-sort") is None
    before = column(page, 1)

    button.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    button.click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(page.locator(f"{TABLE} tbody th").first).to_have_text("squared_hinge")
    falling = [float(text.split()[0]) for text in column(page, 4)]
    assert falling == sorted(falling, reverse=True)
    assert column(page, 1) == before[::-1]

    name = page.locator(f"{TABLE} thead th").first
    name.get_by_role("button").press("Space")
    expect(name).to_have_attribute("aria-sort", "ascending")
    expect(heading).not_to_have_attribute("aria-sort", re.compile("."))
    expect(page.locator(f"{TABLE} tbody th").first).to_have_text("binary_crossentropy")
    assert column(page, 1) == before


def test_numbers_sort_by_size_and_rows_without_one_stay_last(
    tab: Callable[..., Tab], tmp_path: Path, result: Callable[..., Result]
) -> None:
    many = [bare(result(f"r{n}", "mse", problem="regression"), f"{n}" * 64) for n in range(3)]
    values = (1e-4, 9.0, float("nan"))
    results = [with_test(it, "mse", value) for it, value in zip(many, values, strict=True)]
    path = tmp_path / "report.html"
    path.write_text(page_of("results", results, []))
    page = tab(path).page
    button = page.locator("#results thead th").nth(3).get_by_role("button")
    first = page.locator("#results tbody th").first
    for names in (["r0", "r1", "r2"], ["r1", "r0", "r2"]):
        button.click()
        expect(first).to_have_text(names[0])
        assert page.locator("#results tbody th").all_inner_texts() == names


def test_a_filter_hides_the_rows_without_its_words(
    tab: Callable[..., Tab], tmp_path: Path, result: Callable[..., Result]
) -> None:
    many = [bare(result(f"row-{n}", "mse", problem="regression"), f"{n:064}") for n in range(30)]
    path = tmp_path / "report.html"
    path.write_text(page_of("results", many, []))
    page = tab(path).page
    page.get_by_label("Filter").press_sequentially("ROW-1 regr")
    expect(page.locator("#results tbody tr")).to_have_text("No row has these words.")
    page.get_by_label("Filter").fill("ROW-1 mse")
    expect(page.get_by_role("status")).to_have_text("11 of 30")
    shown = page.locator("#results tbody th").all_inner_texts()
    assert shown == ["row-1", *(f"row-{n}" for n in range(10, 20))]
    # The field stays where it is while the rows scroll, and is not on paper.
    assert page.locator(".long input").count() == 0
    page.emulate_media(media="print")
    assert not page.get_by_label("Filter").is_visible()


def test_a_folded_table_sorts_when_it_is_opened(
    tab: Callable[..., Tab], tmp_path: Path, result: Callable[..., Result]
) -> None:
    names = [(f"{loss}-{n}", loss, f"{n:064}") for n in range(13) for loss in LOSSES]
    many = [bare(result(name, loss), sha256) for name, loss, sha256 in names]
    path = tmp_path / "report.html"
    path.write_text(page_of("results", many, []))
    shown = tab(path)
    folded = shown.page.locator("#results section details")
    assert folded.locator(".dt-container").count() == 0
    folded.locator("summary").click()
    folded.get_by_role("button").first.click()
    expect(folded.locator("th[aria-sort=ascending]")).to_have_count(1)
    assert shown.complaints == []


OVERFLOWING = """() => [...document.querySelectorAll("body *")]
    .filter((it) => it.checkVisibility() && !it.closest("svg g, .skip"))
    .filter((it) => [it.getBoundingClientRect()].some(({left, right}) =>
        left < -0.5 || right > innerWidth + 0.5))
    .map((it) => it.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("width", [320, 390, 800, 890, 910, 970, 1030, 1160, 1400])
def test_nothing_overflows(tab: Callable[..., Tab], stored: Path, width: int) -> None:
    page = tab(stored, width).page
    page.locator("details").evaluate_all("all => all.forEach((it) => it.open = true)")
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_a_narrow_phone_a_loss_has_room_for_its_text(
    tab: Callable[..., Tab], stored: Path
) -> None:
    page = tab(stored, 320).page
    widths = page.locator("#losses section > div").evaluate_all(
        "all => all.map((it) => it.clientWidth)"
    )
    assert min(widths) > 190


def test_names_above_curves_are_whole(
    tab: Callable[..., Tab], result: Callable[..., Result], tmp_path: Path
) -> None:
    pair = [result(f"hinge{'-with-a-long-name' * 5}-{number}", "hinge") for number in range(2)]
    path = tmp_path / "report.html"
    path.write_text(page_of("results", pair, []))
    page = tab(path, 390).page
    heading = page.locator(".panels .heading")
    for number in range(2):
        page.locator(".panels figure").nth(number).scroll_into_view_if_needed()
        expect(heading.nth(number)).to_have_text(pair[number].experiment.name)
        assert heading.nth(number).evaluate("it => it.scrollWidth <= it.clientWidth")


def test_headings_are_in_order_and_tables_have_captions(
    tab: Callable[..., Tab], stored: Path
) -> None:
    page = tab(stored).page
    tags = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map((it) => it.tagName)")
    levels = [int(it[1]) for it in tags]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert page.locator("table").count() == page.locator("table > caption").count() == 2


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
    page.locator("#results tbody a").nth(0).press("Enter")
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
    assert len(labels) == 1 + 3 + 1 + 4 + 4  # standings, panels, boundaries, losses, own curves
    assert labels[0].startswith(
        "Test accuracy on make_circles, 1000 rows, median and 95 % interval"
    )
    assert re.match(r"Curves of the accuracy of binary_.*: train from 0\.\d", labels[1])
    assert labels[4].endswith(
        "Median test accuracy: binary_crossentropy 0.810; hinge 0.830; squared_hinge 0.850."
    )
    assert labels[7] == "Hinge of a row as a line, and its gradient as a dashed one."
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
    assert shown.page.locator("script:not([type])").count() == 3
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
    expect(shown.page.locator("th[aria-sort]")).to_have_count(1)
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
    labels = page.locator("svg[role=img]").evaluate_all("all => all.map((it) => it.ariaLabel)")
    assert [it.split(" ")[0] for it in labels] == ["Test", "Decision", "Binary", "Hinge"]
    assert "no curves, because history.csv is missing" in page.locator("#results").inner_text()
