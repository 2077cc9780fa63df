"""Lines of a text file, whatever ends them."""

import io
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import BinaryIO

END = re.compile(rb"\r\n|\r|\n")
Range = tuple[int, int]  # where some bytes begin and end


@dataclass(frozen=True)
class Lines:
    """A content with nothing on some of its lines; all keep their numbers.

    It is not copied, as it may be most of the memory: ``ranges`` are the parts of it that count.
    """

    content: bytes
    ranges: tuple[Range, ...]

    def open(self) -> BinaryIO:
        """The parts one after the other, as a file to read."""
        return io.BufferedReader(_Ranges(self.content, self.ranges))

    @property
    def size(self) -> int:
        """How many bytes the parts have."""
        return sum(end - start for start, end in self.ranges)

    def count(self, what: bytes) -> int:
        """How often these bytes occur in the parts."""
        return sum(self.content.count(what, start, end) for start, end in self.ranges)

    @property
    def ends(self) -> bool:
        """Whether the last line has an end."""
        return any(self.content.endswith(b"\n", *it) for it in self.ranges[-1:])


class _Ranges(io.RawIOBase):
    """A file that has some ranges of a content."""

    def __init__(self, content: bytes, ranges: Iterable[Range]) -> None:
        self._content, self._ranges = memoryview(content), iter(ranges)
        self._left = self._content[:0]  # of a range that has begun
        self._given = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._given

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            start, end = next(self._ranges, (-1, -1))
            if start < 0:
                return 0
            self._left = self._content[start:end]
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        self._given += count
        return count


def without_lines(content: bytes, lines: Set[int]) -> Lines:
    """The content with nothing on some of its lines, which count from 1."""
    if not lines:
        return Lines(content, ((0, len(content)),))
    kept: list[Range] = []
    start, after, last = 0, 0, max(lines)
    for number, end in enumerate(END.finditer(content), 1):
        if number in lines:
            kept.append((after, start))
            after = end.start()
        start = end.end()
        if number >= last:
            break
    else:
        if END.sub(b"", content[start:]) and content.count(b"\n", 0, start) + 1 in lines:
            kept.append((after, start))
            after = len(content)
    kept.append((after, len(content)))
    return Lines(content, tuple((start, end) for start, end in kept if start < end))
