"""How long a seed trains, by an estimate."""

from math import prod

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.data.arrays import Split

# Measured, in seconds: what a seed, a step, and a row times a weight take.
PER_SEED, PER_STEP, PER_ROW_AND_WEIGHT = 3e-3, 7e-6, 1e-10


def seconds_per_seed(experiment: Experiment, split: Split) -> float:
    """How long a seed trains, in seconds, without what is tuned and with all of its epochs."""
    rows = len(split.x_train)
    units = experiment.loss.row.units(split.target_shape)
    # What a function makes is not known; convolutions and recurrent layers use weights many times.
    shapes = experiment.model.weight_shapes(split.row_shape, units) or {}
    often = 1 if isinstance(experiment.model, Perceptron) else prod(split.row_shape)
    weights = max(sum(map(prod, shapes.values())), prod(split.row_shape)) * often
    steps = -(-rows // experiment.batch_size)
    # A test row is only predicted, which is a third of the work of a row that trains.
    products = (rows + len(split.x_test) / 3) * weights
    epoch = PER_STEP * steps + PER_ROW_AND_WEIGHT * products
    return PER_SEED + experiment.epochs * epoch
