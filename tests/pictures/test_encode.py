"""The files of pictures."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from drawn_texts import check_texts
from made_up_curves import experiment, result, split
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from lossbench.pictures.encode import encoded, write_pictures
from lossbench.pictures.formats import FORMATS, Drawn, refuse_picture
from lossbench.pictures.of_dataset import scatter
from lossbench.pictures.of_result import learning_curves
from lossbench.pictures.style import PAPER

PUBLISHED = {"accuracy": {"train": 0.9, "test": 0.8}}
PROGRAM = """
import hashlib
from test_encode import drawn
from lossbench.pictures.encode import encoded
for it in ("png", "pdf", "svg"):
    print(hashlib.sha256(encoded(drawn(), it)).hexdigest())
"""


def drawn() -> Figure:
    return learning_curves(result(experiment(published=PUBLISHED)), PAPER)


def digests(**environment: str) -> str:
    """Digests of a picture in all formats, from a process of its own."""
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parent), *sys.path])
    child = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONPATH": paths} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return child.stdout


def test_the_same_picture_is_the_same_bytes_in_every_format_at_any_time() -> None:
    now = digests(PYTHONHASHSEED="1")
    assert len(set(now.split())) == len(FORMATS)
    assert digests(PYTHONHASHSEED="2", SOURCE_DATE_EPOCH="1000000000", TZ="Asia/Tokyo") == now


def test_a_pdf_of_the_paper_s_style_is_3_3_inches_wide_and_embeds_truetype() -> None:
    content = encoded(drawn(), "pdf", PAPER)
    [box] = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) [\d.]+ \]", content)
    assert float(box) == pytest.approx(3.3 * 72)
    assert b"/FontFile2" in content  # TrueType
    assert b"/Type3" not in content
    assert not re.search(rb"/(Creation|Mod)Date", content)


def test_an_svg_needs_no_font_and_has_no_date() -> None:
    content = encoded(drawn(), "svg", PAPER)
    assert b"<text" not in content
    assert b"<dc:date>" not in content


@pytest.mark.parametrize("of", ["curves", "data"])
def test_all_text_of_the_paper_s_style_has_8_points_and_there_is_no_title(of: str) -> None:
    picture = drawn() if of == "curves" else scatter(split(), PAPER)
    assert picture.get_size_inches()[0] == 3.3
    FigureCanvasAgg(picture).draw()
    texts = [it for it in picture.findobj(Text) if it.get_visible() and it.get_text()]
    assert {it.get_fontsize() for it in texts} == {8.0}
    assert not picture.texts
    assert picture.get_suptitle() == ""
    check_texts(picture)


@pytest.mark.parametrize("file_format", FORMATS)
def test_only_a_picture_of_lossbench_is_replaced(tmp_path: Path, file_format: str) -> None:
    asked = Drawn((file_format,))
    write_pictures({"it": drawn()}, tmp_path, asked)
    write_pictures({"it": drawn()}, tmp_path, asked)
    mine = tmp_path / f"mine.{file_format}"
    picture = Figure()
    picture.savefig(mine)
    before = mine.read_bytes()
    message = "is in the way: lossbench did not write it"
    with pytest.raises(FileExistsError, match=message):
        refuse_picture(mine)
    # Nothing is written before all are looked at.
    with pytest.raises(FileExistsError, match=message):
        write_pictures({"other": drawn(), "mine": drawn()}, tmp_path, asked)
    assert mine.read_bytes() == before
    assert not (tmp_path / f"other.{file_format}").exists()


def test_a_png_of_the_paper_s_style_is_sharp_in_print(tmp_path: Path) -> None:
    write_pictures({"it": drawn()}, tmp_path, Drawn(("png",), "paper"))
    with Image.open(tmp_path / "it_paper.png") as image:
        assert image.width == 990
