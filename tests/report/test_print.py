"""The report on paper, as Chromium prints it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from command import lossbench
from PIL import Image

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

DOTS = 30  # to an inch: enough to see where a page is empty
MARGIN = 0.4  # inches, of Chromium
BARE = 1 / 3  # of a page, which may be empty at its foot
KINDS = {
    "nine": ("run-all", "--epochs", "5", "--repeats", "20"),
    "noise": ("run-all", "label-noise", "--epochs", "3", "--repeats", "3"),
    "sweep": (
        *("run", "hinge", "--set", "optimizer.learning_rate=0.001,0.003,0.01,0.03,0.1"),
        *("--epochs", "5", "--repeats", "5"),
    ),
}


@pytest.fixture(scope="module", params=KINDS)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("print")
    made = lossbench(folder, *KINDS[request.param], "--out", "results")
    assert made.returncode == 0, made.stderr
    of = "results/hinge+learning_rate" if request.param == "sweep" else "results"
    done = lossbench(folder, "report", of)
    assert done.returncode == 0, done.stderr
    return folder / of / "report.html"


def test_no_page_is_a_third_empty_and_no_heading_stands_alone(
    tab: Callable[..., object], report: Path, tmp_path: Path
) -> None:
    if not shutil.which("pdftoppm"):
        why = "needs pdftoppm, such as of Debian's package poppler-utils"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    page = tab(report).page  # type: ignore[attr-defined]
    headings = {it.strip() for it in page.locator("h2, h3, h4, summary .name").all_inner_texts()}
    pdf = tmp_path / "report.pdf"
    page.pdf(path=pdf, margin=dict.fromkeys(("top", "bottom", "left", "right"), f"{MARGIN}in"))
    subprocess.run(["pdftoppm", "-r", str(DOTS), "-gray", pdf, tmp_path / "page"], check=True)
    *pages, _ = sorted(tmp_path.glob("page-*.pgm"))
    assert len(pages) >= 3
    for number, path in enumerate(pages, start=1):
        with Image.open(path) as picture:
            grey = np.asarray(picture)
        inked = np.flatnonzero((grey < 200).any(axis=1))
        height = len(grey) - 2 * MARGIN * DOTS
        used = (inked[-1] - MARGIN * DOTS) / height
        assert used > 1 - BARE, f"page {number} is used to {used:.0%}"
        text = subprocess.run(
            ["pdftotext", "-layout", "-f", str(number), "-l", str(number), pdf, "-"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert text.strip("\f\n ").splitlines()[-1].strip() not in headings
