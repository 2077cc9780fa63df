"""Kinds of problem, and how their targets are encoded for a loss."""

from typing import Literal

# Each row has one class in "classification"; any number of labels in "multi-label", and a
# probability for each class in "soft-label".
Problem = Literal[
    "regression",
    "binary classification",
    "multi-class classification",
    "multi-label classification",
    "soft-label classification",
]
# "0/1" and "-1/1" are two classes as numbers; "integer" is the number of a class, from 0.
Labels = Literal["real", "0/1", "-1/1", "one-hot", "integer"]
CLASSIFICATION: tuple[Problem, ...] = ("binary classification", "multi-class classification")
MULTI_LABEL: Problem = "multi-label classification"
SOFT_LABEL: Problem = "soft-label classification"
PROBLEMS: tuple[Problem, ...] = ("regression", *CLASSIFICATION, MULTI_LABEL, SOFT_LABEL)
