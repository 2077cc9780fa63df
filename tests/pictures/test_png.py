"""PNG files against those of matplotlib and the reader of Pillow."""

import io

import numpy as np
import pytest
from made_up_curves import experiment, result, split
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from lossbench.pictures.encode import encoded
from lossbench.pictures.of_dataset import scatter
from lossbench.pictures.of_result import learning_curves
from lossbench.pictures.png import png
from lossbench.pictures.style import NORMAL, PAPER, STYLE, Style

PICTURES = {
    "curves": lambda style: learning_curves(result(experiment()), style),
    "one panel": lambda style: learning_curves(result(experiment("mse")), style),
    "data": lambda style: scatter(split(), style),
}


def theirs(picture: Figure, style: Style) -> bytes:
    file = io.BytesIO()
    with rc_context(STYLE):
        picture.savefig(file, dpi=style.dpi, metadata={"Software": "lossbench"})
    return file.getvalue()


@pytest.mark.parametrize("style", [NORMAL, PAPER], ids=lambda it: it.name)
@pytest.mark.parametrize("name", PICTURES)
def test_every_pixel_is_matplotlibs_in_a_file_as_small(name: str, style: Style) -> None:
    picture = PICTURES[name](style)
    content, other = encoded(picture, "png", style), theirs(picture, style)
    with Image.open(io.BytesIO(content)) as image, Image.open(io.BytesIO(other)) as its:
        image.verify()  # the check sums
        assert image.info == its.info
        assert image.size == its.size
    with Image.open(io.BytesIO(content)) as image, Image.open(io.BytesIO(other)) as its:
        np.testing.assert_array_equal(image.convert("RGBA"), its.convert("RGBA"))
    assert len(content) < 1.2 * len(other)


def test_a_picture_is_the_same_when_it_is_encoded_again_in_another_size() -> None:
    picture = PICTURES["curves"](NORMAL)
    large, small, again = (png(picture, dpi, {"Software": "it"}) for dpi in (180, 60, 180))
    assert large == again != small
