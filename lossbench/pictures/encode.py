"""Pictures as files: the same picture gives the same bytes, which say that lossbench made them."""

import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.pictures.formats import MAKER, PLAIN, Drawn, refuse_picture
from lossbench.pictures.png import png
from lossbench.pictures.style import NORMAL, STYLE, STYLES, Style
from lossbench.results.atomic import replace_file

# Without dates.
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": MAKER},
    "pdf": {"Creator": MAKER, "Producer": None, "CreationDate": None},
    "svg": {"Creator": MAKER, "Date": None, "Format": None, "Type": None},
}
# Fonts are embedded as TrueType, as journals ask. Text of an SVG file becomes paths: so it looks
# the same where the font is missing.
OPTIONS: dict[Any, Any] = {"pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": MAKER}


def encoded(picture: Figure, file_format: str = "png", style: Style = NORMAL) -> bytes:
    """A picture as the content of a PNG, PDF or SVG file."""
    file = io.BytesIO()
    metadata: Any = METADATA[file_format]
    with rc_context({**STYLE, **OPTIONS}), warnings.catch_warnings():
        # Names in a person's data may have letters that the font lacks; boxes stand for them.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        if file_format == "png":
            return png(picture, style.dpi, metadata)
        picture.savefig(file, format=file_format, dpi=style.dpi, metadata=metadata)
    return file.getvalue()


def files_of(picture: Figure, name: str, drawn: Drawn = PLAIN) -> dict[str, bytes]:
    """The files of a picture by their names; the picture is drawn in that style."""
    style = STYLES[drawn.style]
    return {
        file: encoded(picture, file_format, style)
        for file, file_format in zip(drawn.files(name), drawn.formats, strict=True)
    }


def write_pictures(pictures: Mapping[str, Figure], folder: Path, drawn: Drawn = PLAIN) -> None:
    """Write pictures into a folder.

    Raises FileExistsError, before any is written, if one would replace a file that lossbench did
    not write.
    """
    for name in pictures:
        for file in drawn.files(name):
            refuse_picture(folder / file)
    for name, picture in pictures.items():
        for file, content in files_of(picture, name, drawn).items():
            replace_file(folder / file, content)
