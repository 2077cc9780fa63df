"""The row of a person's own loss, which a config states."""

from lossbench.tables.losses.binary import MARGIN, PROBABILITY
from lossbench.tables.losses.loss import Loss
from lossbench.tables.losses.multiclass import PROBABILITIES
from lossbench.tables.losses.regression import ANY_REAL
from lossbench.tables.problems import Labels, Problem

# The output activations for each kind of labels, the default first. The decision boundary of each
# is where the unit is 0 before the activation; a linear one gives logits.
OWN_ACTIVATIONS: dict[Labels, tuple[str, ...]] = {
    "real": ANY_REAL,
    "0/1": PROBABILITY,
    "-1/1": (*MARGIN, "softsign"),
    "one-hot": PROBABILITIES,
    "integer": PROBABILITIES,
}


def own(name: str, labels: Labels, activation: str) -> Loss:
    """The row of a person's own loss; its labels tell the problem."""
    problem: Problem = "regression"
    if labels != "real":
        binary = labels in ("0/1", "-1/1")
        problem = "binary classification" if binary else "multi-class classification"
    return Loss(
        name,
        name.replace("_", " "),
        "",
        "",
        problem,
        labels,
        (activation,),
        None,
        takes={"shares": (activation,)} if labels == "one-hot" else {},
    )
