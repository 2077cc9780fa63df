"""The sections of claims.yaml: what a publication claims about the experiments of a folder."""

from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, model_validator

from lossbench.config.sections.base import Section, refuse
from lossbench.config.sections.criteria import (
    Better,
    Bumpier,
    BumpierThanLoss,
    Comparable,
    Criterion,
    EndsBelow,
    EndsNear,
    EndsUnder,
    FallsLess,
    NotWorse,
    RisesAgain,
    Steadier,
    Text,
    Worse,
)

MOST = 100  # in a list: what judging takes grows with the product of all


def _list(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST:
        raise refuse(f"must be a list with 1 to {MOST} items")
    return tuple(value)


class CriterionChoice(Section, serialize_by_alias=True):
    """One criterion, by its name."""

    ends_below: EndsBelow | None = None
    ends_near: EndsNear | None = None
    ends_under: EndsUnder | None = None
    better: Better | None = None
    worse: Worse | None = None
    not_worse: NotWorse | None = None
    comparable: Comparable | None = None
    steadier: Steadier | None = None
    falls_less: FallsLess | None = None
    rises_again: RisesAgain | None = None
    bumpier: Bumpier | None = None
    bumpier_than_loss: BumpierThanLoss | None = None

    @model_validator(mode="after")
    def _have_one(self) -> "CriterionChoice":
        if sum(it is not None for _, it in self) != 1:
            raise refuse(f"must have one of {', '.join(CriterionChoice.model_fields)}")
        return self

    @classmethod
    def kinds(cls) -> dict[str, type[Criterion]]:
        """The kind of criterion by its name."""
        return {
            name: next(it for it in get_args(field.annotation) if issubclass(it, Criterion))
            for name, field in cls.model_fields.items()
        }

    @property
    def key(self) -> str:
        """The name of the criterion."""
        return next(name for name, it in self if it is not None)

    @property
    def criterion(self) -> Criterion:
        """The criterion itself."""
        found: Criterion = getattr(self, self.key)
        return found


class Claim(Section, serialize_by_alias=True):
    """What is claimed, where it stands if not in the source of all, and what judges it.

    It holds if all criteria do. Over several data sets it holds if they do in ``in_at_least`` of
    them, by default in all.
    """

    claim: Text
    source: Text | None = None
    in_at_least: Annotated[int, Field(ge=1)] | None = None
    criteria: Annotated[tuple[CriterionChoice, ...], BeforeValidator(_list)]

    @property
    def over_datasets(self) -> bool:
        """Whether its experiments are named once for all data sets, by a ``*``."""
        return any("*" in name for it in self.criteria for name in it.criterion.experiments)


class Claims(Section, serialize_by_alias=True):
    """The claims of a publication about the experiments of a folder."""

    publication: Text
    source: Text
    datasets: Annotated[tuple[Text, ...], BeforeValidator(_list)] = ()
    claims: Annotated[tuple[Claim, ...], BeforeValidator(_list)]

    @property
    def whose(self) -> str:
        """The publication before a noun: "the tutorial's"."""
        return f"{self.publication}'s"

    def criteria(self, claim: Claim) -> list[list[Criterion]]:
        """The criteria of one of the claims in each data set; once if it is over none."""
        plain = [it.criterion for it in claim.criteria]
        if not claim.over_datasets:
            return [plain]
        return [[it.of_dataset(name) for it in plain] for name in self.datasets]


class KnownClaims(Claims):
    """Claims with the hash of the config of each experiment that they are about, by its name."""

    experiments: dict[str, str]

    @classmethod
    def of(cls, claims: Claims, experiments: dict[str, str]) -> "KnownClaims":
        """The claims, with the hashes of their experiments' configs by name."""
        values = {name: getattr(claims, name) for name in claims.model_fields_set}
        return cls(**values, experiments=experiments)
