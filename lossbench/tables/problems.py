"""Kinds of problem, and how their targets are encoded for a loss."""

from typing import Literal

Problem = Literal["regression", "binary classification", "multi-class classification"]
# "0/1" and "-1/1" are two classes as numbers; "integer" is the number of a class, from 0.
Labels = Literal["real", "0/1", "-1/1", "one-hot", "integer"]
CLASSIFICATION: tuple[Problem, ...] = ("binary classification", "multi-class classification")
PROBLEMS: tuple[Problem, ...] = ("regression", *CLASSIFICATION)
