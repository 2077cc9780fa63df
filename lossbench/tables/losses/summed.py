"""The row of a weighted sum of losses: they share the output layer, the labels and the problem."""

from collections.abc import Sequence
from dataclasses import replace

from lossbench.tables.losses.loss import Loss
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
        logits=any(row.logits for row in rows),
        takes={
            what: allowed
            for what in first.takes
            if all(what in row.takes for row in rows)
            if (allowed := _activations([replace(it, activations=it.takes[what]) for it in rows]))
        },
        meaning=first.outputs,
    )


def _activations(rows: Sequence[Loss]) -> tuple[str, ...]:
    candidates = dict.fromkeys([*(row.activation for row in rows), *rows[0].activations])
    return tuple(it for it in candidates if all(it in row.activations for row in rows))
