"""Files of NumPy arrays, .npy and .npz, of any rank: images, sequences, or plain rows.

An array is mapped from the file, not read into memory, unless it is compressed. Nothing is
unpickled.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from lossbench.data.arrays import Array, DatasetError
from lossbench.data.digest import add_rest
from lossbench.text import nearest

NPY, NPZ = ".npy", ".npz"
SUFFIXES = (NPY, NPZ)
MOST_UNPACKED = 2**32  # bytes of an array that is compressed
LOCAL_HEADER, OF_LENGTHS = 30, slice(26, 30)  # bytes of the header of a file in a zip archive


@dataclass(frozen=True)
class ArrayNames:
    """Which arrays a config takes of a file.

    Of an .npz file they are names of arrays. An .npy file has the features, and the others are the
    names of .npy files beside it. ``features`` is None where it is the array that is left.
    """

    target: str
    features: str | None = None
    sample_weight: str | None = None


def is_array_file(path: str | Path | None) -> bool:
    """Whether a path is that of a file of arrays, by its end."""
    return path is not None and Path(path).suffix.lower() in SUFFIXES


def sha256(path: Path, names: ArrayNames) -> str:
    """The digest of a file, and of those beside it that belong to the data; raises DatasetError."""
    digest = hashlib.sha256()
    for file in _files(path, names):
        try:
            with file.open("rb") as content:
                add_rest(digest, content)
        except OSError as error:
            raise _unreadable(path, file, str(error.strerror)) from None
    return digest.hexdigest()


def arrays_of(path: Path, names: ArrayNames) -> tuple[Array, Array, Array | None]:
    """The features, the target and the weights of the rows, if any; raises DatasetError."""
    if path.suffix.lower() == NPY:
        x, y, *weights = (_mapped(path, file) for file in _files(path, names))
        return x, y, weights[0] if weights else None
    found = _members(path)
    chosen = {"target": names.target, "features": names.features or _left(found, names)}
    if names.sample_weight is not None:
        chosen["sample_weight"] = names.sample_weight
    for key, name in chosen.items():
        if name not in found:
            raise DatasetError(key, f"is not an array of the file; {nearest(name, found)}")
    x, y = found[chosen["features"]], found[chosen["target"]]
    return x, y, found.get(chosen.get("sample_weight", ""))


def _files(path: Path, names: ArrayNames) -> Iterator[Path]:
    """The files that have the data: an .npy file has one array."""
    yield path
    if path.suffix.lower() != NPY:
        return
    if names.features is not None:
        raise DatasetError("features", "is for .npz files: an .npy file has one array")
    for key, name in (("target", names.target), ("sample_weight", names.sample_weight)):
        if name is None:
            continue
        if Path(name).name != name or Path(name).suffix.lower() != NPY:
            message = "must be the name of an .npy file beside that of the features, such as y.npy"
            raise DatasetError(key, message)
        yield path.with_name(name)


def _unreadable(path: Path, file: Path, why: str) -> DatasetError:
    if file == path:
        return DatasetError("file", f"cannot be read: {why}")
    return DatasetError("target", f"cannot be read: {file.name} beside the features: {why}")


def _mapped(path: Path, file: Path) -> Array:
    try:
        return np.asanyarray(np.load(file, mmap_mode="r", allow_pickle=False))
    except OSError as error:
        raise _unreadable(path, file, error.strerror or str(error)) from None
    except (ValueError, EOFError) as error:
        raise _unreadable(path, file, f"it is no array of numbers ({error})") from None


def _left(found: Mapping[str, Array], names: ArrayNames) -> str:
    """The one array that is neither target nor weights."""
    left = [it for it in found if it not in (names.target, names.sample_weight)]
    if len(left) != 1 and names.target in found:
        message = f"is needed: which of the arrays has the features? {nearest(None, left)}"
        raise DatasetError("features", message)
    return left[0] if left else names.target


def _members(path: Path) -> dict[str, Array]:
    """The arrays of an .npz file by name; those that are not compressed are mapped."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            members = {it.filename.removesuffix(NPY): it for it in archive.infolist()}
            return {
                name: _member(path, file, archive, it)
                for name, it in members.items()
                if it.filename.endswith(NPY)
            }
    except OSError as error:
        raise _unreadable(path, path, error.strerror or str(error)) from None
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise _unreadable(path, path, f"it is no file of arrays ({error})") from None


def _member(path: Path, file: BinaryIO, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    if member.compress_type != zipfile.ZIP_STORED:
        if member.file_size > MOST_UNPACKED:
            raise ValueError(f"{member.filename} would unpack to {member.file_size} bytes")
        with archive.open(member) as content:
            return np.asarray(np.lib.format.read_array(content, allow_pickle=False))
    file.seek(member.header_offset)
    name, extra = np.frombuffer(file.read(LOCAL_HEADER)[OF_LENGTHS], "<u2").tolist()
    file.seek(member.header_offset + LOCAL_HEADER + name + extra)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0
    shape, fortran, dtype = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(
        file
    )
    if dtype.hasobject:
        raise ValueError(f"{member.filename} holds Python objects")
    order: Literal["F", "C"] = "F" if fortran else "C"
    if not prod(shape):
        return np.empty(shape, dtype, order)
    mapped: Array = np.memmap(path, dtype, "r", file.tell(), shape, order)
    return mapped
