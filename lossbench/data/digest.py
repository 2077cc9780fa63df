"""Digests of files, whose bytes may be many and are not held."""

from pathlib import Path
from typing import Protocol

BLOCK = 2**20  # bytes


class Digest(Protocol):
    """One of hashlib, which has no name for them."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""


def add_file(digest: Digest, path: Path) -> None:
    """Add the bytes of a file to a digest; raises OSError."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
