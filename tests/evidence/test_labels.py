"""Short names of results that are told of together."""

import pytest

from lossbench.evidence.labels import labels


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["mse", "mae"], ("mse", "mae")),
        (["mse+rate=0.1+epochs=5", "mse+rate=1+epochs=5"], ("rate=0.1", "rate=1")),
        (["mse+rate=1", "mae+rate=1"], ("mse", "mae")),
        # The config itself beside its sweep, and equal names of two folders.
        (["mse", "mse+rate=1"], ("mse", "mse+rate=1")),
        (["mse+rate=1", "mse+rate=1"], ("mse+rate=1", "mse+rate=1 (2)")),
        (["mse+rate=1"], ("mse+rate=1",)),
    ],
)
def test_labels_say_what_differs_and_are_never_alike(
    names: list[str], expected: tuple[str, ...]
) -> None:
    assert labels(names) == expected
