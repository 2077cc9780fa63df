"""What a shell may complete: names of experiments, losses, data and metrics, and keys of a config.

The names are read from the schema of the config, as a shell waits for an answer at every press of
the key: nothing slow is imported. Where nothing here fits, the shell completes names of files.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lossbench.config.bundled import BUNDLED, SCHEMA, SUFFIXES, bundled_folders, bundled_names
from lossbench.results.files import FIGURES
from lossbench.results.folders import RESULTS

DEEPEST = 3  # names in a key, such as optimizer.learning_rate.decay_steps
Schema = Mapping[str, Any]


def experiments(incomplete: str) -> list[str]:
    """Bundled experiments, and configs in the working directory."""
    here = [it.name for it in sorted(Path().glob("*")) if it.suffix.lower() in SUFFIXES]
    return _beginning(incomplete, [*bundled_names(), *here])


def folders(incomplete: str) -> list[str]:
    """Bundled folders of experiments."""
    return _beginning(incomplete, [it.name for it in bundled_folders()])


def results(incomplete: str) -> list[str]:
    """Results in results/; folders elsewhere are completed by the shell."""
    there = [it.name for it in sorted(RESULTS.glob("*")) if (it / FIGURES).exists()]
    return _beginning(incomplete, there)


def losses(incomplete: str) -> list[str]:
    """Losses and their other names."""
    return _beginning(incomplete, _values("loss"))


def losses_in_a_list(incomplete: str) -> list[str]:
    """The last one of several losses with commas between them."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{it}" for it in losses(last)]


def data(incomplete: str) -> list[str]:
    """Data sets and generators of scikit-learn, the sets without load_."""
    return _beginning(incomplete, [it.removeprefix("load_") for it in _values("dataset.generator")])


def metrics(incomplete: str) -> list[str]:
    """Metrics."""
    return _beginning(incomplete, _values("metrics"))


def settings(incomplete: str) -> list[str]:
    """Keys of a config with an equals sign, and then the values that it lists."""
    key, equals, value = incomplete.partition("=")
    if not equals:
        return _beginning(incomplete, [f"{it}=" for it in _keys()])
    before, comma, last = value.rpartition(",")
    return [f"{key}={before}{comma}{it}" for it in _beginning(last, _values(key))]


def _beginning(start: str, names: list[str]) -> list[str]:
    return [it for it in names if it.startswith(start)]


@cache
def _keys() -> dict[str, list[str]]:
    """Every dotted key of a config, and the values that the schema lists for it."""
    schema = json.loads((BUNDLED / SCHEMA).read_text())
    found: dict[str, list[str]] = {}
    for key, value in _walk(schema, schema["$defs"], ()):
        values = found.setdefault(key, [])
        values += [it for it in value if it not in values]
    return found


def _values(key: str) -> list[str]:
    return _keys().get(key, [])


def _walk(
    schema: Schema, known: Mapping[str, Schema], at: tuple[str, ...]
) -> Iterator[tuple[str, list[str]]]:
    """The keys at and below a place in the schema, each with values that are listed for it."""
    if at:
        yield ".".join(at), [it for it in schema.get("enum", ()) if isinstance(it, str)]
    alike = [*schema.get("anyOf", ()), *schema.get("allOf", ())]
    alike += [schema["then"]] if "then" in schema else []
    # A list has values, such as those of metrics; a place in it is no key.
    alike += [it for it in [schema.get("items", {})] if "enum" in it]
    alike += [known[schema["$ref"].removeprefix("#/$defs/")]] if "$ref" in schema else []
    for it in alike:
        yield from _walk(it, known, at)
    if len(at) < DEEPEST and at[-1:] != ("sum",):
        for name, value in schema.get("properties", {}).items():
            yield from _walk(value if isinstance(value, dict) else {}, known, (*at, name))
