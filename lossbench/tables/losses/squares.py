"""Losses for several classes that square the outputs: these are linear, and no probabilities."""

from typing import Any

from numpy.typing import NDArray

from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.loss import Loss
from lossbench.tables.losses.multiclass import cross_entropy
from lossbench.tables.parameters import Parameter


def square_loss(keras: Any, y: Any, prediction: Any, k: Any, M: Any) -> Any:  # noqa: N803
    """The mean over the units, where that of the right class counts k times and should be M."""
    ops = keras.ops
    right = k * y * ops.square(prediction - M)
    return ops.mean(right + (1 - y) * ops.square(prediction), axis=-1)


def square_loss_of_the_paper(
    y: NDArray[Any],
    prediction: NDArray[Any],
    k: float,
    M: float,  # noqa: N803
) -> NDArray[Any]:
    """Rescaled, of Hui and Belkin 2020."""
    right = prediction[y == 1]
    others = prediction[y == 0].reshape(len(y), -1)
    loss: NDArray[Any] = (k * (right - M) ** 2 + (others**2).sum(axis=1)) / y.shape[1]
    return loss


def squentropy(keras: Any, y: Any, prediction: Any) -> Any:
    """Cross-entropy and the mean square of the outputs of the wrong classes."""
    wrong = keras.ops.sum((1 - y) * keras.ops.square(prediction), axis=-1)
    return cross_entropy(keras, y, prediction, from_logits=True) + wrong / (y.shape[-1] - 1)


def squentropy_of_the_paper(y: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
    """Of Hui, Belkin and Wright 2023."""
    from scipy.special import log_softmax

    others = prediction[y == 0].reshape(len(y), -1)
    loss: NDArray[Any] = -log_softmax(prediction, axis=1)[y == 1] + (others**2).mean(axis=1)
    return loss


SQUARES = (
    Loss(
        "square_loss",
        "square loss",
        "sum(k * y * (p - M)^2 + (1 - y) * p^2) / len(p)",
        "The squared error of one-hot labels. In most of the paper's comparisons it classifies as "
        "well as cross-entropy, with less spread between seeds; it gives no probabilities. Its "
        "gradients are small, so tune the learning rate. With forty classes and more it trains "
        "badly unless k and M, the weight and the label of the right class, are raised, such as "
        "to 15 and 30.",
        problem="multi-class classification",
        labels="one-hot",
        activations=("linear",),
        explained=Explanation(
            when="Several classes, where accuracy counts and you tune the rate.",
            aim="mean label",
            aims_at="the mean of the one-hot labels, which with k and M of 1 is the share"
            " of each class",
            not_for="Probabilities, as outputs may lie below 0 and above 1, and many "
            "classes with k and M of 1.",
            pull="The gradient grows with the distance from the label, without bound, and"
            " on both sides: an output that is righter than right is drawn back. A "
            "wrong label pulls the harder, the surer the network is.",
            over="margin",
            beside=(
                "categorical_hinge",
                "squentropy",
                "categorical_crossentropy",
            ),
        ),
        parameters={
            "k": Parameter(
                1.0, low_excluded=True, about="the weight of the unit of the right class"
            ),
            "M": Parameter(
                1.0, low_excluded=True, about="what this unit should be", drawn=(1.0, 2.0, 3.0)
            ),
        },
        function=square_loss,
        reference=square_loss_of_the_paper,
        source="Hui and Belkin 2020, Evaluation of Neural Architectures Trained with Square Loss "
        "vs Cross-Entropy in Classification Tasks",
        not_offered="learns slowly at the rate that suits the others, and gives no probabilities",
    ),
    Loss(
        "squentropy",
        "squentropy",
        "log(sum(exp(p))) - sum(y * p) + sum((1 - y) * p^2) / (len(p) - 1)",
        "Cross-entropy that also draws the outputs of the wrong classes to 0, so that they do not "
        "grow without end: the paper finds it as accurate as the better of its two parts, and "
        "better calibrated. Its probabilities are the softmax of the outputs, as metrics take it.",
        problem="multi-class classification",
        labels="one-hot",
        activations=("linear",),
        explained=Explanation(
            when="Several classes, where cross-entropy is too sure of itself.",
            aim="likelier class",
            aims_at="the likeliest class, less surely than it is likely",
            not_for="Probabilities of classes that overlap, of which it is not sure enough.",
            pull="A row pulls at its class as in cross-entropy, by 1 at most, and at the "
            "other classes by their outputs as well, without bound. A wrong label "
            "pulls the harder, the surer the network is.",
            over="margin",
            beside=(
                "categorical_crossentropy",
                "square_loss",
            ),
        ),
        softmax_by_hand=True,
        function=squentropy,
        reference=squentropy_of_the_paper,
        source="Hui, Belkin and Wright 2023, Cut Your Losses with Squentropy",
        not_offered="is cross-entropy with a penalty on its outputs, as label_smoothing is",
    ),
)
