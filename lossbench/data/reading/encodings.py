"""The encoding of a text file: UTF-8, or what a byte order mark, a NUL or the config says."""

import codecs
import re

from lossbench.data.arrays import DatasetError

BLOCK = 2**20
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What Windows calls Western European: all of Latin-1 that is printed, and more.
WESTERN = "cp1252"
ODD = re.compile(r"[^\W\d]*[^\x00-\x7f]\w*")


def to_utf8(content: bytes, encoding: str | None) -> tuple[bytes, str]:
    """The content in UTF-8 without a byte order mark, and a note where it was something else.

    Raises DatasetError where it is not text in the encoding that is given.
    """
    if encoding is None:
        mark = next((it for it in MARKS if content.startswith(it)), b"")
        encoding = MARKS.get(mark) or _without_mark(content)
        if encoding in ("utf-8", "utf-8-sig"):
            return content[len(mark) :], ""
    elif codecs.lookup(encoding).name == "utf-8" and not content.startswith(codecs.BOM_UTF8):
        _refuse_undecodable(content, "utf-8")
        return content, ""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        _refuse_undecodable(content, encoding)
        raise
    return text.removeprefix("\ufeff").encode(), _note(text, encoding)


def _without_mark(content: bytes) -> str:
    """The encoding of a content without a byte order mark."""
    head = content[:1000]
    if b"\0" in head:
        # In UTF-16 every second byte of ASCII is 0.
        for name, of_ascii in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if of_ascii.count(0) > len(of_ascii) // 2 and head.count(0) < 0.6 * len(head):
                return name
    if _undecodable(content, "utf-8") is None:
        return "utf-8"
    return WESTERN if _undecodable(content, WESTERN) is None else "latin-1"


def _undecodable(content: bytes, encoding: str) -> int | None:
    """Where the first byte stands that is not text in an encoding; None where all is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, max(len(content), 1), BLOCK):
        try:
            decoder.decode(content[start : start + BLOCK], final=start + BLOCK >= len(content))
        except UnicodeDecodeError as error:
            return start + error.start
    return None


def _refuse_undecodable(content: bytes, encoding: str) -> None:
    at = _undecodable(content, encoding)
    if at is not None:
        line = content.count(b"\n", 0, at) + 1
        message = f"line {line} is not text in {encoding} (byte 0x{content[at]:02x})"
        raise DatasetError("encoding", message)


def _note(text: str, encoding: str) -> str:
    if encoding not in (WESTERN, "latin-1"):
        return f"read as {encoding}"
    word = ODD.search(text)
    such = f", with texts such as {word[0][:30]!r}" if word else ""
    return f"read as {encoding}{such}; encoding: NAME says another"
