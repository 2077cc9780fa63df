"""The files of a sweep, which lie beside the folders of its points: a table and a picture."""

import os
from pathlib import Path

from lossbench.evidence.sweep import DOCUMENT, Sweep, as_document, as_markdown
from lossbench.pictures.formats import FORMATS, PLAIN, Drawn, all_files, refuse_picture
from lossbench.results import atomic
from lossbench.text import to_json

TABLE, PICTURE = "sweep.md", "sweep"
# By which a file that was written here is known.
MARKS = {
    DOCUMENT: rb'"axes": \[\n    \{\n      "key": "',
    TABLE: rb": its median over seeds and, in brackets, the interval that holds 95 %",
}


def refuse(folder: Path) -> None:
    """Raise FileExistsError if another program wrote a file that has the name of a sweep's."""
    for name, mark in MARKS.items():
        atomic.refuse_file(folder / name, mark)
    plain, *others = all_files(PICTURE)
    # Older pictures have no mark, but are never there without the document.
    if not (folder / DOCUMENT).exists() and os.path.lexists(folder / plain):
        raise FileExistsError(f"{folder / plain} is in the way: lossbench did not write it")
    for name in others:
        refuse_picture(folder / name)


def write(sweep: Sweep, folder: Path, drawn: Drawn = PLAIN) -> None:
    """Write sweep.json, the table of a sweep, and its picture if it has one.

    The picture is written in PNG, in what is asked for, and anew in what is there already.
    """
    from lossbench.pictures.encode import encoded
    from lossbench.pictures.of_sweep import picture
    from lossbench.pictures.style import STYLES

    atomic.replace_file(folder / DOCUMENT, to_json(as_document(sweep)).encode())
    atomic.replace_file(folder / TABLE, as_markdown(sweep).encode())
    asked = {*PLAIN.files(PICTURE), *drawn.files(PICTURE)}
    for style in STYLES.values():
        names = Drawn(FORMATS, style.name).files(PICTURE)
        wanted = [it for it in names if it in asked or (folder / it).exists()]
        figure = picture(sweep, style) if wanted else None
        if figure is None:
            continue
        for name in wanted:
            file = encoded(figure, name.rpartition(".")[2], style)
            atomic.replace_file(folder / name, file)
