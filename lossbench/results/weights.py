"""Reading weights.npz, as ``results.weights`` writes it: arrays one after the other, not packed.

It is read from front to back. The index at the end of such an archive, which is all that zipfile
and ``numpy.load`` go by, may be of any size, and say that a few bytes unpack to any number of them.
Here nothing is unpacked, and no byte of an array is read before its shape is known to be right.
"""

import math
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.results.files import AGAIN, HALF_WRITTEN, DamagedResult, opened, sha256, size
from lossbench.results.result import Array

# What zip has before a member: a mark, flags, the kind of packing, a checksum, and how long the
# member's name is and what follows it. Dates are left out, and sizes, which the shape says.
MEMBER = struct.Struct("<4s2xHH4xI8xHH")
MARK = b"PK\3\4"
# What is behind the arrays: how it begins, and how its last bytes do.
INDEX, END, END_SIZE, LARGEST_INDEX = b"PK\1\2", b"PK\5\6", 22, 2**20
# What NumPy has before an array of float32.
MAGIC = struct.Struct("<8sH")
HEADER = re.compile(
    rb"{'descr': '([<>]f4)', 'fortran_order': False, 'shape': \((\d+(?:, \d+)*)\), } *\n"
)


class _Member(NamedTuple):
    """An array in the file: what is known of it before it is read."""

    dtype: np.dtype[np.float32]
    shape: tuple[int, ...]
    start: int
    checksum: int
    of_header: int


def weights(
    path: Path, experiment: Experiment, outputs: int | None, digest: str | None
) -> Iterator[tuple[Array, ...]]:
    """The weights of each training, as ``Model.weight_shapes`` has them.

    ``outputs`` are the units of the output layer and ``digest`` the SHA-256 of the file, each None
    where it is not known. Raises DamagedResult.
    """
    with opened(path) as file:
        try:
            members = dict(_members(file, list(experiment.model.weight_shapes(1, 1))))
            inputs, found = members["kernel_1"].shape[1], [*members.values()][-1].shape[-1]
            if not (inputs and found):
                raise ValueError
            shapes = experiment.model.weight_shapes(inputs, outputs or found)
            for name, shape in shapes.items():
                if members[name].shape != (experiment.repeats, *shape):
                    raise DamagedResult(path, _of_another_run(name, members[name].shape))
            arrays = [_array(file, member) for member in members.values()]
        except (ValueError, IndexError, struct.error) as error:
            if isinstance(error, DamagedResult):
                raise
            raise DamagedResult(path, HALF_WRITTEN) from None
        if digest not in (None, sha256(file)):
            raise DamagedResult(path, f"is damaged, or of another run than metrics.json; {AGAIN}")
    return zip(*arrays, strict=True)


def _members(file: BinaryIO, names: Sequence[str]) -> Iterator[tuple[str, _Member]]:
    """Where each array is. Raises ValueError or struct.error where they are not as written."""
    for name in names:
        mark, flags, packing, checksum, *lengths = MEMBER.unpack(file.read(MEMBER.size))
        written, _ = map(file.read, lengths)
        if (mark, flags, packing, written) != (MARK, 0, 0, f"{name}.npy".encode()):
            raise ValueError
        start = file.tell()
        version, length = MAGIC.unpack(file.read(MAGIC.size))
        header = HEADER.fullmatch(file.read(length))
        if version != b"\x93NUMPY\1\0" or not header:
            raise ValueError
        dtype, shape = np.dtype(header[1].decode()), tuple(map(int, header[2].split(b",")))
        begin = file.tell()
        end = begin + math.prod(shape) * dtype.itemsize
        if end > size(file):
            raise ValueError
        file.seek(start)
        of_header = zlib.crc32(file.read(begin - start))
        yield name, _Member(dtype, shape, begin, checksum, of_header)
        file.seek(end)
    index = file.read(LARGEST_INDEX)
    if not index.startswith(INDEX) or not index[-END_SIZE:].startswith(END) or file.read(1):
        raise ValueError


def _array(file: BinaryIO, member: _Member) -> Array:
    file.seek(member.start)
    array = np.fromfile(file, member.dtype, math.prod(member.shape))
    if zlib.crc32(array.data, member.of_header) != member.checksum:
        raise ValueError
    return array.reshape(member.shape).astype(np.float32, copy=False)


def _of_another_run(name: str, shape: tuple[int, ...]) -> str:
    return f"is of another run than metrics.json: {name} has the shape {shape}; {AGAIN}"
