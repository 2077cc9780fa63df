"""Losses for several classes: as many outputs as classes, the largest of which is the class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
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


def generalized_cross_entropy(keras: Any, y: Any, prediction: Any, q: Any) -> Any:
    """Keras's function. It needs labels of shape (rows,), and mixes up rows of shape (rows, 1)."""
    return keras.losses.categorical_generalized_cross_entropy(y[:, 0], prediction, q=q)


def generalized_cross_entropy_of_the_paper(
    y: NDArray[Any], prediction: NDArray[Any], q: float
) -> NDArray[Any]:
    """Equation 6 of Zhang and Sabuncu 2018."""
    right: NDArray[Any] = np.take_along_axis(prediction, y, axis=1)[:, 0]
    return (1 - right**q) / q


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
        explained=Explanation(
            when="Several classes: the usual choice, with probabilities.",
            aim="probability",
            aims_at="the probabilities of the classes",
            not_for="Data in which many labels are wrong, if you train for long: it "
            "learns them by heart.",
            pull="A row pulls at the logit of its class by 1 less the probability of it, "
            "so 1 at most. A wrong label pulls the harder, the surer the network is "
            "of the right one, and costs without bound.",
            over="probability",
            beside=(
                "categorical_focal_crossentropy",
                "categorical_generalized_cross_entropy",
            ),
        ),
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
        explained=Explanation(
            when="The same with numbers for labels, where there are many classes.",
            aim="probability",
            aims_at="the probabilities of the classes",
            not_for="Data in which many labels are wrong, if you train for long: it "
            "learns them by heart.",
            pull="A row pulls at the logit of its class by 1 less the probability of it, "
            "so 1 at most. A wrong label pulls the harder, the surer the network is "
            "of the right one, and costs without bound.",
            over="probability",
            beside=(
                "categorical_focal_crossentropy",
                "categorical_generalized_cross_entropy",
            ),
        ),
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
        explained=Explanation(
            when="Labels that are shares of the classes.",
            aim="probability",
            aims_at="the probabilities of the classes",
            not_for="Data in which many labels are wrong, if you train for long: it "
            "learns them by heart, as cross-entropy does.",
            pull="A row pulls at the logit of its class by 1 less the probability of it, "
            "so 1 at most. A wrong label pulls the harder, the surer the network is "
            "of the right one, and costs without bound.",
            over="probability",
            beside=(
                "categorical_focal_crossentropy",
                "categorical_generalized_cross_entropy",
            ),
        ),
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
        explained=Explanation(
            when="Several classes, some of them rare, among many easy rows.",
            aim="likelier class",
            aims_at="the order of the classes; probabilities are drawn towards each "
            "other, the more the larger gamma is",
            not_for="Probabilities that are to be believed, and data with wrong labels: "
            "these are hard rows, to which it gives most of the weight.",
            pull="A row that is right by far hardly pulls, and one that is far off pulls "
            "alpha times as hard as in cross-entropy, or somewhat harder than that. "
            "So wrong labels count for more.",
            over="probability",
            beside=("categorical_crossentropy",),
        ),
        parameters={
            "gamma": FOCUS,
            "alpha": Parameter(
                0.25,
                one_or_many=True,
                about="the weight of all classes, or a list with one for each",
            ),
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
        explained=Explanation(
            when="Several classes, where some labels are wrong.",
            aim="likelier class",
            aims_at="the likeliest class, by probabilities in proportion to the true ones to "
            "the power of 1 / (1 - q), which are surer than these",
            not_for="Clean labels of many classes, with a q near 1: at the start the "
            "right class has a small probability everywhere, and such rows hardly"
            " pull.",
            pull="A row pulls most where the network is unsure. One whose label the "
            "network holds improbable hardly pulls, so that wrong labels are not "
            "learnt by heart.",
            over="probability",
            beside=(
                "categorical_crossentropy",
                "symmetric_cross_entropy",
            ),
        ),
        parameters={
            "q": Parameter(
                0.7,
                high=1.0,
                low_excluded=True,
                high_excluded=True,
                about="how little a row counts whose label looks wrong: near 0 it is "
                "cross-entropy, near 1 the absolute error",
                drawn=(0.1, 0.4, 0.7, 0.95),
            )
        },
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
        explained=Explanation(
            when="Several classes, where the right one counts and no probability.",
            aim="majority class",
            aims_at="the class of more than half of the rows; where no class has so many, at none",
            not_for="Probabilities, and classes that overlap so much that none is "
            "likelier than all others together.",
            pull="A row that is right by the margin does not pull, and all others pull "
            "equally hard. A wrong label costs by how far it is on the wrong side, "
            "and pulls no harder for it.",
            over="margin",
            beside=(
                "square_loss",
                "categorical_crossentropy",
            ),
        ),
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
        explained=Explanation(
            when="Outputs whose direction counts and not their size, such as embeddings.",
            aim="direction of the mean label",
            aims_at="the direction of the mean label; with softmax outputs these are the "
            "probabilities of the classes",
            not_for="Numbers whose size matters, as the size of the outputs counts for nothing.",
            pull="No row can cost more than 1 above the best, or 2 where outputs may be "
            "negative. One whose class is improbable hardly pulls, so wrong labels "
            "pull little, and a network that starts far off learns slowly.",
            over="probability",
            beside=(
                "categorical_crossentropy",
                "categorical_generalized_cross_entropy",
            ),
        ),
        takes={"numbers": ("linear",), "shares": PROBABILITIES},
        not_offered="compares only directions, which suits embeddings",
    ),
)
