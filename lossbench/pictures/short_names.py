"""Short names of experiments, where a picture has little room."""

from collections.abc import Sequence

from lossbench.evidence.labels import labels
from lossbench.pictures.style import shortened


def short_names(names: Sequence[str], most: int) -> list[str]:
    """The names in at most ``most`` letters.

    Of a long name that is as many of its first words as tell it apart, or its two ends.
    """
    found = list(labels(names))
    return [_short(it, [*found[:n], *found[n + 1 :]], most) for n, it in enumerate(found)]


def _short(name: str, others: Sequence[str], most: int) -> str:
    if len(name) <= most:
        return name
    words = name.split("_")
    for count in range(len(words) - 1, 0, -1):
        start = "_".join(words[:count])
        if most // 3 <= len(start) < most and not any(it.startswith(start) for it in others):
            return f"{start}…"
    return shortened(name, most)
