"""The figures of a training: the loss and the metrics of each part of the data, by name."""

from typing import Any, NamedTuple

LOSS = 0  # its place among the figures; the metrics of every epoch follow
WATCHED = -1  # the place of the mean that early stopping watches, if it watches a metric


class Figures(NamedTuple):
    """Figures of each part, in arrays or tensors of shape (figures,) or (epochs, figures).

    ``validation`` is None where no rows are held back for early stopping.
    """

    train: Any
    test: Any
    validation: Any = None
