"""The form of a data file: what its config says of it, and what was found in the file."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from lossbench.data.faults import Fault

if TYPE_CHECKING:
    import pandas as pd

Decimal = Literal[".", ","]
MANY = 1000  # different values in a column, that are no classes


@dataclass(frozen=True)
class Form:
    """What a config says of the form of a file; what is None is found out from the file.

    ``skip_rows`` counts the lines above the header, or names lines that are left out, from 1.
    ``skip_footer`` counts those below the last row.
    ``texts`` names columns that are kept as they are written, so that 1.0 does not become 1.
    """

    separator: str | None = None
    header: bool | None = None
    encoding: str | None = None
    decimal: Decimal | None = None
    skip_rows: int | tuple[int, ...] | None = None
    skip_footer: int = 0
    sheet: str | None = None
    texts: frozenset[str] = frozenset()

    @property
    def skipped(self) -> tuple[int, ...]:
        """The lines that are left out by their numbers, from 1."""
        return self.skip_rows if isinstance(self.skip_rows, tuple) else ()

    @property
    def keys(self) -> list[str]:
        """The keys of a config that say something of the form."""
        given = [it.name for it in fields(self) if getattr(self, it.name) != it.default]
        return [it for it in given if it != "texts"]


@dataclass(frozen=True)
class Reading:
    """A data file as it was read: its columns, and what was found on the way.

    A column of ``frame`` has a type of numbers where all its values are plain numbers, or where the
    file has types. Any other has objects: texts as they are written, and NaN where a field is
    empty. Rows are numbered from 0. ``notes`` say what was found out of the form, ``faults`` what a
    config has to decide. ``decimal`` is what stands before decimals where a column does not tell,
    and ``place`` says where in the file a row stands.
    """

    frame: "pd.DataFrame"
    place: Callable[[int], str]
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    decimal: Decimal = "."
    # Columns that were understood already, by their names and rules: see columns.read.
    understood: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
