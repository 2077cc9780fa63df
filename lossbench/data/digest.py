"""Digests of files, whose bytes may be many and are not held."""

from typing import BinaryIO, Protocol

BLOCK = 2**20  # bytes


class Digest(Protocol):
    """One of hashlib, which has no name for them."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""


def add_rest(digest: Digest, file: BinaryIO) -> None:
    """Add what is left of an open file to a digest; raises OSError."""
    while block := file.read(BLOCK):
        digest.update(block)
