"""The row of a weighted sum of losses: they share the output layer, the labels and the problem."""

from collections.abc import Sequence

from lossbench.tables.losses.loss import TAKEN_FOR, Loss
from lossbench.tables.losses.targets import TakenFor
from lossbench.text import listed


def alike(rows: Sequence[Loss]) -> list[Loss]:
    """The losses as they are in a sum: beside a loss of one-hot labels, all compare these."""
    one_hot = any(row.labels == "one-hot" for row in rows)
    return [row.of_classes if one_hot and row.on_classes else row for row in rows]


def misfit(rows: Sequence[Loss], row: Loss) -> str:
    """Why a loss cannot be added to others, which have a sum themselves; empty where it can."""
    *rows, row = alike([*rows, row])
    # Of losses of real targets, some may compare one-hot labels beside it, and others not.
    first = next((it for it in rows if it.problem != row.problem), rows[0])
    if row.problem != first.problem:
        return f"is for {row.problem}, and {first.name} for {first.problem}"
    if row.labels != first.labels:
        return f"wants the labels {row.labels}, and {first.name} {first.labels}"
    if row.class_shares or first.class_shares:
        which = row.name if row.class_shares else first.name
        return f"is to be alone: {which} takes the shares of classes beside the labels"
    if row.outputs != first.outputs:
        return f"has other outputs ({row.outputs}) than {first.name} ({first.outputs})"
    if not _activations([*rows, row]):
        allowed = listed(row.activations, "or")
        return f"allows the output activations {allowed}, which the losses above do not all allow"
    return ""


def summed(name: str, rows: Sequence[Loss]) -> Loss:
    """The row of a sum of losses that fit together; what it asks of a target, its terms say.

    Its output layer has an activation that all of them allow: the first that is a default.
    """
    takes = {what: allowed for what in TAKEN_FOR if (allowed := _taking(rows, what))}
    on_classes = _common([it.on_classes for it in rows])
    rows = alike(rows)
    first = rows[0]
    return Loss(
        name,
        name.replace("_", " "),
        "",
        "",
        first.problem,
        first.labels,
        _activations(rows),
        None,
        logits=any(row.logits for row in rows),
        on_classes=on_classes if first.problem == "regression" else (),
        takes={} if first.problem == "regression" else takes,
        meaning=first.outputs,
    )


def _taking(rows: Sequence[Loss], what: TakenFor) -> tuple[str, ...]:
    """The output activations where all losses take real numbers for something; empty if not."""
    if what == "numbers":
        real = [it.activations if it.problem == "regression" else it.takes.get(what) for it in rows]
        return _common([it or () for it in real])
    return _common([it.takes.get(what, ()) for it in alike(rows)])


def _activations(rows: Sequence[Loss]) -> tuple[str, ...]:
    return _common([row.activations for row in rows])


def _common(allowed: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """What all allow: first what is the default of one, in their order."""
    candidates = dict.fromkeys([*(it[0] for it in allowed if it), *allowed[0]])
    return tuple(it for it in candidates if all(it in of_one for of_one in allowed))
