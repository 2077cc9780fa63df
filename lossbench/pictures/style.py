"""What all pictures have in common: style, sizes, colours, marks, and names.

A picture looks the same whatever the user's matplotlibrc says: it is drawn, and encoded, in
matplotlib's default style. matplotlib keeps its style in global variables, so draw in one
thread at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rcParamsDefault
from matplotlib.figure import Figure

from lossbench.data.arrays import Split
from lossbench.results.result import Part
from lossbench.tables.losses import LOSSES
from lossbench.tables.metrics import title

# Okabe and Ito's colours, which colour-blind people can tell apart.
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# Lines that lie upon each other are told apart by these.
LINE_DASHES: tuple[Any, ...] = ("-", (0, (4, 3)), (0, (1, 2)))
# Of classes, the same colours: the first two differ most in brightness, too. A shape and a colour
# together tell forty-two classes apart.
OF_CLASSES = tuple(LINES[number] for number in (0, 4, 2, 3, 1, 5))
SHAPES = ("o", "^", "s", "D", "v", "P", "X")
COLOURS: dict[Part, str] = {"train": LINES[0], "test": LINES[1]}
# In print without colours, dashes and marks tell the parts apart.
DASHES: dict[Part, Any] = {"train": (0, (3, 1)), "test": "-"}
MARKS: dict[Part, dict[str, Any]] = {
    "train": {"marker": "s", "markerfacecolor": "white"},
    "test": {"marker": "o"},
}
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


@dataclass(frozen=True)
class Style:
    """For what a picture is: its widths in inches, and the size of its small text in points.

    ``wide`` is the width of heat maps, ``dpi`` the pixels of a PNG file to an inch. Only where it
    is ``headed`` has a picture a title, and lines that say what is shown.
    """

    name: str
    width: float
    wide: float
    dpi: int
    headed: bool
    small: float

    @property
    def line(self) -> float:
        """Inches from one line of small text to the next."""
        return self.small / 72 * 1.25

    @property
    def letter(self) -> float:
        """Inches that a letter of small text is wide."""
        return LETTER * self.small / 8


# For some 450 pixels in a README: 8 points are 11 pixels there, and 180 dpi are sharp on a dense
# screen, in less than 100 kB.
NORMAL = Style("normal", 4.5, 6.75, 180, True, 7.0)
# For a column of a paper, below which a caption stands: all text has 8 points.
PAPER = Style("paper", 3.3, 3.3, 300, False, 8.0)
STYLES = {it.name: it for it in (NORMAL, PAPER)}
LEFT = 0.72  # inches, for labels as long as 0.0001 or 1e+12
LINE = 0.17  # inches, from one line of text to the next
LETTER = 0.068  # inches that a letter is wide
LONGEST_NAME = 24  # letters of a class or a feature


def write_heading(
    picture: Figure, title: str, lines: Sequence[str], style: Style, left: float = 0.09
) -> None:
    """Write a title and the lines below it into the upper left corner, ``left`` inches in.

    Where the style has no heading, a picture has it as its label alone, for a caption.
    """
    picture.set_label(". ".join([title, *lines]))
    if not style.headed:
        return
    width, height = picture.get_size_inches()
    x = left / width
    picture.suptitle(title, x=x, y=1 - 0.09 / height, ha="left", weight="bold", size=9)
    for number, line in enumerate(lines):
        y = 1 - (0.27 + LINE * number) / height
        picture.text(x, y, line, va="top", color="0.3")


def heading_height(lines: int, style: Style) -> float:
    """How many inches from the top a heading with so many lines takes up."""
    return 0.33 + LINE * lines if style.headed else 0.08


def which_of_many(count: int, most: int) -> list[str]:
    """A line that says which of ``count`` experiments a picture shows, if it shows not all."""
    return [f"The {most} of {count} experiments with the best test medians"] if count > most else []


def look_of_class(number: int) -> dict[str, Any]:
    """The shape and the colour of the dots of a class."""
    shape = (number + number // (len(OF_CLASSES) * len(SHAPES))) % len(SHAPES)
    return {"marker": SHAPES[shape], "color": OF_CLASSES[number % len(OF_CLASSES)], "linestyle": ""}


def legend_columns(labels: Sequence[str], style: Style) -> int:
    """How many columns of a legend the picture is wide enough for."""
    letters = int(style.width / LETTER)
    widths = [len(label) + 8 for label in labels]  # with the symbol and the space between
    return len(labels) if sum(widths) <= letters else max(1, letters // max(widths))


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
    """A name in a person's data as matplotlib shows it: on one line, and cut.

    A $ stays as it is, because STYLE reads no mathematics. matplotlib would leave a name that
    begins with an underscore out of a legend; a space before it prevents that.
    """
    name = cut(" ".join(name.split()), most)
    return f" {name}" if name.startswith("_") else name
