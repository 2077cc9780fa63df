"""The pictures of the losses on the page of configs are those of the losses there are."""

from pathlib import Path

import numpy as np
import pytest
from docs.loss_pictures import PICTURES, draw
from docs.readmes import ROOT
from PIL import Image


@pytest.mark.parametrize("path", PICTURES, ids=lambda it: it.name)
def test_a_picture_is_small_shown_and_up_to_date(path: Path) -> None:
    assert path.stat().st_size < 100_000
    assert f"({path.name})" in (ROOT / "configs" / "README.md").read_text()
    kept, drawn = (it.convert("RGB") for it in (Image.open(path), draw(PICTURES[path])))
    assert kept.size == drawn.size, "make picture draws it anew"
    # Fonts differ by a dot here and there from one version to the next.
    difference = np.abs(np.asarray(kept, float) - np.asarray(drawn, float)).mean()
    assert difference < 2, "make picture draws it anew"
