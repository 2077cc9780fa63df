"""``--format`` and ``--style``: which files pictures become."""

import typer

from lossbench.pictures.formats import FORMATS, PLAIN, STYLES, Drawn
from lossbench.text import unknown


def drawn(formats: str | None, style: str | None) -> Drawn:
    """What the options ask for. Raises BadParameter with what they allow."""
    names = [it.strip().lower() for it in (formats or "png").split(",")]
    for name in names:
        if name not in FORMATS:
            raise typer.BadParameter(f"--format: '{name}' {unknown(name, FORMATS, 'a format')}")
    style = style or PLAIN.style
    if style not in STYLES:
        raise typer.BadParameter(f"--style: '{style}' {unknown(style, STYLES, 'a style')}")
    return Drawn(tuple(dict.fromkeys(names)), style)
