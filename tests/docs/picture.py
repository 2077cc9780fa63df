"""Draws results/report.png, the first screen of the report of the nine experiments.

``make picture`` trains them in a temporary folder, since git has no curves of the results that it
keeps, and the report tells more with them.
"""

import io
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from command import lossbench
from docs.readmes import ROOT
from PIL import Image
from playwright.sync_api import sync_playwright

WIDTH, HEIGHT = 1100, 780
SCALE = 1.5  # as on screens of many dots
COLOURS = 64  # which are enough for text, and a third of the bytes


def screen(page: Path) -> Image.Image:
    """The first screen of a page in Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        tab = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE
        )
        tab.goto(page.as_uri())
        picture = tab.screenshot()
        browser.close()
    return Image.open(io.BytesIO(picture))


def main() -> None:
    """Train, write the report, and take its picture."""
    with TemporaryDirectory() as folder:
        for command in ("run-all", "report"):
            done = lossbench(Path(folder), command)
            assert done.returncode == 0, done.stderr
        picture = screen(Path(folder) / "results" / "report.html")
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(ROOT / "results" / "report.png", optimize=True)


if __name__ == "__main__":
    main()
