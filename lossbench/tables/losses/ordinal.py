"""Losses for classes that have an order: an output for each threshold between two of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss


def corn(keras: Any, y: Any, prediction: Any) -> Any:
    """The cross-entropy of the thresholds that a row gets to: those up to its class.

    It is minus the logarithm of the probability of the class. The paper divides the sum over a
    batch by how many thresholds its rows get to, and here it is divided by the rows, so that what a
    row counts does not depend on the other rows.
    """
    thresholds = keras.ops.arange(prediction.shape[1], dtype=y.dtype)
    # softplus(p) is -log(1 - sigmoid(p)), and softplus(-p) is -log(sigmoid(p)).
    each = keras.ops.softplus(keras.ops.where(y > thresholds, -prediction, prediction))
    return keras.ops.sum(keras.ops.where(y >= thresholds, each, 0.0), axis=1)


def corn_of_the_paper(y: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
    """The loss of Shi, Cao and Raschka 2021 as they write it, the terms of each row added up."""
    conditional = 1 / (1 + np.exp(-prediction.astype(float)))
    loss = np.zeros(len(y))
    for k in range(prediction.shape[1]):
        subset = y[:, 0] > k - 1
        above = y[:, 0] > k
        f = conditional[:, k]
        loss -= np.where(subset, above * np.log(f) + (1 - above) * np.log(1 - f), 0)
    return loss


ORDINAL = (
    Loss(
        "corn",
        "corn",
        "sum(log(1 + exp(-p[:y]))) + sum(log(1 + exp(p[y:y + 1])))",
        "For classes that have an order, such as grades: each output tells whether the class is "
        "above a threshold, so that neighbours of the right class are taken for it sooner.",
        problem="multi-class classification",
        labels="integer",
        activations=("linear",),
        explained=Explanation(
            when="Classes that have an order, such as grades.",
            aim="probability",
            aims_at="the probabilities of the classes, by way of those of being above "
            "each threshold",
            not_for="Classes without an order.",
            pull="It costs minus the logarithm of the probability of the class. A row "
            "pulls at each threshold up to its class, by 1 at most: a wrong label "
            "pulls at more thresholds, the further up it is.",
            over="probability",
            beside=("categorical_crossentropy",),
        ),
        function=corn,
        reference=corn_of_the_paper,
        source="Shi, Cao and Raschka 2021, Deep Neural Networks for Rank-Consistent Ordinal "
        "Regression Based On Conditional Probabilities",
        not_offered="is for classes that have an order",
        meaning="thresholds",
    ),
)
