"""Lines that are left out of a content without a copy of it."""

import tracemalloc

import pytest

from lossbench.data.reading.lines import without_lines


@pytest.mark.parametrize(
    ("content", "lines", "kept"),
    [
        (b"a\nb\nc\n", set(), b"a\nb\nc\n"),
        (b"a\nb\nc\n", {1}, b"\nb\nc\n"),
        (b"a\r\nb\rc\nd", {1, 3}, b"\r\nb\r\nd"),
        (b"a\nb\nc", {2, 3}, b"a\n\n"),
        (b"a", {1}, b""),
    ],
)
def test_lines_are_left_out_and_all_keep_their_numbers(
    content: bytes, lines: set[int], kept: bytes
) -> None:
    rows = without_lines(content, lines)
    with rows.open() as file:
        assert file.read() == kept
    assert rows.count(b"\n") == kept.count(b"\n")
    assert rows.ends == kept.endswith(b"\n")


def test_a_content_is_not_copied() -> None:
    content = b"title\n" + b"1,2\n" * 250_000
    tracemalloc.start()
    with without_lines(content, {1}).open() as file:
        assert sum(len(it) for it in iter(lambda: file.read(1000), b"")) == len(content) - 5
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.1 * len(content)
