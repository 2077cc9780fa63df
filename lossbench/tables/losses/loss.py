"""A row of the table of losses: what a loss is, and what it needs of the output and the targets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from numpy.typing import NDArray

from lossbench.tables import metrics
from lossbench.tables.losses.explanation import Explanation
from lossbench.tables.losses.outputs import UNITS, USUAL, Outputs
from lossbench.tables.losses.targets import TakenFor, Targets, TargetShape
from lossbench.tables.parameters import Parameter, Parameters
from lossbench.tables.problems import MULTI_LABEL, SOFT_LABEL, Labels, Problem

# Of Keras, the labels and the outputs, each (rows, units), and the parameters by name: the loss of
# each row, (rows,). Keras is an argument because this package does not import it.
Function = Callable[..., Any]
# Of the labels and the outputs as arrays of NumPy, and the parameters by name: the same.
Reference = Callable[..., NDArray[Any]]

# The data for which ``lossbench new`` offers a loss, where it does not offer it for all.
Suits = Literal["any", "rare classes", "counts and long tails", "long tails", "positive targets"]

# What a loss becomes that takes real numbers for something else: its problem, and the targets that
# have a sensible value then.
TAKEN_FOR: dict[TakenFor, tuple[Problem, Targets]] = {
    "numbers": ("regression", "several numbers"),
    "labels": (MULTI_LABEL, "0 and 1"),
    "shares": (SOFT_LABEL, "shares"),
    "rates": ("regression", "between 0 and 1"),
}

SHORT = 16  # letters of a name for which no alias is taken

# Parameters that several losses have.
LABEL_SMOOTHING = Parameter(
    0.0,
    high=1.0,
    about="takes so much from the label and shares it out among all classes, so that the outputs "
    "need not be certain",
)
FOCUS = Parameter(
    2.0,
    about="how much less a row counts that is right by far; with 0 it is cross-entropy",
    drawn=(0.0, 1.0, 2.0, 5.0),
)


@dataclass(frozen=True)
class Variant:
    """A loss with other parameters than the default ones, for a config of its own."""

    name: str
    advice: str
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class Loss:
    """One row of the table.

    ``formula`` is the loss of one row in Python, with ``^`` for powers: ``y`` is its label, ``p``
    its output, and each is a vector where it has several numbers. ``advice`` says when to take the
    loss, and ``explained`` all else that ``lossbench explain`` tells; a person's own loss and a sum
    have neither. ``meaning`` says what the units of the output layer mean, unless it is the
    ``usual``.

    ``activations`` are those that the output layer may have, the default first. Where ``logits`` is
    true, a linear output gives logits, and the function is called with ``from_logits``.
    ``softmax_by_hand`` says that the linear outputs of another function are logits, too.
    ``targets`` says for which real targets the loss has a sensible value.

    ``on_classes`` are the output activations, the default first, of a loss for real targets that
    can also compare one-hot labels with a unit for each class (``of_classes``); empty if it cannot.
    ``takes`` are the output activations of a loss for classes that can also take real numbers for
    something else, by what it takes them for. Every loss for two classes takes columns of 0 and 1
    for labels, with the same activations.
    Where ``class_shares`` is true, the labels of a row are followed by the share of each class
    among the rows that are trained on: they have shape (rows, 2 * classes).

    A loss without a ``function`` is the function of its name in ``keras.losses``. One with a
    ``function`` needs a ``reference`` to be tested against, written by somebody else or taken from
    the paper; ``source`` names the paper.

    ``lossbench new`` writes a config for each loss that suits the data, and for its ``variants``.
    ``suits`` says which data these are. It never does so for a loss that is ``not_offered``, for
    the reason given there.
    """

    name: str
    title: str
    formula: str
    advice: str
    problem: Problem
    labels: Labels
    activations: tuple[str, ...]
    explained: Explanation | None
    aliases: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=dict)
    logits: bool = False
    softmax_by_hand: bool = False
    targets: Targets = "any"
    on_classes: tuple[str, ...] = ()
    takes: Mapping[TakenFor, tuple[str, ...]] = field(default_factory=dict)
    class_shares: bool = False
    function: Function | None = None
    reference: Reference | None = None
    source: str = ""
    variants: tuple[Variant, ...] = ()
    suits: Suits = "any"
    not_offered: str = ""
    meaning: Outputs | None = None

    @property
    def short_name(self) -> str:
        """Its name where there is little room: of a long one the shortest alias."""
        return self.name if len(self.name) <= SHORT else min((self.name, *self.aliases), key=len)

    @property
    def activation(self) -> str:
        """The output activation where the config names none."""
        return self.activations[0]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of every epoch; the first is the one that is printed."""
        return metrics.every_epoch(self.problem, self.labels)

    @property
    def final_metrics(self) -> tuple[str, ...]:
        """Further metrics, of the final weights, that a config may ask for."""
        return metrics.of_final_weights(self.problem)

    @property
    def outputs(self) -> Outputs:
        """What the units of the output layer mean."""
        return self.meaning or USUAL[self.problem]

    @property
    def of_classes(self) -> "Loss":
        """The row of a loss for real targets where it compares one-hot labels."""
        return replace(
            self,
            problem="multi-class classification",
            labels="one-hot",
            activations=self.on_classes,
            on_classes=(),
            takes={"shares": self.on_classes},
            meaning=None,
        )

    @property
    def takes_for(self) -> dict[TakenFor, tuple[str, ...]]:
        """What it can take real numbers for, with the output activations; labels come first."""
        if self.problem != "binary classification":
            return {**self.takes}
        return {"labels": self.activations, **self.takes}

    def taking(self, what: TakenFor) -> "Loss":
        """The row of a loss for classes where it takes real numbers for something else."""
        problem, targets = TAKEN_FOR[what]
        return replace(
            self,
            problem=problem,
            labels="real" if problem == "regression" else self.labels,
            targets=targets,
            activations=self.takes_for[what],
            takes={},
            meaning=None,
        )

    def link(self, activation: str) -> str:
        """What makes probabilities of the outputs: softmax, sigmoid, or linear where nothing can.

        ``activation`` is that of the output layer. Probabilities stay as they are.
        """
        if activation != "linear" or not (self.logits or self.softmax_by_hand):
            return "linear"
        labels = self.problem in ("binary classification", MULTI_LABEL)
        return "sigmoid" if labels else "softmax"

    def units(self, target: TargetShape) -> int:
        """Units of the output layer for a target of this shape."""
        return UNITS[self.outputs][0](target)

    def fits(self, target: TargetShape) -> bool:
        """Whether the loss can be trained on a target of this shape."""
        if self.problem in (MULTI_LABEL, SOFT_LABEL):
            return target.columns > 1
        if self.problem == "regression":
            return target.classes == 0
        binary = self.problem == "binary classification"
        return target.classes == 2 if binary else target.classes >= 2

    def can_fit(self, target: TargetShape) -> bool:
        """Whether it fits, or does so where it compares one-hot labels or takes several columns."""
        if self.fits(target) or (self.on_classes and self.of_classes.fits(target)):
            return True
        return target.columns > 1 and bool(self.takes_for)
