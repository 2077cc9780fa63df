"""What all sections of a config are made of: strict pydantic models, and how they refuse."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from lossbench.config.unclear_number import unclear_number
from lossbench.text import unknown

# In place of the value in a complaint that shows none.
ABSENT = object()
# A key of a section, or the keys that lead to one inside of it.
Place = TypeVar("Place", str, tuple[str, ...])


def refuse(message: str) -> PydanticCustomError:
    """A complaint for a validator to raise; braces in the message are not placeholders."""
    return PydanticCustomError("refused", "{message}", {"message": message})


def refusals(title: str, errors: Mapping[Place, tuple[Any, Any]]) -> ValidationError:
    """What is wrong with some keys of a section: for each the kind of error and the value."""
    return ValidationError.from_exception_data(
        title,
        [
            InitErrorDetails(type=kind, loc=at if isinstance(at, tuple) else (at,), input=value)
            for at, (kind, value) in errors.items()
        ],
    )


def refusal(at: str | tuple[str, ...], message: str, value: object) -> ValidationError:
    """What is wrong with one key of a section."""
    return refusals("section", {at if isinstance(at, tuple) else (at,): (refuse(message), value)})


def one_of(
    names: Iterable[str] | Mapping[str, str],
    former: Mapping[str, str] = MappingProxyType({}),
    elsewhere: Mapping[str, str] = MappingProxyType({}),
) -> BeforeValidator:
    """Takes one of the names; of a mapping, one of the keys, and gives its value.

    A ``former`` name is refused, and the message tells the name of today; so is one that others
    have ``elsewhere``.
    """
    values = names if isinstance(names, Mapping) else {name: name for name in names}

    def check(name: Any) -> str:
        if not isinstance(name, str) or name not in values:
            raise refuse(unknown(name, values, former=former, elsewhere=elsewhere))
        return values[name]

    return BeforeValidator(check, json_schema_input_type=Literal[tuple(values)])


def off(value: object) -> bool:
    """Whether a key says no more than its absence: a resolved config leaves it out."""
    return not value


class Section(BaseModel):
    """A part of a config: unknown keys and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def share_or_count(value: Any) -> float:
    """A share of the rows, or a number of them."""
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if whole or (isinstance(value, float) and 0 < value < 1):
        return float(value) if isinstance(value, float) else int(value)
    message = "must be a share between 0 and 1, or a whole number of rows"
    raise refuse(unclear_number(value) or message)


def how_to_write_text(value: object) -> str:
    """The end of a message about a value that is no text, and that quotes would make one."""
    if isinstance(value, bool):
        return "; yes, no, on, off, true and false are text only in quotes"
    if value is None:
        return "; null and ~ are text only in quotes"
    return "; put it in quotes" if isinstance(value, int | float) else ""
