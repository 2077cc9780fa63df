"""The file weights.npz, the final weights of all seeds: how it is written and read back.

It is a zip archive of arrays that are not compressed. It is read from front to back. zipfile and
``numpy.load`` would trust the index at its end, which can be of any size, and can say that a few
bytes unpack to very many. Here nothing is unpacked, and no array is read before its shape is known
to be right.
"""

import io
import math
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.results.files import AGAIN, HALF_WRITTEN, DamagedResult, opened, sha256, size
from lossbench.results.result import Array, Result
from lossbench.tables.layers import Shape

# The header of a file in a zip archive: a mark, flags, the kind of compression, a checksum, and the
# lengths of the file's name and of what follows the name. Date and sizes are skipped: the shape
# says the size.
MEMBER = struct.Struct("<4s2xHH4xI8xHH")
MARK = b"PK\3\4"
# The index behind the arrays: the mark at its beginning, and the one of its last part.
INDEX, END, END_SIZE, LARGEST_INDEX = b"PK\1\2", b"PK\5\6", 22, 2**20
# NumPy's header before an array of float32.
MAGIC = struct.Struct("<8sH")
HEADER = re.compile(
    rb"{'descr': '([<>]f4)', 'fortran_order': False, 'shape': \((\d+(?:, \d+)*),?\), } *\n"
)


def weights_npz(result: Result) -> bytes:
    """The content of weights.npz: kernel_1, bias_1, … of every layer from the first hidden one.

    The names are those of ``weight_shapes`` of the model. Each array has a first axis for the
    seeds, in the order of metrics.json.
    """
    first, model = result.trainings[0].weights, result.experiment.model
    if isinstance(model, Perceptron):
        names = [*model.weight_shapes((len(first[0]),), len(first[-1]))]
    else:
        names = [*result.weight_shapes]
    arrays: dict[str, Any] = {
        name: np.stack(seeds)
        for name, *seeds in zip(names, *(it.weights for it in result.trainings), strict=True)
    }
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


class _Member(NamedTuple):
    """An array in the file, before it is read: its type and shape, and where it starts.

    ``checksum`` is the CRC-32 of NumPy's header and the array, ``of_header`` of the header alone.
    """

    dtype: np.dtype[np.float32]
    shape: tuple[int, ...]
    start: int
    checksum: int
    of_header: int


def read_weights(
    path: Path,
    experiment: Experiment,
    shapes: dict[str, Shape],
    outputs: int | None,
    digest: str | None,
) -> Iterator[tuple[Array, ...]]:
    """The weights of each seed, in the order and the shapes of the network.

    ``shapes`` is empty for a perceptron. ``outputs`` is the number of units of the output layer and
    ``digest`` the SHA-256 of the file, each None where it is not known. Raises DamagedResult.
    """
    model = experiment.model
    with opened(path) as file:
        try:
            if isinstance(model, Perceptron):
                members = dict(_members(file, list(model.weight_shapes((1,), 1))))
                inputs, found = members["kernel_1"].shape[1], [*members.values()][-1].shape[-1]
                if not (inputs and found):
                    raise ValueError
                shapes = model.weight_shapes((inputs,), outputs or found)
            else:
                members = dict(_members(file, list(shapes)))
            for name, shape in shapes.items():
                if members[name].shape != (len(experiment.trainings), *shape):
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
    """Each array by name. Raises ValueError or struct.error where one is not as it was written."""
    for name in names:
        mark, flags, compression, checksum, *lengths = MEMBER.unpack(file.read(MEMBER.size))
        written, _ = map(file.read, lengths)
        if (mark, flags, compression, written) != (MARK, 0, 0, f"{name}.npy".encode()):
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
