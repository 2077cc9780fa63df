"""Curves on the screen tell their figures, in Chromium."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from lossbench.results.read import read_all

pytestmark = pytest.mark.slow

CHART = ".panels figure.live"
# How many pixels of a chart are drawn in about the colour of a part.
DRAWN = """(figure, name) => {
    const canvas = figure.querySelector("canvas");
    const style = getComputedStyle(document.documentElement);
    const hex = style.getPropertyValue(name).trim();
    const wanted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
        const near = wanted.every((it, n) => Math.abs(it - data[at + n]) < 40);
        if (data[at + 3] > 200 && near) count += 1;
    }
    return count;
}"""


def told_of(stored: Path, name: str, epoch: int) -> str:
    """What a chart must tell after an epoch, from the result's own curves."""
    result = next(it for it in read_all(stored.parent)[0] if it.experiment.name == name)
    parts = []
    for part in ("train", "test"):
        values = result.curves(part, "accuracy")[:, epoch - 1]
        finite = values[np.isfinite(values)]
        low, middle, high = (float(f"{it:.4g}") for it in np.percentile(finite, (10, 50, 90)))
        parts.append(f"{part} {middle:g} [{low:g}, {high:g}]")
    seeds = int(np.isfinite(result.curves("test", "accuracy")[:, epoch - 1]).sum())
    return f"Epoch {epoch}: {', '.join(parts)}; {seeds} seeds"


@pytest.fixture
def page(tab: Callable[..., object], stored: Path) -> Page:
    shown: Page = tab(stored).page
    shown.locator(".panels").scroll_into_view_if_needed()
    expect(shown.locator(CHART)).to_have_count(3)
    return shown


def test_arrow_keys_tell_epoch_median_band_and_seeds_of_every_loss(
    page: Page, stored: Path
) -> None:
    told = page.locator(f"{CHART} .told")
    last = told_of(stored, "hinge", 5)
    assert last.endswith("; 19 seeds")  # one diverged in it
    expect(told.nth(1)).to_have_text(last)
    chart = page.get_by_role("slider").nth(1)
    chart.focus()
    assert told.nth(1).get_attribute("aria-live") == "polite"
    for key, epoch in (("Home", 1), ("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2)):
        chart.press(key)
        expect(told.nth(1)).to_have_text(told_of(stored, "hinge", epoch))
        assert chart.get_attribute("aria-valuenow") == str(epoch)
    # All charts of the data set tell the same epoch.
    expect(told.nth(0)).to_have_text(told_of(stored, "binary_crossentropy", 2))
    page.get_by_role("slider").nth(0).focus()
    assert told.nth(1).get_attribute("aria-live") is None


def test_hovering_tells_the_same(page: Page, stored: Path) -> None:
    over = page.locator(f"{CHART} .u-over").nth(2)
    box = over.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(page.locator(f"{CHART} .told").nth(2)).to_have_text(told_of(stored, "squared_hinge", 3))


def test_parts_and_bands_are_switched_off_and_on(page: Page) -> None:
    figure = page.locator(CHART).first
    before = figure.evaluate(DRAWN, "--train")
    assert before > 20
    page.get_by_role("checkbox", name="train").first.uncheck()
    assert figure.evaluate(DRAWN, "--train") < before / 5
    page.get_by_role("checkbox", name="train").first.check()
    assert figure.evaluate(DRAWN, "--train") == before


def test_a_chart_takes_the_place_of_its_picture_only_on_the_screen(page: Page) -> None:
    picture = page.locator(f"{CHART} > svg").first
    canvas = page.locator(f"{CHART} canvas").first
    assert (picture.is_visible(), canvas.is_visible()) == (False, True)
    page.emulate_media(media="print")
    assert (picture.is_visible(), canvas.is_visible()) == (True, False)


def test_without_scripts_the_pictures_are_there(tab: Callable[..., object], stored: Path) -> None:
    page: Page = tab(stored, script=False).page
    assert page.locator(".panels figure > svg:visible").count() == 3
    assert page.locator("canvas, .switches, [class^=dt-]").count() == 0
