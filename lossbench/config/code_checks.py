"""Whether the code that a config names may be run, and is there."""

from collections.abc import Iterator, Mapping
from typing import Any

from lossbench.config import own_function
from lossbench.config.complaints import Complaint
from lossbench.config.sections.function_name import FUNCTION

SECTIONS = ("dataset", "model", "loss")
ASK = "is code, which a config may name only with --allow-code: read it first"


def functions(values: Mapping[str, Any], allow_code: bool) -> Iterator[Complaint]:
    """A person's own functions that may not be run, or are not there."""
    for section in SECTIONS:
        given = values.get(section)
        function = given.get("function") if isinstance(given, Mapping) else None
        if not isinstance(function, str) or not FUNCTION.fullmatch(function):
            continue
        message = (own_function.missing(function) or "") if allow_code else ASK
        if message:
            yield Complaint((section, "function"), message, function)
