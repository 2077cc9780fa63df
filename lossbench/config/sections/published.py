"""The section of what is published: figures that a source prints for the same experiment."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from lossbench.config.sections.base import Section, refuse
from lossbench.config.unclear_number import unclear_number
from lossbench.config.yaml_reader import PrintedFloat

LARGEST, MOST_DECIMALS = 10**300, 50  # of a published figure


def _figure(value: Any) -> Decimal:
    """A figure with the decimals it was printed with."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        figure = Decimal(str(value))
        if figure.is_finite():
            figure = Decimal(value.text) if isinstance(value, PrintedFloat) else figure
            if abs(figure) >= LARGEST or int(figure.as_tuple().exponent) < -MOST_DECIMALS:
                raise refuse(f"must be below 1e300, with at most {MOST_DECIMALS} decimals")
            return figure
    raise refuse(unclear_number(value) or "must be a number")


class Published(Section):
    """The published figures of one metric."""

    train: Annotated[Decimal, BeforeValidator(_figure)] | None = None
    test: Annotated[Decimal, BeforeValidator(_figure)] | None = None
