"""YAML read safely, with the line of every key, so that a complaint can point at it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Key = tuple[str | int, ...]


class MarkedYamlError(ValueError):
    """A text that is not one YAML document; ``line`` counts from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class PrintedFloat(float):
    """A float that remembers how it was written: 0.740 is a figure of three decimals."""

    text: str


@dataclass(frozen=True)
class Document:
    """The values of a document, and the line of every key path in it."""

    values: Any
    lines: dict[Key, int]

    def line(self, path: Key) -> int:
        """The line of a key, or of the nearest key above it that is in the document."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    """The safe loader, taking 1e-3 for a number, and refusing what has no place in a config."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise MarkedYamlError("anchors and aliases are not supported", mark.line + 1)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    # YAML 1.1, which PyYAML follows, wants a dot in a number with an exponent.
    re.compile(r"^[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


def _float(loader: _Loader, node: yaml.ScalarNode) -> PrintedFloat:
    number = PrintedFloat(loader.construct_yaml_float(node))
    number.text = node.value
    return number


_Loader.add_constructor("tag:yaml.org,2002:float", _float)


def read(path: Path) -> Document:
    """The document in a file.

    Raises OSError where it cannot be read and MarkedYamlError where it is no YAML, has a key
    twice, or is not text.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise MarkedYamlError(f"is not a text file in UTF-8 ({error.reason})") from None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise MarkedYamlError("is empty")
        lines = dict(_lines(node, ()))
        return Document(loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise MarkedYamlError(f"invalid YAML: {error.problem}", line) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise MarkedYamlError("has a character that YAML does not allow", line) from None
    except RecursionError:
        raise MarkedYamlError("is nested too deeply") from None
    except MarkedYamlError:
        raise
    except ValueError as error:
        raise MarkedYamlError(f"invalid YAML: {error}") from None


def _lines(node: yaml.Node, path: Key) -> list[tuple[Key, int]]:
    """Paths and lines of a node and all below it; a key that comes twice is refused."""
    lines = [(path, node.start_mark.line + 1)]
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines += _lines(item, (*path, index))
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                message = f"the key '{name}' comes twice, first on line {seen[name]}"
                raise MarkedYamlError(message, line)
            seen[name] = line
            lines += [*_lines(value, (*path, name)), ((*path, name), line)]
    return lines
