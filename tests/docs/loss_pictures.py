"""Draws the losses of each problem for configs/README.md, a part of ``make picture``."""

import io
from pathlib import Path

from docs.readmes import ROOT
from PIL import Image

from lossbench.pictures.encode import encoded
from lossbench.pictures.of_losses import gallery
from lossbench.tables.losses import LOSSES
from lossbench.tables.problems import CLASSIFICATION, Problem

COLOURS = 64  # which are enough for lines, and a third of the bytes
PICTURES: dict[Path, Problem] = {
    ROOT / "configs" / f"{problem.split()[0]}_losses.png": problem
    for problem in ("regression", *CLASSIFICATION)
}


def draw(problem: Problem) -> Image.Image:
    """The picture of all losses for a problem."""
    drawn = gallery([it for it in LOSSES.values() if it.problem == problem])
    return Image.open(io.BytesIO(encoded(drawn))).convert("RGB").quantize(COLOURS)


def main() -> None:
    """Write all pictures."""
    for path, problem in PICTURES.items():
        draw(problem).save(path, optimize=True)


if __name__ == "__main__":
    main()
