"""Packed data files: gzip, and zip with a single file in it."""

import gzip
import io
import zipfile
import zlib

from lossbench.data.arrays import DatasetError
from lossbench.data.limits import MAX_BYTES

GZIP, ZIP = ".gz", ".zip"


def unpack(name: str, content: bytes) -> tuple[str, bytes]:
    """The name and the content of the file that is packed in one of this name.

    A file that is not packed is given back as it is. Raises DatasetError where it cannot be
    unpacked, or is too large then.
    """
    lower = name.lower()
    try:
        if lower.endswith(GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                return name[: -len(GZIP)], _limited(packed.read(MAX_BYTES + 1))
        if lower.endswith(ZIP):
            return _unpack_zip(content)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise DatasetError("file", f"cannot be unpacked: {error}") from None
    return name, content


def _unpack_zip(content: bytes) -> tuple[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # A Mac adds a folder of its own.
        names = [
            it.filename
            for it in archive.infolist()
            if not it.is_dir() and not it.filename.startswith("__MACOSX/")
        ]
        if len(names) != 1:
            some = ", ".join(names[:5])
            raise DatasetError("file", f"holds {len(names)} files ({some}): unpack the one to use")
        with archive.open(names[0]) as packed:
            return names[0], _limited(packed.read(MAX_BYTES + 1))


def _limited(content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES / 2**30:g} GB when unpacked, the most that is read"
        raise DatasetError("file", message)
    return content
