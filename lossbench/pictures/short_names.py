"""Short names of experiments, where a picture has little room."""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from lossbench.evidence.labels import labels
from lossbench.pictures.style import cut, shortened


def short_names(names: Sequence[str], most: int) -> list[str]:
    """The names in at most ``most`` letters, each of which differs from the others.

    Points of a sweep over several keys are told by their values, where the keys have no room. Of a
    long name there are as many of its first words as tell it apart, or its two ends. Where these
    are those of another name, too, the words that all begin with are left out; and if that is not
    enough, names are numbered.
    """
    found = list(labels(names))
    if max(map(len, found), default=0) > most:
        found = _values(found) or found
    short = _all_short(found, most)
    if len({*short}) < len(short):
        short = _all_short(_without_start(found), most)
    count = Counter(short)
    return [
        it if count[it] == 1 else f"{cut(name, most - len(str(n)) - 1)} {n}"
        for n, (it, name) in enumerate(zip(short, found, strict=True), 1)
    ]


def _all_short(names: Sequence[str], most: int) -> list[str]:
    return [_short(it, [*names[:n], *names[n + 1 :]], most) for n, it in enumerate(names)]


def _without_start(names: Sequence[str]) -> list[str]:
    """The names without the words that all of them begin with."""
    words = [it.split("_") for it in names]
    # The last word of each name stays, and so no name is left empty.
    firsts = zip(*(it[:-1] for it in words), strict=False)
    count = len([*takewhile(lambda it: len({*it}) == 1, firsts)])
    return [f"…{'_'.join(it[count:])}" for it in words] if count else [*names]


def _values(names: Sequence[str]) -> list[str]:
    """The values of points of a sweep over several keys, or nothing if they are none.

    >>> _values(["loss=mse+epochs=5", "loss=mae+epochs=5"])
    ['mse+5', 'mae+5']
    """
    pairs = [[part.partition("=") for part in name.split("+")] for name in names]
    keys = {tuple(key if equals else None for key, equals, _ in points) for points in pairs}
    if len(keys) > 1 or None in (of_one := next(iter(keys))) or len(of_one) == 1:
        return []
    return ["+".join(value for *_, value in points) for points in pairs]


def _short(name: str, others: Sequence[str], most: int) -> str:
    if len(name) <= most:
        return name
    words = name.split("_")
    for count in range(len(words) - 1, 0, -1):
        start = "_".join(words[:count])
        if most // 3 <= len(start) < most and not any(it.startswith(start) for it in others):
            return f"{start}…"
    return shortened(name, most)
