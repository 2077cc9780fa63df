"""The name of a person's own function in a config: ``package.module:function``."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from lossbench.config.sections.base import refuse

FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def _function(value: Any) -> Any:
    if value is None or (isinstance(value, str) and FUNCTION.fullmatch(value)):
        return value
    raise refuse("must be package.module:function")


FunctionName = Annotated[str, BeforeValidator(_function)]
