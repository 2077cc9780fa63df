"""Nothing that a person may use is undocumented."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import lossbench
from docs.readmes import READMES, ROOT

from lossbench.config.claims import read_claims
from lossbench.config.schema import claims_schema, schema

TEXT = "\n".join(path.read_text() for path in READMES)


def test_every_command_and_every_option_is_documented(tmp_path: Path) -> None:
    commands = lossbench(tmp_path, "--help").stdout.partition("Commands:\n")[2]
    names = re.findall(r"^  ([a-z-]+)  ", commands.partition("\n\n")[0], re.MULTILINE)
    assert len(names) >= 8
    for name in names:
        assert f"`lossbench {name}" in TEXT
        options = lossbench(tmp_path, name, "--help").stdout.partition("Options:\n")[2]
        found = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", options, re.MULTILINE)
        assert "--help" not in found or "--version" in found
        assert len(found) >= 2
        for option in found:
            assert re.search(rf"`{option}[ `]", TEXT), option


def keys(part: object) -> Iterator[str]:
    """The names of the properties of a schema and of all its parts, parameters as well."""
    if isinstance(part, list):
        for it in part:
            yield from keys(it)
    elif isinstance(part, dict):
        properties = part.get("properties", {})
        # Those of a generator are scikit-learn's, and documented there.
        if properties.get("generator") is not True:
            yield from properties
        for it in part.values():
            yield from keys(it)


@pytest.mark.parametrize("folder", ["square-loss", "label-noise"])
def test_a_published_comparison_is_told_with_its_claims_and_sources(folder: str) -> None:
    text = " ".join((ROOT / "configs" / "README.md").read_text().split())
    claims = read_claims(ROOT / "configs" / folder / "claims.yaml").claims
    assert f"lossbench run-all {folder}" in text
    for it in claims.claims:
        assert f"| {it.claim} |" in text
        *_, title, year = re.split(r", (?=[A-Z0-9])", it.source or claims.source)
        assert title in text
        assert re.search(rf"\b{year}\b", text)


def test_every_key_of_a_config_and_of_claims_is_documented() -> None:
    text = (ROOT / "configs" / "README.md").read_text()
    code = " ".join(re.findall(r"```.*?```|`[^`]*`", text, re.DOTALL))
    named = {*keys(schema()), *keys(claims_schema())}
    assert {"dataset", "kernel_initializer", "min_delta", "label_smoothing", "t_mul"} <= named
    assert {"publication", "in_at_least", "falls_less", "than_from"} <= named
    assert [key for key in sorted(named) if not re.search(rf"\b{key}\b", code)] == []
