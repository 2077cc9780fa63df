"""A person's own function in a config: its name, ``package.module:function``, and parameters."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from lossbench.config.sections.base import refusal, refuse
from lossbench.config.unclear_number import unclear_number

FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def _function(value: Any) -> Any:
    if value is None or (isinstance(value, str) and FUNCTION.fullmatch(value)):
        return value
    raise refuse("must be package.module:function")


FunctionName = Annotated[str, BeforeValidator(_function)]


def refuse_unclear(parameters: Mapping[str, Any]) -> None:
    """Raise ValidationError for what a function would be given that may be a number or a text."""
    for name, value in parameters.items():
        if message := unclear_number(value):
            raise refusal(name, f"{message}; a text stands in quotes", value)
