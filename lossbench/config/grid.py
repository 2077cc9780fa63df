"""Keys that are set beside a config: ``KEY=VALUE``, where several values are an axis of a grid.

A key is dotted, ``optimizer.learning_rate``; a value is read by the rules of a config. Commas
outside of brackets and quotes separate the values of an axis, so ``model.hidden=[50],[50,50]`` has
two. Several axes make the grid of all their combinations. Its points come in the order of the
options, and the last axis varies fastest.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from lossbench.config.yaml_reader import Key, YamlError, parse
from lossbench.tables.layers import LAYERS

OPTION = "--set"
LONGEST = 200  # characters of a name, as it names a folder
SHOWN = 3  # values of an axis that a message shows
OF_LAYERS = ("model", "layers")
SUM = ("loss", "sum")  # where the terms of a sum of losses are, each a weight or a mapping
OPENING, CLOSING, QUOTES = "[{", "]}", "\"'"
Point = tuple[Any, ...]  # a value for each axis


@dataclass(frozen=True, eq=False)  # compared by identity, as its values may have no hash
class Axis:
    """A key and the values that it takes; only one where the key is only set.

    ``label`` is as little of the end of the key as tells it from the other axes; the name of an
    experiment has none.
    """

    key: Key
    values: tuple[Any, ...]
    label: str = ""

    @property
    def dotted(self) -> str:
        """The key as it is written on the command line."""
        return ".".join(map(str, self.key))

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, and not names or lists."""
        return all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in self.values
        )

    def option(self, values: Sequence[Any]) -> str:
        """The option that set these of its values, cut where it is long."""
        more = ",…" if len(values) > SHOWN else ""
        return f"{OPTION} {self.dotted}={','.join(map(text, values[:SHOWN]))}{more}"


@dataclass(frozen=True)
class Grid:
    """The axes that settings make; ``refused`` has a message for each option that is wrong."""

    axes: tuple[Axis, ...]
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def varying(self) -> tuple[Axis, ...]:
        """The axes of more than one value."""
        return tuple(axis for axis in self.axes if len(axis.values) > 1)

    def points(self) -> list[Point]:
        """Every combination of the axes' values; one empty point where there is no axis."""
        return list(product(*(axis.values for axis in self.axes)))

    def settings(self, point: Point) -> dict[Key, Any]:
        """What is set at a point, by key."""
        return {axis.key: value for axis, value in zip(self.axes, point, strict=True)}

    def values(self, point: Point) -> dict[str, Any]:
        """The values at a point of what varies, by dotted key."""
        pairs = zip(self.axes, point, strict=True)
        return {axis.dotted: value for axis, value in pairs if len(axis.values) > 1}

    def axis_of(self, key: Key, value: object) -> Axis | None:
        """The axis that set a key, or a section above it, or a key below it, if there is one."""
        within = [axis for axis in self.axes if axis.key == key[: len(axis.key)]]
        if isinstance(value, Mapping):
            within += [axis for axis in self.axes if axis.key[:-1] == key]
        return max(within, key=lambda axis: len(axis.key), default=None)

    def name(self, base: str, point: Point) -> str:
        """A name for a point that is safe for a folder: ``hinge+learning_rate=0.01``."""
        pairs = zip(self.axes, point, strict=True)
        parts = [f"{axis.label}={_safe(value)}" for axis, value in pairs if axis.label]
        return _short("+".join([base, *parts]))

    def sweep(self, base: str) -> str:
        """A name for all points together: ``hinge+learning_rate``."""
        parts = [
            axis.label if axis in self.varying else f"{axis.label}={_safe(*axis.values)}"
            for axis in self.axes
            if axis.label
        ]
        return _short("+".join([base, *parts]))


def read_settings(settings: Sequence[str]) -> Grid:
    """The grid of some settings, each ``KEY=VALUE``."""
    axes: dict[Key, Axis] = {}
    refused: list[tuple[str, str]] = []
    for setting in settings:
        dotted, equals, values = setting.partition("=")
        key: Key = tuple(dotted.strip().split("."))
        if not equals or not all(key):
            refused.append((f"{OPTION} {setting}", "must be KEY=VALUE, such as loss=hinge"))
            continue
        if key in axes:
            message = "is set twice; separate several values by commas"
            refused.append((f"{OPTION} {dotted}", message))
            continue
        try:
            axes[key] = Axis(key, tuple(_values(key, values)))
        except YamlError as error:
            refused.append((f"{OPTION} {setting}", str(error)))
    if len(axes[("name",)].values if ("name",) in axes else ()) > 1:
        refused.append(
            (f"{OPTION} name", "must be a single name: the names of all points begin with it")
        )
        del axes[("name",)]
    labels = _labels(list(axes))
    labelled = (replace(axis, label=labels.get(axis.key, "")) for axis in axes.values())
    return Grid(tuple(labelled), tuple(refused))


def with_values(config: Mapping[str, Any], settings: Mapping[Key, Any]) -> dict[str, Any]:
    """The config with other values in their places.

    What lies deeper is set later, so that a loss may be set and its parameters too; a bare name
    makes way for a mapping with that name. So does a bare weight in a sum of losses, and where a
    term has parameters beside its weight, a number that is set for it replaces the weight alone. A
    number in a key is the place of an item of a list, from 0.
    """
    changed = dict(config)
    for key, value in sorted(settings.items(), key=lambda it: len(it[0])):
        changed = _with_value(changed, key, value)
    return changed


def _with_value(section: Any, key: Key, value: object, at: Key = ()) -> Any:
    """A section, which is ``at`` a key, with another value at a key below it."""
    is_term = at[:-1] == SUM
    if not key:
        keeps = is_term and isinstance(section, Mapping) and not isinstance(value, Mapping)
        return {**section, "weight": value} if keeps else value
    name, *below = map(str, key)
    at = (*at, name)
    if isinstance(section, list | tuple) and name.isdecimal() and int(name) < len(section):
        items = list(section)
        items[int(name)] = _with_value(items[int(name)], tuple(below), value, at)
        return items
    bare = _bare(at[:-1])
    if bare and not (section is None or isinstance(section, Mapping)):
        section = {bare: section}
    elif isinstance(section, str):
        # Of a loss or an optimizer, or of a layer, whose parameters stand below its name.
        section = {} if name == section else {"name": section}
    elif is_term and isinstance(section, int | float):
        section = {"weight": section}
    inner = dict(section) if isinstance(section, Mapping) else {}
    return {**inner, name: _with_value(inner.get(name), tuple(below), value, at)}


def _bare(at: Key) -> str:
    """The parameter that stands for itself below the name of a layer: units of ``{Dense: 16}``."""
    layer = LAYERS.get(str(at[3])) if len(at) == 4 and at[:2] == OF_LAYERS else None
    return layer.bare if layer else ""


def text(value: object) -> str:
    """A value on one line, as YAML has it: 0.01, true, [50, 50]."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {text(it)}' for name, it in value.items())}}}"
    return str(value)


def _labels(keys: Sequence[Key]) -> dict[Key, str]:
    """A short name for each key: as much of its end as tells it from the others."""
    keys = [key for key in keys if key != ("name",)]
    labels = {}
    for key in keys:
        sizes = range(2 if key[-1] == "name" else 1, len(key) + 1)
        alone = (size for size in sizes if sum(other[-size:] == key[-size:] for other in keys) == 1)
        labels[key] = ".".join(map(str, key[-next(alone, len(key)) :]))
    return labels


def _values(key: Key, written: str) -> Iterator[Any]:
    """The values of an axis; raises YamlError where one is no YAML, is empty or comes twice."""
    seen: list[str] = []
    for part in _split(written):
        if not part.strip():
            raise YamlError("has an empty value" if written.strip() else "has no value")
        document = parse(part, key)
        if document.repeated:
            raise YamlError(f"{part.strip()} has a key twice")
        value = document.values
        # 1 and 1.0 are one value; 1 and true are not.
        mark = text(float(value) if type(value) is int else value)
        if mark in seen:
            raise YamlError(f"{text(value)} comes twice")
        seen.append(mark)
        yield value


def _split(written: str) -> Iterator[str]:
    """The parts between the commas that are outside of brackets and quotes."""
    depth, quote, start = 0, "", 0
    for place, character in enumerate(written):
        if quote:
            quote = "" if character == quote else quote
        elif character in QUOTES:
            quote = character
        elif character in OPENING:
            depth += 1
        elif character in CLOSING:
            depth -= 1
        elif character == "," and depth == 0:
            yield written[start:place]
            start = place + 1
    yield written[start:]


def _safe(value: Any) -> str:
    """The text of a value without what a folder's name cannot have: 50-50.

    Where another value could leave the same letters, a digest tells them apart.
    """
    written = text(value)
    word = "-".join(re.findall(r"[A-Za-z0-9._=+-]+", written))
    numbers = isinstance(value, list) and all(type(it) in (int, float) for it in value)
    return word if word == written or numbers else f"{word}-{_digest(written)}".lstrip("-")


def _digest(written: str) -> str:
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _short(name: str) -> str:
    """The name, cut where it is too long; a digest then tells it from others."""
    if len(name) <= LONGEST:
        return name
    digest = _digest(name)
    return f"{name[: LONGEST - len(digest) - 1]}-{digest}"
