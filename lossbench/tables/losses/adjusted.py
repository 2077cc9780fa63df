"""Cross-entropy with a term more, or with outputs that are adjusted to the shares of classes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss
from lossbench.tables.losses.multiclass import PROBABILITIES, cross_entropy, probabilities
from lossbench.tables.parameters import Parameter


def poly_1(keras: Any, y: Any, prediction: Any, epsilon: Any, from_logits: bool = False) -> Any:
    """Cross-entropy with another first coefficient in its series."""
    wrong = keras.ops.sum((1 - y) * probabilities(keras, prediction, from_logits), axis=-1)
    return cross_entropy(keras, y, prediction, from_logits) + epsilon * wrong


def poly_1_of_the_paper(y: NDArray[Any], prediction: NDArray[Any], epsilon: float) -> NDArray[Any]:
    """Poly-1 of Leng et al. 2022."""
    right = prediction[y == 1]
    loss: NDArray[Any] = -np.log(right) + epsilon * (1 - right)
    return loss


def logit_adjusted(keras: Any, y: Any, prediction: Any, tau: Any) -> Any:
    """Cross-entropy of outputs to which the logarithms of the class shares are added.

    ``y`` has the shares after the labels, (rows, 2 * classes).
    """
    classes = prediction.shape[-1]
    labels, shares = y[:, :classes], y[:, classes:]
    adjusted = prediction + tau * keras.ops.log(shares)
    return cross_entropy(keras, labels, adjusted, from_logits=True)


def logit_adjusted_of_the_paper(
    y: NDArray[Any], prediction: NDArray[Any], tau: float
) -> NDArray[Any]:
    """The logit adjusted loss of Menon et al. 2021, written as a class against the others."""
    labels, shares = np.split(y, 2, axis=1)
    right = labels == 1
    odds = (shares / shares[right][:, None]) ** tau
    differences = prediction - prediction[right][:, None]
    loss: NDArray[Any] = np.log(np.sum(odds * np.exp(differences), axis=1))
    return loss


ADJUSTED = (
    Loss(
        "poly_1",
        "poly 1",
        "-sum(y * log(p)) + epsilon * (1 - sum(y * p))",
        "Cross-entropy with one more knob: above 0, epsilon pushes harder where the right class "
        "has a middling probability; below 0, less. The best value differs from data to data, so "
        "tune it, and take plain cross-entropy if you do not.",
        problem="multi-class classification",
        labels="one-hot",
        activations=PROBABILITIES,
        explained=Explanation(
            when="Several classes, where you tune cross-entropy by one more number.",
            aim="likelier class",
            aims_at="the likeliest class, by probabilities that are surer than the true ones "
            "where epsilon is above 0, and less sure below",
            not_for="Probabilities that are to be believed, unless epsilon is 0.",
            pull="A row pulls as in cross-entropy, and by epsilon * p * (1 - p) besides, "
            "with p the probability of its class. That is most where it is 1/2, and "
            "nothing for a row that is far off, such as a wrong label.",
            over="probability",
            beside=("categorical_crossentropy",),
        ),
        parameters={
            "epsilon": Parameter(
                1.0,
                low=-1.0,
                about="the weight of 1 less the probability of the right class; with 0 it is "
                "cross-entropy",
                drawn=(-1.0, 0.0, 1.0, 4.0),
            )
        },
        logits=True,
        takes={"shares": PROBABILITIES},
        function=poly_1,
        reference=poly_1_of_the_paper,
        source="Leng et al. 2022, PolyLoss: A Polynomial Expansion Perspective of Classification "
        "Loss Functions",
        not_offered="is close to cross-entropy, with an epsilon that has to be tuned",
    ),
    Loss(
        "logit_adjusted",
        "logit adjusted",
        "log(sum(exp(p) * share^tau)) - sum(y * (p + tau * log(share)))",
        "For classes that are rare: it asks the outputs to be right by more for a class with a "
        "small share of the rows, so that with a tau of 1 they aim at balanced accuracy. Unlike "
        "weights of classes it also works where the network can tell all training rows apart. It "
        "costs accuracy on rows of frequent classes, and gives no probabilities.",
        problem="multi-class classification",
        labels="one-hot",
        activations=("linear",),
        explained=Explanation(
            when="Rare classes, where balanced accuracy counts.",
            aim="odds by share",
            aims_at="the probabilities of the classes, each divided by its share of the "
            "rows to the power of tau, as logits",
            not_for="Accuracy over all rows, and probabilities. If classes have equal "
            "shares it is cross-entropy.",
            pull="A row pulls by 1 at most, as in cross-entropy, and as if the outputs of"
            " frequent classes were larger than they are: rows of rare classes pull "
            "harder, and so do wrong labels that name one.",
            over="margin",
            beside=("categorical_crossentropy",),
        ),
        parameters={
            "tau": Parameter(
                1.0,
                about="how much the shares of the classes count; with 0 it is cross-entropy",
                drawn=(0.0, 0.5, 1.0, 2.0),
            )
        },
        class_shares=True,
        function=logit_adjusted,
        reference=logit_adjusted_of_the_paper,
        source="Menon et al. 2021, Long-Tail Learning via Logit Adjustment",
        suits="rare classes",
    ),
)
