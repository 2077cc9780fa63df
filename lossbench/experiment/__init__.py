"""An experiment as a value: each section of a config in a module of its own."""

from lossbench.experiment.dataset import COMMON, Dataset, Drawn, Standardize
from lossbench.experiment.experiment import (
    BESIDE_TRAINING,
    EarlyStopping,
    Experiment,
    Published,
)
from lossbench.experiment.loss import LossChoice
from lossbench.experiment.model import (
    ACTIVATIONS,
    INITIALIZERS,
    OUTPUT_ACTIVATIONS,
    Layer,
    Model,
)
from lossbench.experiment.optimizer import Optimizer
from lossbench.experiment.section import ABSENT, Section

__all__ = [
    "ABSENT",
    "ACTIVATIONS",
    "BESIDE_TRAINING",
    "COMMON",
    "INITIALIZERS",
    "OUTPUT_ACTIVATIONS",
    "Dataset",
    "Drawn",
    "EarlyStopping",
    "Experiment",
    "Layer",
    "LossChoice",
    "Model",
    "Optimizer",
    "Published",
    "Section",
    "Standardize",
]
