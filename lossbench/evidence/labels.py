"""Short names of results that are told of together."""

from collections import Counter
from collections.abc import Sequence


def labels(names: Sequence[str]) -> tuple[str, ...]:
    """What tells the names apart: of the points of a sweep what differs, else the whole name.

    Results of one name, which come from several folders, are numbered.

    >>> labels(["mse+learning_rate=0.1+epochs=5", "mse+learning_rate=1+epochs=5"])
    ('learning_rate=0.1', 'learning_rate=1')
    >>> labels(["mse", "mae", "mse"])
    ('mse', 'mae', 'mse (2)')
    """
    parts = [name.split("+") for name in names]
    if len({len(it) for it in parts}) == 1:
        differs = [len(set(column)) > 1 for column in zip(*parts, strict=True)]
        short = [
            "+".join(part for part, kept in zip(it, differs, strict=True) if kept) for it in parts
        ]
    else:
        short = list(names)
    if not all(short):
        short = list(names)
    seen = Counter[str]()
    found = []
    for label in short:
        seen[label] += 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return tuple(found)
