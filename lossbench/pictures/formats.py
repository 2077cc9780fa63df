"""Which files pictures may become, how these are named, and by what they are known again.

Nothing here needs matplotlib, which takes long to import.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lossbench.results.atomic import refuse_file

FORMATS = ("png", "pdf", "svg")
NORMAL, PAPER = "normal", "paper"
STYLES = (NORMAL, PAPER)
MAKER = "lossbench"
# By which a picture that was made here is known; ``encode`` writes it into each.
MARKS = {
    "png": b"tEXtSoftware\0lossbench",
    "pdf": rb"/Creator \(lossbench\)",
    "svg": b"<dc:title>lossbench</dc:title>",
}
MOST_BYTES = 2**25  # in which the mark is looked for: a PDF file has it near its end


class Drawn(NamedTuple):
    """The formats and the style that are asked for."""

    formats: tuple[str, ...] = ("png",)
    style: str = NORMAL

    def files(self, name: str) -> Iterator[str]:
        """The names of the files of a picture, such as "dataset.png" or "dataset_paper.pdf"."""
        end = "" if self.style == NORMAL else f"_{self.style}"
        return (f"{name}{end}.{it}" for it in self.formats)


PLAIN = Drawn()


def all_files(name: str) -> list[str]:
    """The names of all files that a picture may have."""
    return [file for style in STYLES for file in Drawn(FORMATS, style).files(name)]


def refuse_picture(path: Path) -> None:
    """Raise FileExistsError if a picture would replace a file that lossbench did not write."""
    refuse_file(path, MARKS[path.suffix.removeprefix(".")], MOST_BYTES)
