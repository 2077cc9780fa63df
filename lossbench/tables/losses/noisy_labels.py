"""Losses for several classes of which some labels are wrong."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss
from lossbench.tables.losses.multiclass import PROBABILITIES, cross_entropy, probabilities
from lossbench.tables.parameters import Parameter

# In the place of the logarithm of 0 (Wang et al. 2019). Another value is another beta.
LOGARITHM_OF_0 = -4
OFFERED = "is for wrong labels, for which categorical_generalized_cross_entropy is offered"


def symmetric_cross_entropy(
    keras: Any, y: Any, prediction: Any, alpha: Any, beta: Any, from_logits: bool = False
) -> Any:
    """Cross-entropy, and the same with labels and outputs in each other's place."""
    wrong = keras.ops.sum((1 - y) * probabilities(keras, prediction, from_logits), axis=-1)
    straight = cross_entropy(keras, y, prediction, from_logits)
    return alpha * straight - beta * LOGARITHM_OF_0 * wrong


def symmetric_cross_entropy_of_the_paper(
    y: NDArray[Any], prediction: NDArray[Any], alpha: float, beta: float
) -> NDArray[Any]:
    """Of Wang et al. 2019, with A = -4 for the logarithm of a label that is 0."""
    straight = -np.log(prediction[y == 1])
    reverse = -np.sum(prediction * np.where(y == 1, 0, -4), axis=1)
    loss: NDArray[Any] = alpha * straight + beta * reverse
    return loss


def bootstrapped(
    keras: Any, y: Any, prediction: Any, beta: Any, hard: bool, from_logits: bool = False
) -> Any:
    """Cross-entropy with labels that are mixed with what the network says itself."""
    said = probabilities(keras, prediction, from_logits)
    if hard:
        said = keras.ops.one_hot(keras.ops.argmax(said, axis=-1), y.shape[-1], dtype=y.dtype)
    return cross_entropy(keras, beta * y + (1 - beta) * said, prediction, from_logits)


def bootstrapped_of_the_paper(
    y: NDArray[Any], prediction: NDArray[Any], beta: float, hard: bool
) -> NDArray[Any]:
    """The soft and the hard loss of Reed et al. 2015."""
    said = prediction
    if hard:
        said = np.zeros_like(prediction)
        said[np.arange(len(y)), prediction.argmax(axis=1)] = 1
    loss: NDArray[Any] = -np.sum((beta * y + (1 - beta) * said) * np.log(prediction), axis=1)
    return loss


NOISY_LABELS = (
    Loss(
        "symmetric_cross_entropy",
        "symmetric cross entropy",
        "-alpha * sum(y * log(p)) + 4 * beta * sum((1 - y) * p)",
        "For data in which some labels are wrong: the second part, like the absolute error of the "
        "probabilities, does not chase them, and the first one keeps the training going. The more "
        "labels are wrong, the smaller should alpha be beside beta; with clean labels it only "
        "trains more slowly than cross-entropy.",
        problem="multi-class classification",
        labels="one-hot",
        activations=PROBABILITIES,
        explained=Explanation(
            when="Several classes, where some labels are wrong.",
            aim="likelier class",
            aims_at="the likeliest class, more surely than it is likely",
            not_for="Clean labels, and probabilities that are to be believed.",
            pull="With p the probability of its class, a row pulls by (1 - p) * (alpha + 4 * "
            "beta * p): most where the network is unsure, and by little more than alpha "
            "where it holds the label improbable.",
            over="probability",
            beside=(
                "categorical_crossentropy",
                "categorical_generalized_cross_entropy",
            ),
        ),
        parameters={
            "alpha": Parameter(
                0.1,
                low_excluded=True,
                about="the weight of cross-entropy, which keeps the training going",
            ),
            "beta": Parameter(
                1.0,
                about="the weight of the part that does not chase wrong labels",
                drawn=(0.0, 0.25, 1.0),
            ),
        },
        logits=True,
        function=symmetric_cross_entropy,
        reference=symmetric_cross_entropy_of_the_paper,
        source="Wang et al. 2019, Symmetric Cross Entropy for Robust Learning with Noisy Labels",
        not_offered=OFFERED,
    ),
    Loss(
        "bootstrapped",
        "bootstrapped",
        "-sum((beta * y + (1 - beta) * ((p == max(p)) if hard else p)) * log(p))",
        "For data in which some labels are wrong: labels count by beta, and the rest is what the "
        "network says itself, its probabilities or, with hard, its class. The paper takes a beta "
        "of 0.95, and 0.8 with hard. A network that is wrong early believes itself: do not take it "
        "for few rows or with a much smaller beta.",
        problem="multi-class classification",
        labels="one-hot",
        activations=PROBABILITIES,
        explained=Explanation(
            when="Several classes, where a few labels are wrong.",
            aim="likelier class",
            aims_at="the likeliest class, somewhat more surely than it is likely",
            not_for="Few rows, and clean labels, which it trusts less than it could.",
            pull="A row pulls by beta times what it does in cross-entropy; the rest pulls"
            " towards what the network says already. So a wrong label pulls somewhat"
            " less, and still the harder, the surer the network is.",
            over="probability",
            beside=(
                "categorical_crossentropy",
                "categorical_generalized_cross_entropy",
            ),
        ),
        parameters={
            "beta": Parameter(
                0.95,
                high=1.0,
                low_excluded=True,
                about="how much the label counts, and not what the network says; with 1 it is "
                "cross-entropy",
                drawn=(0.6, 0.8, 0.95),
            ),
            "hard": Parameter(
                False, about="whether what the network says is its class, and not its probabilities"
            ),
        },
        logits=True,
        takes={"shares": PROBABILITIES},
        function=bootstrapped,
        reference=bootstrapped_of_the_paper,
        source="Reed et al. 2015, Training Deep Neural Networks on Noisy Labels with Bootstrapping",
        not_offered=OFFERED,
    ),
)
