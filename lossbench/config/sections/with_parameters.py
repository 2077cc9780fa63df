"""Sections that name something of Keras: every further key is one of its parameters.

What parameters there are is said by tables, which a section looks up by its ``name``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import model_validator

from lossbench.config.sections.base import ABSENT, Section, refusals, refuse
from lossbench.config.unclear_number import unclear_number
from lossbench.tables.parameters import Parameters
from lossbench.text import unknown


class SectionWithParameters(Section, extra="allow"):
    """Something of Keras by name; every further key is one of its parameters."""

    name: str

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name, defaults included but for silent ones."""
        return dict(self.__pydantic_extra__ or {})

    def _replace(self, parameters: Mapping[str, Any]) -> None:
        assert self.__pydantic_extra__ is not None
        self.__pydantic_extra__.clear()
        self.__pydantic_extra__.update({key: _plain(it) for key, it in parameters.items()})


def with_defaults(
    parameters: Parameters,
    given: Mapping[str, Any],
    owner: str,
    at: tuple[str, ...] = (),
    key: str = "name",
    former: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The parameters that are given, and the defaults of the others.

    Raises ValidationError for unknown names and wrong values. ``at`` is where the parameters stand
    in their section, beside ``key`` if there is one; ``former`` maps names that some of them had
    once to those of today. A silent parameter with its default is left out, so that a config says
    the same whether or not it was given.
    """
    complaints = {
        name: unclear_number(value) or parameters[name].complaint(value)
        if name in parameters
        else unknown(name, [*parameters, *filter(None, [key])], f"a parameter of {owner}", former)
        for name, value in given.items()
    }
    for name, row in parameters.items():
        if row.needed and name not in given:
            complaints[name] = f"is missing; {owner} needs it"
    wrong = {
        (*at, name): (refuse(text), given.get(name, ABSENT))
        for name, text in complaints.items()
        if text
    }
    if wrong:
        raise refusals(owner, wrong)
    values: dict[str, Any] = {name: row.default for name, row in parameters.items()} | {
        name: _as_floats(value, whole=parameters[name].whole) for name, value in given.items()
    }
    return {
        name: values[name]
        for name, row in parameters.items()
        if not (row.silent and values[name] == row.default)
    }


def _plain(value: Any) -> Any:
    """A parameter as Keras takes it: a float that remembers its text is another type to it."""
    if isinstance(value, Mapping):
        return {key: _plain(it) for key, it in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return float(value) if isinstance(value, float) else value


def _as_floats(value: Any, whole: bool) -> Any:
    """Whole numbers as floats, unless they must be whole: 1 is the same experiment as 1.0.

    Keras computes with the type that it is given, and so with whole numbers in places.
    """
    if isinstance(value, list | tuple):
        return tuple(_as_floats(it, whole) for it in value)
    return float(value) if type(value) is int and not whole else value
