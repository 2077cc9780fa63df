"""What is true of a table, found by looking at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

UNNAMED = "(unnamed)"  # stands for a column without a name

Kind = Literal["regression", "counts", "classes", "regression or classes"]
Outcome = Literal["worked", "told", "refused", "misread", "failed"]


@dataclass(frozen=True)
class Case:
    """A table, and how it must be read.

    ``path`` is that of the file in the installed package. A table in an archive or in JSON is
    taken out of it; what is compressed by itself stays as it is, unless ``unpack`` says otherwise.
    ``header`` is put before a table without one. ``excel`` writes the table anew, as a German Excel
    does: semicolons, decimal commas, and no UTF-8.

    ``rows`` are those with a target, and all that follows is about them. Names of columns and of
    classes have a vertical bar between them. Each column besides the target is one of these:

    - one of the ``numbers``, which are counted
    - one of the ``categories``
    - one of the ``dates``, which must become numbers
    - ``out``: an identifier, a free text, or empty; it must be left out
    - ``not_categories`` and ``not_numbers``: all but this is right
    - ``either``: no way of reading it is wrong

    ``missing`` counts the missing values of columns, and ``gaps`` all of them, where the first do
    not say all. ``ranges`` has the smallest and the largest value of columns and of a real target.
    Rows of the ``rare`` classes may be left out.

    A refusal whose message has one of the words ``told`` is right, too; without any ``rows``
    nothing else is.
    """

    package: str
    path: str
    target: str
    kind: Kind
    rows: int = 0
    numbers: int = 0
    categories: str = ""
    dates: str = ""
    out: str = ""
    not_categories: str = ""
    not_numbers: str = ""
    either: str = ""
    classes: str = ""
    missing: Mapping[str, int] = field(default_factory=dict)
    gaps: int | None = None
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    rare: Mapping[str, int] = field(default_factory=dict)
    told: str = ""
    unpack: bool = False
    header: str = ""
    excel: bool = False

    @property
    def name(self) -> str:
        """The package, the table and the target, in short."""
        table = self.path.rpartition("/")[2]
        form = " by Excel" if self.excel else " with header" if self.header else ""
        return f"{self.package}: {table}{form}, {self.target}"


@dataclass(frozen=True)
class Found:
    """What happened to a table: the outcome, and in words what is wrong or what was said."""

    case: Case
    outcome: Outcome
    words: str
    seconds: float

    @property
    def is_right(self) -> bool:
        return self.outcome in ("worked", "told")


def names(joined: str) -> list[str]:
    """The names between vertical bars."""
    return joined.split("|") if joined else []
