"""A picture as SVG inside a page: it takes the page's colours, and shares ids with no other."""

import io
import re
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.pictures.style import STYLE

OPTIONS: Any = {"svg.fonttype": "none", "svg.hashsalt": "lossbench"}
NOTHING = dict.fromkeys(("Creator", "Date", "Format", "Type"))
# The colours of the pictures, and the page's names for them: on dark paper they are lighter.
COLOURS = {
    "#000000": "var(--ink)",
    "#404040": "var(--muted)",
    "#4c4c4c": "var(--muted)",
    "#999999": "var(--axis)",
    "#ebebeb": "var(--grid)",
    "#1f77b4": "var(--blue)",
    "#ff7f0e": "var(--orange)",
    "#2ca02c": "var(--green)",
    "#0072b2": "var(--line-1)",
    "#d55e00": "var(--line-2)",
    "#009e73": "var(--line-3)",
    "#cc79a7": "var(--line-4)",
    "#e69f00": "var(--line-5)",
    "#56b4e9": "var(--line-6)",
}
INKS = ("var(--ink)", "var(--muted)")
HEAD = re.compile(r".*?<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>", re.DOTALL)
STYLES = re.compile(r"<style.*?</style>", re.DOTALL)
DIGITS = re.compile(r"(\.\d\d)\d+")
NAMES = re.compile(r"(\bid=\"|href=\"#|url\(#)")
FONTS = re.compile(r"font-family: [^;\"]*;? ?")
# Only between tags: the text of a picture is left as it is.
TAGS = re.compile(r"<[^>]*>")


def inline(figure: Figure, name: str, alternative: str) -> str:
    """The ``<svg>`` of a figure, for HTML; ``alternative`` is read out in its place.

    ``name`` becomes part of every id, so that the pictures of a page need different ones.
    """
    from markupsafe import escape

    file = io.StringIO()
    with rc_context({**STYLE, **OPTIONS}):
        figure.savefig(file, format="svg", transparent=True, metadata=NOTHING)
    head = HEAD.match(text := file.getvalue())
    assert head
    body = TAGS.sub(lambda tag: _tag(tag[0], name), STYLES.sub("", text[head.end() :]))
    label = escape(alternative)
    return f'<svg {head[1]} role="img" aria-label="{label}">{body}'


def _tag(tag: str, name: str) -> str:
    """A tag with ids of its own, the page's colours and font, and fewer digits."""
    tag = DIGITS.sub(r"\1", FONTS.sub("", NAMES.sub(rf"\g<1>{name}-", tag)))
    for drawn, colour in COLOURS.items():
        # Lines and dots have colours that are too light for text.
        legible = colour in INKS or not tag.startswith("<text")
        tag = tag.replace(f": {drawn}", f": {colour if legible else 'var(--ink)'}")
    return " ".join(tag.split())
