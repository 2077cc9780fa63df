"""YAML read safely, with the line of every key, so that a message can name it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lossbench.config.unclear_number import UNCLEAR, UnclearNumber

Key = tuple[str | int, ...]
MOST_BITS = 10_000  # of a whole number: Python prints none of more than 4,300 digits
MOST_BYTES = 10**6  # of a config: more takes seconds to read, and none needs it

NO_CHARACTER = "has a character that YAML does not allow"
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character; an escape may write one


class YamlError(ValueError):
    """Why a text is not one YAML document; ``line`` counts from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class PrintedFloat(float):
    """A float that remembers how it was written: 0.740 is a figure of three decimals."""

    text: str


@dataclass(frozen=True)
class Document:
    """The values of a document, the line of each of its keys, and the keys that come twice.

    ``repeated`` has the path of each such key, its line, and the line where it came first. What is
    no text, such as a mapping of Python, has no lines.
    """

    values: Any
    lines: dict[Key, int]
    repeated: tuple[tuple[Key, int, int], ...]

    def line(self, path: Key) -> int | None:
        """The line of a key, or of the nearest key above it that is in the document."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


class _Loader(yaml.SafeLoader):
    """The safe loader. It takes 1e-3 for a number, and refuses what has no place in a config."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped stub
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise YamlError("anchors and aliases are not supported", line)
        if event.tag:
            # Safe ones too: PyYAML raises any kind of error at `!!int ""`.
            raise YamlError("tags are not supported", line)
        if isinstance(event, yaml.ScalarEvent) and SURROGATE.search(event.value):
            raise YamlError(NO_CHARACTER, line)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp)
        for tag, regexp in resolvers
        if not tag.endswith((":timestamp", ":float", ":int"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    # As in YAML 1.2. YAML 1.1, which PyYAML follows, wants a dot in a number with an exponent,
    # and takes 1:30.5 for ninety and a half.
    re.compile(
        r"^[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?$|^[-+]?[0-9]+[eE][-+]?[0-9]+$|"
        r"^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$"
    ),
    list("-+.0123456789"),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9_]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver("!unclear", UNCLEAR, list("-+0123456789"))


def _float(loader: _Loader, node: yaml.ScalarNode) -> PrintedFloat:
    number = PrintedFloat(loader.construct_yaml_float(node))
    number.text = node.value
    return number


def _int(loader: _Loader, node: yaml.ScalarNode) -> int:
    number: int = loader.construct_yaml_int(node)
    if number.bit_length() > MOST_BITS:
        raise YamlError("a number has too many digits", node.start_mark.line + 1)
    return number


def _unclear(_loader: _Loader, node: yaml.ScalarNode) -> UnclearNumber:
    return UnclearNumber(node.value)


# What a text without quotes is taken for. The writer quotes by the same rules.
RESOLVERS = _Loader.yaml_implicit_resolvers
_Loader.add_constructor("tag:yaml.org,2002:float", _float)
_Loader.add_constructor("tag:yaml.org,2002:int", _int)
_Loader.add_constructor("!unclear", _unclear)


def read(path: Path) -> Document:
    """The document in a file.

    Raises OSError where it cannot be read and YamlError where it is no YAML, not text or
    too large.
    """
    try:
        if path.is_char_device() or path.is_block_device():  # to read one may never end
            raise YamlError("is a device, not a file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise YamlError(f"is larger than {MOST_BYTES} bytes, the most that is read")
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise YamlError(f"is not a text file in UTF-8 ({error.reason})") from None
    return parse(text)


def parse(text: str, at: Key = ()) -> Document:
    """The document that a text is, or the value ``at`` a key; YamlError if it is no YAML."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise YamlError("is empty")
        lines: dict[Key, int] = {}
        repeated = tuple(_note_lines(node, at, lines))
        return Document(loader.construct_document(node), lines, repeated)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlError(f"invalid YAML: {error.problem}", line) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(NO_CHARACTER, line) from None
    except RecursionError:
        raise YamlError("is nested too deeply") from None
    except YamlError:
        raise
    except ValueError as error:
        raise YamlError(f"invalid YAML: {error}") from None


def _note_lines(
    node: yaml.Node, path: Key, lines: dict[Key, int]
) -> Iterator[tuple[Key, int, int]]:
    """Note the line of a node and of every key below it; yields the keys that come twice."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _note_lines(item, (*path, index), lines)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if path and isinstance(key, yaml.ScalarNode):
                # Below the top a key is its text, such as that of a class 0.
                key.tag = "tag:yaml.org,2002:str"
            if key.tag != "tag:yaml.org,2002:str":
                name = f" '{key.value}'" if isinstance(key, yaml.ScalarNode) else ""
                raise YamlError(f"the key{name} is not text", line)
            below = (*path, key.value)
            if key.value in seen:
                yield below, line, seen[key.value]
            seen.setdefault(key.value, line)
            lines[below] = line
            yield from _note_lines(value, below, lines)
