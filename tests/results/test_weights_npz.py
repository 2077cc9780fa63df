"""Weights that are not those of the result are named, whatever they are."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import WEIGHTS, declared, edited, npz, packed
from made_results import MADE, beside, made, same, without_digests

from lossbench.results.files import DamagedResult
from lossbench.results.read import NotReusable, read_result, reusable

MEGABYTE = 2**20


def other_weights(change: Callable[[np.ndarray], Any]) -> bytes:
    """Weights of the plain result, each changed in the same way."""
    with np.load(io.BytesIO(MADE["plain"]["weights.npz"])) as arrays:
        return npz(**{name: change(array) for name, array in arrays.items()})


def with_bit(content: bytes, at: int, bit: int = 0) -> bytes:
    return edited(content, "flip", at, bit)


DAMAGED_WEIGHTS = {
    "text": other_weights(lambda it: it.astype(str)),
    "bytes": other_weights(lambda it: it.astype(bytes)),
    "dates": other_weights(lambda it: it.astype("datetime64[s]")),
    "whole numbers": other_weights(lambda it: it.astype(np.int32)),
    "twice the digits": other_weights(lambda it: it.astype(np.float64)),
    "objects": other_weights(lambda it: it.astype(object)),
    "complex numbers": other_weights(lambda it: it.astype(np.complex64)),
    "of one seed less": other_weights(lambda it: it[1:]),
    "transposed": other_weights(lambda it: it.T),
    "flat": other_weights(np.ravel),
    "without inputs": npz(
        kernel_1=np.zeros((4, 0, 3), np.float32),
        bias_1=np.zeros((4, 3), np.float32),
        kernel_2=np.zeros((4, 3, 1), np.float32),
        bias_2=np.zeros((4, 1), np.float32),
    ),
    "no arrays": npz(),
    "an array more": npz(**np.load(io.BytesIO(WEIGHTS)), more=np.zeros(3, np.float32)),
    "another name": npz(kernel_0=np.zeros((4, 2, 3), np.float32)),
    "a shape of 10^30": declared(f"({10**30}, 1)"),
    "a shape of 10^12 inputs": declared(f"(4, {10**12}, 3)"),
    "a shape of 10^27": declared(f"({10**9}, {10**9}, {10**9})"),
    "a negative shape": declared("(-4, 2, 3)"),
    "a shape of letters": declared("(a, b, c)"),
    "code for a shape": declared("(__import__('os'),)"),
    "a flipped bit of a flag": with_bit(WEIGHTS, 6),
    "a flipped bit of a packing": with_bit(WEIGHTS, 8, 3),
    "a flipped bit of a name": with_bit(WEIGHTS, 30),
    "a flipped bit of a number": with_bit(WEIGHTS, 200),
    "packed": packed(**{name: it.tobytes() for name, it in np.load(io.BytesIO(WEIGHTS)).items()}),
    "a broken stream": with_bit(packed(kernel_1=bytes(1000)), 48),
    "no archive": b"PK",
    "empty": b"",
    "cut": WEIGHTS[:-1],
    "longer": WEIGHTS + bytes(2 * MEGABYTE),
}


@pytest.mark.parametrize("old", [False, True], ids=["", "without digests"])
@pytest.mark.parametrize("what", DAMAGED_WEIGHTS)
def test_weights_that_are_none_are_named(what: str, old: bool, place: Path) -> None:
    content = without_digests(MADE["plain"]) if old else MADE["plain"]
    with (
        beside(place, content | {"weights.npz": DAMAGED_WEIGHTS[what]}) as folder,
        pytest.raises(DamagedResult, match=r"weights\.npz: (is|has) .*; run the experiment again$"),
    ):
        read_result(folder)


def test_weights_of_other_data_are_not_gone_on_from(place: Path) -> None:
    experiment = made("plain").experiment
    split = experiment.dataset.load()
    arrays = dict(np.load(io.BytesIO(WEIGHTS))) | {"kernel_1": np.zeros((4, 5, 3), np.float32)}
    content = without_digests(MADE["plain"]) | {"weights.npz": npz(**arrays)}
    with beside(place, content) as folder, pytest.raises(NotReusable, match="of other data"):
        reusable(folder, experiment, split)
    with beside(place, MADE["plain"]) as folder:
        assert same(reusable(folder, experiment, split), made("plain"))
