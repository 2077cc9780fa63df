"""Losses for two classes: one output, whose side of a boundary is the class."""

from lossbench.tables.losses.loss import FOCUS, LABEL_SMOOTHING, Loss
from lossbench.tables.parameters import Parameter

PROBABILITY = ("sigmoid", "linear")
MARGIN = ("tanh", "linear")

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
        aliases=("bce",),
        parameters={"label_smoothing": LABEL_SMOOTHING},
        logits=True,
    ),
    Loss(
        "binary_focal_crossentropy",
        "binary focal crossentropy",
        "-(y * (1 - p)^gamma * log(p) + (1 - y) * p^gamma * log(1 - p))",
        "Cross-entropy that gives easy rows little weight: for a class that is rare.",
        problem="binary classification",
        labels="0/1",
        activations=PROBABILITY,
        parameters={
            "gamma": FOCUS,
            "apply_class_balancing": Parameter(False),
            "alpha": Parameter(0.25, high=1.0),
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
    ),
)
