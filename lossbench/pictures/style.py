"""What all pictures have in common: style, sizes, colours, names, and how they are encoded.

A picture looks the same whatever the user's matplotlibrc says: it is drawn, and encoded, in
matplotlib's default style. matplotlib keeps its style in global variables, so draw in one
thread at a time.
"""

import io
import warnings
from collections.abc import Sequence
from typing import Any

from matplotlib import rc_context, rcParamsDefault
from matplotlib.figure import Figure

from lossbench.data.arrays import Split
from lossbench.results.result import Part
from lossbench.tables.losses import LOSSES
from lossbench.tables.metrics import title

COLOURS: dict[Part, str] = {"train": "tab:blue", "test": "tab:orange"}
# matplotlib.style would read the user's styles too, and fail at a broken one.
STYLE: dict[Any, Any] = {
    **{key: value for key, value in rcParamsDefault.items() if key != "backend"},
    "axes.axisbelow": True,
    "axes.edgecolor": "0.6",
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 8.0,
    "grid.color": "0.92",
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "text.parse_math": False,  # a name with $ in it is a name
    "xtick.color": "0.3",
    "ytick.color": "0.3",
}
WIDTH = 4.5  # inches, for some 450 pixels in a README: 8 points are 11 pixels there
DPI = 180  # sharp on a dense screen, in less than 100 kB
LEFT = 0.16  # of the width, for labels as long as 0.0001 or 1e+12
LINE = 0.17  # inches, from one line of text to the next
LETTER = 0.068  # inches that a letter is wide
LONGEST_NAME = 24  # letters of a class or a feature


@rc_context(STYLE)
def png(picture: Figure) -> bytes:
    """Encode a picture as a PNG file: the same picture, the same bytes."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        # Names in a person's data may have letters that the font lacks; boxes stand for them.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        picture.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def write_heading(picture: Figure, title: str, lines: Sequence[str], left: float = 0.02) -> None:
    """Write a title and the lines below it into the upper left corner, ``left`` of the width in."""
    height = picture.get_figheight()
    picture.suptitle(title, x=left, y=1 - 0.09 / height, ha="left", weight="bold", size=9)
    for number, line in enumerate(lines):
        y = 1 - (0.27 + LINE * number) / height
        picture.text(left, y, line, va="top", color="0.3")


def top_below_heading(picture: Figure, lines: Sequence[str]) -> float:
    """How high panels may reach below a heading with these lines, as a share of the height."""
    return float(1 - (0.53 + LINE * len(lines)) / picture.get_figheight())


def which_of_many(count: int, most: int) -> list[str]:
    """A line that says which of ``count`` experiments a picture shows, if it shows not all."""
    return [f"The {most} of {count} experiments with the best test medians"] if count > most else []


def readable(name: str) -> str:
    """The name of a loss or of a metric for human readers: "Mean squared error"."""
    text = LOSSES[name].title if name in LOSSES else title(name)
    return text[0].upper() + text[1:]


def axis_labels(split: Split) -> tuple[str, str]:
    """The names of two features."""
    first, second = map(literal, split.features or ("Feature 1", "Feature 2"))
    return first, second


def cut(name: str, most: int) -> str:
    """A name of at most ``most`` letters."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def shortened(name: str, most: int) -> str:
    """A name without its middle if it is longer than ``most``: names often differ at their ends."""
    half = (most - 1) // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-half:]}"


def literal(name: str, most: int = LONGEST_NAME) -> str:
    """A name in a person's data as matplotlib shows it: on one line, cut, and no mathematics.

    matplotlib would leave a name that begins with an underscore out of a legend; a space before it
    prevents that.
    """
    name = cut(" ".join(name.split()), most)
    return (" " if name.startswith("_") else "") + name.replace("$", r"\$")
