"""What a config says of the values in the columns of a data file."""

from dataclasses import dataclass
from typing import Literal

from lossbench.data.reading.form import Decimal

DateFeature = Literal["year", "month", "day_of_week", "hour", "ordinal"]


@dataclass(frozen=True)
class Rules:
    """How the values of columns are understood.

    ``missing_values`` are those that are missing, besides empty fields. ``categories`` names
    columns whose values are categories, whatever they look like. ``decimal`` stands before decimals
    where a column does not tell, and ``day_first`` says whether 1/2/2024 is in February.
    ``ignore_case`` takes texts that differ in capitals for one.
    """

    missing_values: tuple[str | float, ...] = ()
    categories: frozenset[str] = frozenset()
    decimal: Decimal = "."
    day_first: bool | None = None
    ignore_case: bool = False
