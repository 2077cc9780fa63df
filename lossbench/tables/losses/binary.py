"""Losses for two classes: one output, whose side of a boundary is the class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import FOCUS, LABEL_SMOOTHING, Loss
from lossbench.tables.parameters import Parameter

PROBABILITY = ("sigmoid", "linear")
MARGIN = ("tanh", "linear")


def logistic(keras: Any, y: Any, prediction: Any) -> Any:
    """The logistic loss of the margin."""
    return keras.ops.mean(keras.ops.softplus(-y * prediction), axis=-1)


def logistic_of_scipy(y: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
    """Minus the logarithm of the probability of the right class."""
    from scipy.special import log_expit

    return np.asarray(-log_expit(y * prediction)[:, 0])


def modified_huber(keras: Any, y: Any, prediction: Any) -> Any:
    """The squared hinge loss down to a margin of -1, and its tangent below."""
    missing = keras.ops.maximum(1 - y * prediction, 0)
    within = keras.ops.minimum(missing, 2)
    return keras.ops.mean(keras.ops.square(within) + 4 * (missing - within), axis=-1)


def modified_huber_of_the_paper(y: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
    """Of Zhang 2004."""
    margin = (y * prediction)[:, 0]
    loss: NDArray[Any] = np.where(margin >= -1, np.maximum(0, 1 - margin) ** 2, -4 * margin)
    return loss


def smooth_hinge(keras: Any, y: Any, prediction: Any) -> Any:
    """Half the squared hinge loss down to a margin of 0, and its tangent below."""
    missing = keras.ops.maximum(1 - y * prediction, 0)
    within = keras.ops.minimum(missing, 1)
    return keras.ops.mean(keras.ops.square(within) / 2 + missing - within, axis=-1)


def smooth_hinge_of_the_paper(y: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
    """Equation 11 of Rennie and Srebro 2005."""
    margin = (y * prediction)[:, 0]
    pieces = [0.5 - margin, (1 - margin) ** 2 / 2, np.zeros_like(margin)]
    return np.select([margin <= 0, margin < 1, margin >= 1], pieces)


BINARY = (
    Loss(
        "binary_crossentropy",
        "binary crossentropy",
        "-(y * log(p) + (1 - y) * log(1 - p))",
        "The usual choice for two classes: the output is a probability, and a prediction that is "
        "wrong and certain costs most. Take it where you need probabilities.",
        problem="binary classification",
        labels="0/1",
        activations=PROBABILITY,
        explained=Explanation(
            when="Two classes: the usual choice, with probabilities.",
            aim="probability",
            aims_at="the probability of class 1",
            not_for="Data in which many labels are wrong, if you train for long: it "
            "learns them by heart.",
            pull="A row pulls at the logit by 1 less the probability of its label, so 1 "
            "at most. A wrong label pulls the harder, the surer the network is of "
            "the right one, and costs without bound.",
            over="probability",
            beside=("binary_focal_crossentropy",),
        ),
        aliases=("bce",),
        parameters={"label_smoothing": LABEL_SMOOTHING},
        logits=True,
        takes={"rates": ("sigmoid",)},  # Papke and Wooldridge 1996
    ),
    Loss(
        "binary_focal_crossentropy",
        "binary focal crossentropy",
        "-(y * (1 - p)^gamma * log(p) + (1 - y) * p^gamma * log(1 - p))",
        "Cross-entropy that gives easy rows little weight: for a class that is rare.",
        problem="binary classification",
        labels="0/1",
        activations=PROBABILITY,
        explained=Explanation(
            when="Two classes, one of them rare, among many easy rows.",
            aim="likelier class",
            aims_at="the side of the likelier class; probabilities are drawn towards 1/2,"
            " the more the larger gamma is",
            not_for="Probabilities that are to be believed, and data with wrong labels: "
            "these are hard rows, to which it gives most of the weight.",
            pull="A row that is right by far hardly pulls, and one that is far off pulls "
            "as hard as in cross-entropy, or somewhat harder. So wrong labels count "
            "for more.",
            over="probability",
            beside=("binary_crossentropy",),
        ),
        parameters={
            "gamma": FOCUS,
            "apply_class_balancing": Parameter(False, about="weighs the classes by alpha"),
            "alpha": Parameter(
                0.25,
                high=1.0,
                about="the weight of class 1 if classes are weighed; class 0 has 1 less it",
            ),
            "label_smoothing": LABEL_SMOOTHING,
        },
        logits=True,
        source="Lin et al. 2017, Focal Loss for Dense Object Detection",
        suits="rare classes",
    ),
    Loss(
        "hinge",
        "hinge",
        "max(0, 1 - y * p)",
        "The loss of support vector machines: a row that is right by a margin costs nothing, so "
        "the rows near the boundary decide. It gives no probabilities.",
        problem="binary classification",
        labels="-1/1",
        activations=MARGIN,
        explained=Explanation(
            when="Two classes, where the side counts and no probability.",
            aim="likelier class",
            aims_at="the label of the likelier class, 1 or -1, however likely it is",
            not_for="Probabilities, also later: an output does not tell how sure it is.",
            pull="A row that is right by the margin does not pull, and all others pull "
            "equally hard. A wrong label pulls no harder than any row on the wrong "
            "side.",
            over="margin",
            beside=(
                "squared_hinge",
                "binary_crossentropy",
            ),
        ),
    ),
    Loss(
        "squared_hinge",
        "squared hinge",
        "max(0, 1 - y * p)^2",
        "The hinge loss squared: smoother, and harder on a row that is far on the wrong side, such "
        "as one with a wrong label. It gives no probabilities.",
        problem="binary classification",
        labels="-1/1",
        activations=MARGIN,
        explained=Explanation(
            when="As hinge, but smooth, where the labels are right.",
            aim="mean label",
            aims_at="the mean of the labels 1 and -1, as the squared error does, and so "
            "at the side of the likelier class",
            not_for="Data in which labels are wrong, with a linear output.",
            pull="The gradient grows with how much of the margin is missing, without "
            "bound where the output is linear: the further a wrong label is on the "
            "wrong side, the harder it pulls. A tanh output keeps it below 4.",
            over="margin",
            beside=(
                "hinge",
                "modified_huber",
                "binary_crossentropy",
            ),
        ),
    ),
    Loss(
        "logistic",
        "logistic",
        "log(1 + exp(-y * p))",
        "The loss of logistic regression for labels -1 and 1, scikit-learn's log loss of margins. "
        "With a linear output it is binary cross-entropy to the last bit or nearly so: take that "
        "one where you need probabilities, and this one beside the hinge losses.",
        problem="binary classification",
        labels="-1/1",
        activations=("linear",),
        explained=Explanation(
            when="As binary cross-entropy, where labels are -1 and 1.",
            aim="log-odds",
            aims_at="the logarithm of the odds of class 1, whose sign is the likelier class",
            not_for="Data in which many labels are wrong, if you train for long: it "
            "learns them by heart, as cross-entropy does.",
            pull="A row pulls by 1 at most, and the harder, the further it is on the "
            "wrong side. Rows that are right by far hardly pull, but never quite "
            "stop to.",
            over="margin",
            beside=(
                "hinge",
                "smooth_hinge",
            ),
        ),
        function=logistic,
        reference=logistic_of_scipy,
        source="Friedman, Hastie and Tibshirani 2000, Additive Logistic Regression: a Statistical "
        "View of Boosting",
        not_offered="is the same function as binary_crossentropy, and gives no probabilities",
    ),
    Loss(
        "smooth_hinge",
        "smooth hinge",
        "max(0, 1 - y * p)^2 / 2 if y * p > 0 else 1 / 2 - y * p",
        "The hinge loss with a rounded corner: rows far on the wrong side pull as hard as with "
        "hinge, and the gradient has no jump. It gives no probabilities.",
        problem="binary classification",
        labels="-1/1",
        activations=("linear",),
        explained=Explanation(
            when="As hinge, with a gradient that does not jump.",
            aim="likelier class",
            aims_at="the side of the likelier class, up to 1 or -1",
            not_for="Probabilities, which its outputs are not.",
            pull="A row that is right by the margin does not pull, one on the wrong side "
            "pulls by 1, and between them the gradient falls evenly. A wrong label "
            "pulls no harder than any row on the wrong side.",
            over="margin",
            beside=(
                "hinge",
                "squared_hinge",
                "logistic",
            ),
        ),
        function=smooth_hinge,
        reference=smooth_hinge_of_the_paper,
        source="Rennie and Srebro 2005, Loss Functions for Preference Levels: Regression with "
        "Discrete Ordered Labels",
        not_offered="lies between hinge and squared_hinge, which are offered",
    ),
    Loss(
        "modified_huber",
        "modified huber",
        "max(0, 1 - y * p)^2 if y * p >= -1 else -4 * y * p",
        "The squared hinge loss, but linear for rows far on the wrong side: smooth like that one, "
        "and calmer where some labels are wrong. scikit-learn's SGDClassifier has it by this name. "
        "It gives no probabilities.",
        problem="binary classification",
        labels="-1/1",
        activations=("linear",),
        explained=Explanation(
            when="As squared hinge, where some labels are wrong.",
            aim="mean label",
            aims_at="the mean of the labels 1 and -1, as the squared error does, and so "
            "at the side of the likelier class",
            not_for="Probabilities, for which metrics do not take its outputs.",
            pull="The gradient grows with how much of the margin is missing, up to 4 for "
            "a row that is on the wrong side by 1 or more. A wrong label pulls no "
            "harder than that.",
            over="margin",
            beside=(
                "hinge",
                "squared_hinge",
            ),
        ),
        function=modified_huber,
        reference=modified_huber_of_the_paper,
        source="Zhang 2004, Solving Large Scale Linear Prediction Problems Using Stochastic "
        "Gradient Descent Algorithms",
        not_offered="lies between hinge and squared_hinge, which are offered",
    ),
)
