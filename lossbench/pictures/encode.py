"""Pictures as files: the same picture gives the same bytes, which say that lossbench made them."""

import io
import warnings
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.pictures.style import DPI, STYLE
from lossbench.results.atomic import refuse_file

MAKER = "lossbench"
# Without dates. The maker is the mark by which a picture that may be replaced is known.
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": MAKER},
    "pdf": {"Creator": MAKER, "Producer": None, "CreationDate": None},
    "svg": {"Creator": MAKER, "Date": None, "Format": None, "Type": None},
}
MARKS = {
    "png": b"tEXtSoftware\0lossbench",
    "pdf": rb"/Creator \(lossbench\)",
    "svg": b"<dc:title>lossbench</dc:title>",
}
# Fonts are embedded as TrueType, as journals ask. Text of an SVG file becomes paths: so it looks
# the same where the font is missing.
OPTIONS: dict[Any, Any] = {"pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": MAKER}
MOST_BYTES = 2**25  # in which the mark is looked for: a PDF file has it near its end


def encoded(picture: Figure, file_format: str = "png") -> bytes:
    """A picture as the content of a PNG, PDF or SVG file."""
    file = io.BytesIO()
    metadata: Any = METADATA[file_format]
    with rc_context({**STYLE, **OPTIONS}), warnings.catch_warnings():
        # Names in a person's data may have letters that the font lacks; boxes stand for them.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        picture.savefig(file, format=file_format, dpi=DPI, metadata=metadata)
    return file.getvalue()


def refuse_picture(path: Path) -> None:
    """Raise FileExistsError if a picture would replace a file that lossbench did not write."""
    refuse_file(path, MARKS[path.suffix.removeprefix(".")], MOST_BYTES)
