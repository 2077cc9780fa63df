"""The table of losses: what each one is, and what it needs of the output layer and the targets.

The loss owns the output layer. A row says which problem a loss is for, how the targets are encoded,
which activations its output layer may have and which parameters it takes, so that a hinge loss on a
sigmoid cannot be written by accident.

To add a loss, add a row to the file of its problem: ``regression``, ``binary`` or ``multiclass``,
or of its topic.
All else follows from the row: the schema, what ``lossbench new`` and ``explain`` say, its picture
and the tests. What Keras
lacks brings its function and a reference along.
"""

from lossbench.tables.losses.adjusted import ADJUSTED
from lossbench.tables.losses.binary import BINARY
from lossbench.tables.losses.distributions import DISTRIBUTIONS
from lossbench.tables.losses.loss import Loss
from lossbench.tables.losses.multiclass import MULTICLASS
from lossbench.tables.losses.noisy_labels import NOISY_LABELS
from lossbench.tables.losses.one_sided import ONE_SIDED
from lossbench.tables.losses.ordinal import ORDINAL
from lossbench.tables.losses.own import OWN_ACTIVATIONS, own
from lossbench.tables.losses.positive import POSITIVE
from lossbench.tables.losses.regression import ANY_REAL, REGRESSION
from lossbench.tables.losses.robust import ROBUST
from lossbench.tables.losses.squares import SQUARES
from lossbench.tables.losses.targets import (
    TakenFor,
    Targets,
    TargetShape,
    class_shares,
    encode,
    unfit,
)

__all__ = [
    "ANY_REAL",
    "FORMER",
    "LOSSES",
    "NAMES",
    "NOT_FITTING",
    "OWN_ACTIVATIONS",
    "Loss",
    "TakenFor",
    "TargetShape",
    "Targets",
    "class_shares",
    "encode",
    "fitting",
    "own",
    "unfit",
]

ROWS = (
    *(*REGRESSION, *ONE_SIDED, *DISTRIBUTIONS, *ROBUST, *POSITIVE),
    *BINARY,
    *(*MULTICLASS, *ORDINAL, *ADJUSTED, *NOISY_LABELS, *SQUARES),
)
LOSSES = {loss.name: loss for loss in ROWS}
# Losses of Keras that do not fit: of a whole batch or picture (dice, tversky), of sequences (ctc)
# and of embeddings (circle).
NOT_FITTING = ("circle", "ctc", "dice", "tversky")
NAMES = {alias: loss.name for loss in LOSSES.values() for alias in (loss.name, *loss.aliases)}
# What Keras called some of them once; its other former names are aliases.
FORMER = {
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
}


def fitting(target: TargetShape) -> list[str]:
    """The names of the losses for a target of this shape."""
    return [loss.name for loss in LOSSES.values() if loss.can_fit(target)]
