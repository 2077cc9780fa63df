"""The files of a sweep, which lie beside the folders of its points: a table and a picture."""

import os
from pathlib import Path

from lossbench.evidence.sweep import Sweep, as_document, as_markdown
from lossbench.results import atomic
from lossbench.text import to_json

TABLE, DOCUMENT, PICTURE = "sweep.md", "sweep.json", "sweep.png"
# By which a file that was written here is known.
MARKS = {
    DOCUMENT: rb'"axes": \[\n    \{\n      "key": "',
    TABLE: rb": its median over seeds and, in brackets, the interval that holds 95 %",
}


def refuse(folder: Path) -> None:
    """Raise FileExistsError if another program wrote a file that has the name of a sweep's."""
    for name, mark in MARKS.items():
        atomic.refuse_file(folder / name, mark)
    # A picture has no mark, but it is never there without the document.
    if not (folder / DOCUMENT).exists() and os.path.lexists(folder / PICTURE):
        raise FileExistsError(f"{folder / PICTURE} is in the way: lossbench did not write it")


def write(sweep: Sweep, folder: Path) -> None:
    """Write sweep.json, the table of a sweep, and its picture if it has one."""
    from lossbench.pictures.of_sweep import picture
    from lossbench.pictures.style import png

    atomic.replace_file(folder / DOCUMENT, to_json(as_document(sweep)).encode())
    atomic.replace_file(folder / TABLE, as_markdown(sweep).encode())
    figure = picture(sweep)
    if figure:
        atomic.replace_file(folder / PICTURE, png(figure))
