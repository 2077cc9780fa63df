"""A picture as SVG inside an HTML page, with the page's colours and font, and ids of its own."""

import io
import re
import warnings
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.pictures.style import STYLE

if TYPE_CHECKING:
    from markupsafe import Markup

OPTIONS: Any = {"svg.fonttype": "none", "svg.hashsalt": "lossbench"}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
# The colours of the pictures, and the names of the page's colours, which are lighter on dark paper.
COLOURS = {
    "#000000": "var(--ink)",
    "#404040": "var(--muted)",
    "#4c4c4c": "var(--muted)",
    "#999999": "var(--axis)",
    "#ebebeb": "var(--grid)",
    "#ffffff": "var(--paper)",
    "#0072b2": "var(--line-1)",
    "#d55e00": "var(--line-2)",
    "#009e73": "var(--line-3)",
    "#cc79a7": "var(--line-4)",
    "#e69f00": "var(--line-5)",
    "#56b4e9": "var(--line-6)",
}
TEXT_COLOURS = ("var(--ink)", "var(--muted)")
HEAD = re.compile(r".*?<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>", re.DOTALL)
STYLES = re.compile(r"<style.*?</style>", re.DOTALL)
DIGITS = re.compile(r"(\.\d\d)\d+")
NAMES = re.compile(r"(\bid=\"|href=\"#|url\(#)")
FONTS = re.compile(r"font-family: [^;\"]*;? ?")
DRAWN = re.compile(r": (#[0-9a-f]{6})\b")
# Only tags are changed, not the text between them.
TAGS = re.compile(r"<[^>]*>")


def inline(picture: Figure, name: str, description: str) -> "Markup":
    """The ``<svg>`` of a picture; screen readers read out the ``description`` in its place.

    ``name`` becomes part of every id, so each picture of a page needs another name. What comes from
    files is escaped in it already.
    """
    from markupsafe import Markup, escape

    file = io.StringIO()
    with rc_context({**STYLE, **OPTIONS}), warnings.catch_warnings():
        # The text stays text, for which the browser has a font.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        picture.savefig(file, format="svg", transparent=True, metadata=NO_METADATA)
    head = HEAD.match(text := file.getvalue())
    assert head
    body = TAGS.sub(lambda tag: _tag(tag[0], name), STYLES.sub("", text[head.end() :]))
    label = escape(description)
    return Markup(f'<svg {head[1]} role="img" aria-label="{label}">{body}')


def _tag(tag: str, name: str) -> str:
    """A tag with its ids made unique, the page's colours and font, and two decimals at most."""
    if tag.startswith("</"):
        return tag
    tag = DIGITS.sub(r"\1", NAMES.sub(rf"\g<1>{name}-", tag))
    is_text = tag.startswith("<text")
    if is_text:
        tag = FONTS.sub("", tag)

    def of_page(found: re.Match[str]) -> str:
        colour = COLOURS.get(found[1])
        # The colours of lines and dots are too light for text.
        legible = colour is None or colour in TEXT_COLOURS or not is_text
        return f": {(colour or found[1]) if legible else 'var(--ink)'}"

    return " ".join(DRAWN.sub(of_page, tag).split())
