"""Losses for several classes.

Most have as many outputs as classes, the largest of which is the class. Losses for classes that
have an order have an output for each threshold between two of them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.loss import FOCUS, LABEL_SMOOTHING, Loss, Variant
from lossbench.tables.parameters import Parameter

PROBABILITIES = ("softmax", "linear")
SAME = "is the same function as categorical_crossentropy where each row has one class"


def cross_entropy(keras: Any, y: Any, prediction: Any, from_logits: bool) -> Any:
    """Categorical cross-entropy, by Keras, which goes by logits even if there is a softmax."""
    return keras.ops.categorical_crossentropy(y, prediction, from_logits=from_logits)


def probabilities(keras: Any, prediction: Any, from_logits: bool) -> Any:
    """The outputs as probabilities of the classes."""
    return keras.ops.softmax(prediction, axis=-1) if from_logits else prediction


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


def generalized_cross_entropy(keras: Any, y: Any, prediction: Any, q: Any) -> Any:
    """Keras's function. It needs labels of shape (rows,), and mixes up rows of shape (rows, 1)."""
    return keras.losses.categorical_generalized_cross_entropy(y[:, 0], prediction, q=q)


def generalized_cross_entropy_of_the_paper(
    y: NDArray[Any], prediction: NDArray[Any], q: float
) -> NDArray[Any]:
    """Equation 6 of Zhang and Sabuncu 2018."""
    right: NDArray[Any] = np.take_along_axis(prediction, y, axis=1)[:, 0]
    return (1 - right**q) / q


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


MULTICLASS = (
    Loss(
        "categorical_crossentropy",
        "categorical crossentropy",
        "-sum(y * log(p))",
        "The usual choice for several classes: the outputs are probabilities, and a prediction "
        "that is wrong and certain costs most.",
        problem="multi-class classification",
        labels="one-hot",
        activations=PROBABILITIES,
        parameters={"label_smoothing": LABEL_SMOOTHING},
        logits=True,
        takes={"shares": PROBABILITIES},
        variants=(
            Variant(
                "label_smoothing",
                "Cross-entropy that does not ask for certainty: it keeps the outputs from growing, "
                "which helps where some labels are wrong or the network overfits.",
                {"label_smoothing": 0.1},
            ),
        ),
    ),
    Loss(
        "sparse_categorical_crossentropy",
        "sparse categorical crossentropy",
        "-log(p[y])",
        "Categorical cross-entropy with the number of the class for a label: it needs less memory "
        "where there are many classes.",
        problem="multi-class classification",
        labels="integer",
        activations=PROBABILITIES,
        logits=True,
        not_offered=SAME,
    ),
    Loss(
        "kl_divergence",
        "KL divergence",
        "sum(y * log(y / p))",
        "How far the outputs are from the labels, as distributions. Where each row has one class "
        "it is categorical cross-entropy.",
        problem="multi-class classification",
        labels="one-hot",
        activations=("softmax",),
        takes={"shares": ("softmax",)},
        aliases=("kullback_leibler_divergence", "kld"),
        source="Kullback and Leibler 1951, On Information and Sufficiency",
        not_offered=SAME,
    ),
    Loss(
        "categorical_focal_crossentropy",
        "categorical focal crossentropy",
        "-sum(alpha * (1 - p)^gamma * y * log(p))",
        "Cross-entropy that gives easy rows little weight: for classes that are rare.",
        problem="multi-class classification",
        labels="one-hot",
        activations=PROBABILITIES,
        parameters={
            "gamma": FOCUS,
            "alpha": Parameter(0.25, one_or_many=True),
            "label_smoothing": LABEL_SMOOTHING,
        },
        logits=True,
        takes={"shares": PROBABILITIES},
        source="Lin et al. 2017, Focal Loss for Dense Object Detection",
        suits="rare classes",
    ),
    Loss(
        "categorical_generalized_cross_entropy",
        "categorical generalized cross entropy",
        "(1 - p[y]^q) / q",
        "Between cross-entropy (q near 0) and the mean absolute error of the probabilities (q near "
        "1): for data in which some labels are wrong.",
        problem="multi-class classification",
        labels="integer",
        activations=("softmax",),
        parameters={"q": Parameter(0.7, high=1.0, low_excluded=True, high_excluded=True)},
        function=generalized_cross_entropy,
        reference=generalized_cross_entropy_of_the_paper,
        source="Zhang and Sabuncu 2018, Generalized Cross Entropy Loss for Training Deep Neural "
        "Networks with Noisy Labels",
    ),
    Loss(
        "categorical_hinge",
        "categorical hinge",
        "max(0, 1 + max((1 - y) * p) - sum(y * p))",
        "The hinge loss for several classes: a row that is right by a margin costs nothing. It "
        "gives no probabilities.",
        problem="multi-class classification",
        labels="one-hot",
        activations=("linear", "tanh"),
    ),
    Loss(
        "cosine_similarity",
        "cosine similarity",
        "-sum(y * p) / sqrt(sum(y^2) * sum(p^2))",
        "Compares the direction of the outputs with that of the labels, and not their size, as for "
        "embeddings.",
        problem="multi-class classification",
        labels="one-hot",
        activations=PROBABILITIES,
        takes={"numbers": ("linear",), "shares": PROBABILITIES},
        not_offered="compares only directions, which suits embeddings",
    ),
    Loss(
        "corn",
        "corn",
        "sum(log(1 + exp(-p[:y]))) + sum(log(1 + exp(p[y:y + 1])))",
        "For classes that have an order, such as grades: each output tells whether the class is "
        "above a threshold, so that neighbours of the right class are taken for it sooner.",
        problem="multi-class classification",
        labels="integer",
        activations=("linear",),
        function=corn,
        reference=corn_of_the_paper,
        source="Shi, Cao and Raschka 2021, Deep Neural Networks for Rank-Consistent Ordinal "
        "Regression Based On Conditional Probabilities",
        not_offered="is for classes that have an order",
        meaning="thresholds",
    ),
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
        parameters={"epsilon": Parameter(1.0, low=-1.0)},
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
        parameters={"tau": Parameter(1.0)},
        class_shares=True,
        function=logit_adjusted,
        reference=logit_adjusted_of_the_paper,
        source="Menon et al. 2021, Long-Tail Learning via Logit Adjustment",
        suits="rare classes",
    ),
)
