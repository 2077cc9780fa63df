"""Lines of a text file, whatever ends them."""

import re
from collections.abc import Set

END = re.compile(rb"\r\n|\r|\n")


def without_lines(content: bytes, lines: Set[int]) -> bytes:
    """The content with nothing on some of its lines, which count from 1; all keep their numbers."""
    if not lines:
        return content
    kept, start, after, last = [], 0, 0, max(lines)
    for number, end in enumerate(END.finditer(content), 1):
        if number in lines:
            kept.append(content[after:start])
            after = end.start()
        start = end.end()
        if number >= last:
            break
    else:
        if END.sub(b"", content[start:]) and content.count(b"\n", 0, start) + 1 in lines:
            kept.append(content[after:start])
            after = len(content)
    return b"".join([*kept, content[after:]])
