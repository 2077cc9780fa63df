"""What all sections of a config are made of: strict pydantic models, and how they refuse."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from lossbench.text import unknown

# In place of the value in a complaint that shows none.
ABSENT = object()


def refuse(message: str) -> PydanticCustomError:
    """A complaint to be raised in a validator, where braces are not placeholders."""
    return PydanticCustomError("refused", "{message}", {"message": message})


def one_of(
    names: Iterable[str] | Mapping[str, str], former: Mapping[str, str] = MappingProxyType({})
) -> BeforeValidator:
    """Takes one of the names; of a mapping, one of the keys, and gives its value.

    A ``former`` name is refused with the one that it has now.
    """
    values = names if isinstance(names, Mapping) else {name: name for name in names}

    def check(name: Any) -> str:
        if not isinstance(name, str) or name not in values:
            raise refuse(unknown(name, values, former=former))
        return values[name]

    return BeforeValidator(check, json_schema_input_type=Literal[tuple(values)])


def refuse_all(complaints: Mapping[tuple[str, ...], tuple[str, Any]]) -> None:
    """Raise complaints, with their values, at the keys of a section; none is no error."""
    errors = [
        InitErrorDetails(type=refuse(complaint), loc=key, input=value)
        for key, (complaint, value) in complaints.items()
    ]
    if errors:
        raise ValidationError.from_exception_data("parameters", errors)


def refusals(title: str, errors: Mapping[str, tuple[Any, Any]]) -> ValidationError:
    """What is wrong with some keys: for each the kind of error and the value."""
    return ValidationError.from_exception_data(
        title,
        [
            InitErrorDetails(type=kind, loc=(name,), input=value)
            for name, (kind, value) in errors.items()
        ],
    )


def off(value: object) -> bool:
    """Whether a key says no more than its absence: it is left out of a resolved config."""
    return not value


class Section(BaseModel):
    """A part of a config: unknown keys, and values of another type, are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def share_or_count(value: Any) -> float:
    """A share of the rows, or a number of them."""
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if whole or (isinstance(value, float) and 0 < value < 1):
        return float(value) if isinstance(value, float) else int(value)
    raise refuse("must be a share between 0 and 1, or a whole number of rows")
