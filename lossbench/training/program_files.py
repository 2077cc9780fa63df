"""Files of compiled programs in the user's cache folder.

They are code for the processor. So nothing is read that others may have written, nor what is
damaged: a file begins with the SHA-256 of the rest. It is written beside its place and renamed.
So processes need not know of each other. Where files cannot be used, none is read or written.
"""

import hashlib
import os
import re
import stat
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import mkstemp
from zipfile import ZIP_DEFLATED, ZipFile

VARIABLE = "LOSSBENCH_CACHE"
OFF = "off"
# A program takes 70 kB, so that there is room for more than a thousand.
MOST_BYTES = 100 * 2**20
# Another version of lossbench or TensorFlow never uses the programs of an older one.
MOST_SECONDS_UNUSED = 30 * 24 * 60 * 60
SEAL_BYTES = hashlib.sha256().digest_size
OURS = re.compile(r"[0-9a-f]{64}\.(program|\w+\.part)")


def folder() -> Path | None:
    """The folder of programs, which is made where it is missing.

    None where the user wants none, and where no folder is his alone to write in.
    """
    from platformdirs import user_cache_dir

    place = os.environ.get(VARIABLE) or user_cache_dir("lossbench")
    if place == OFF or not hasattr(os, "geteuid"):  # Windows has other owners
        return None
    try:
        path = Path(place).expanduser().absolute() / "programs"
        path.mkdir(0o700, parents=True, exist_ok=True)
        usable = _own(path.stat()) and os.access(path, os.R_OK | os.W_OK | os.X_OK)
    except (OSError, RuntimeError):  # the latter without a home
        return None
    return path if usable else None


def read(name: str) -> dict[str, bytes]:
    """The parts of a program, by their names; none where no whole file of the user has them."""
    if not (where := folder()):
        return {}
    try:
        # Not a link, and without waiting for a pipe.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with os.fdopen(os.open(_path(where, name), flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not (_own(status) and stat.S_ISREG(status.st_mode)):
                return {}
            os.utime(file.fileno())  # the time of its last use
            seal, packed = file.read(SEAL_BYTES), file.read()
    except OSError:
        return {}
    if seal != hashlib.sha256(packed).digest():
        return {}
    with ZipFile(BytesIO(packed)) as parts:
        return {part: parts.read(part) for part in parts.namelist()}


def write(name: str, parts: dict[str, bytes]) -> None:
    """Write a program, in place of an older one, and remove what is used no longer."""
    if not (where := folder()):
        return
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=1) as file:
        for part, content in parts.items():
            file.writestr(part, content)
    content = packed.getvalue()
    with suppress(OSError):
        descriptor, new = mkstemp(".part", f"{name}.", where)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(hashlib.sha256(content).digest() + content)
            os.replace(new, _path(where, name))
        except OSError:
            Path(new).unlink()
            raise
        _remove_unused(where)


def remove(name: str) -> None:
    """Remove a program that cannot be used."""
    if where := folder():
        with suppress(OSError):
            _path(where, name).unlink()


def _path(where: Path, name: str) -> Path:
    return where / f"{name}.program"


def _own(status: os.stat_result) -> bool:
    """Whether it is the user's, and nobody else may write to it."""
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _remove_unused(where: Path) -> None:
    """Remove what was unused for long, and what is too much, beginning with the longest unused."""
    with os.scandir(where) as entries:
        found = [
            (status.st_mtime, status.st_size, entry.path)
            for entry in entries
            if OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            for status in [entry.stat(follow_symlinks=False)]
        ]
    kept, oldest = 0, time.time() - MOST_SECONDS_UNUSED
    for used, size, path in sorted(found, reverse=True):
        kept += size
        if kept > MOST_BYTES or used < oldest:
            with suppress(OSError):
                Path(path).unlink()
