"""The section of a dataset that says what is scaled, and by which rows."""

from typing import Annotated, get_args

from pydantic import Field, model_validator

from lossbench.config.sections.base import Section, one_of, refusal
from lossbench.data.scaling import Method, Rows


class Standardize(Section):
    """What is scaled to mean 0 and standard deviation 1, each by the rows named here.

    The ``method`` "robust" scales features to median 0, and by their interquartile range.
    """

    features: Annotated[Rows, one_of(get_args(Rows))] | None = None
    target: Annotated[Rows, one_of(get_args(Rows))] | None = None
    method: Annotated[Method, one_of(get_args(Method))] = Field(
        "standard", exclude_if=lambda method: method == "standard"
    )

    @model_validator(mode="after")
    def _choose_a_method_only_for_features(self) -> "Standardize":
        if self.method == "robust" and self.features is None:
            message = "scales features: name the rows, such as features: train"
            raise refusal("method", message, self.method)
        return self
