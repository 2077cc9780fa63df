"""Names of pictures, which are safe for files and tell pictures apart."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lossbench.config.experiment import Experiment
from lossbench.evidence.comparison import Comparison

LONGEST = 80
UNSAFE = re.compile(r"[^\w.+=-]+")


def of_data(comparisons: Sequence[Comparison]) -> list[str]:
    """A name for the data of each comparison: "make_circles", or "houses" for houses.csv.

    Data of one name are told apart by how they are described: "make_circles_500_rows".
    """
    names = [data_name(it.results[0].experiment) for it in comparisons]
    count = Counter(map(str.casefold, names))
    alone = [count[name.casefold()] == 1 for name in names]
    described = (safe(it.data) for it in comparisons)
    return unique([a if one else b for a, b, one in zip(names, described, alone, strict=True)])


def data_name(experiment: Experiment) -> str:
    """The generator, the function or the file of an experiment's data, without its ending."""
    dataset = experiment.dataset
    named = dataset.generator or dataset.function
    return safe(Path(dataset.file).stem if dataset.file is not None else str(named))


def safe(name: str) -> str:
    """The name without what not every system allows in the name of a file."""
    return UNSAFE.sub("_", name)[:LONGEST].strip("._") or "unnamed"


def unique(names: Sequence[str]) -> list[str]:
    """The names, with a number where one comes again; upper and lower case count as the same."""
    taken: set[str] = set()
    found = []
    for name in names:
        number, tried = 1, name
        while tried.casefold() in taken:
            number += 1
            tried = f"{name}_{number}"
        taken.add(tried.casefold())
        found.append(tried)
    return found
