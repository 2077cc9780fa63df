"""What is YAML and what is not, and which texts are numbers."""

from pathlib import Path

import pytest
from example_config import CONFIG, complaints

from lossbench.config.load import load

MAPPING = "must be a mapping of keys to values"
# The whole content of a file, and what is said of it.
NO_CONFIGS = [
    (b"", "1: is empty"),
    (b"# nothing\n", "1: is empty"),
    (b"\x00\xff\x01", "1: is not a text file in UTF-8 (invalid start byte)"),
    (b"a: \x01\n", "1: has a character that YAML does not allow"),
    (b"a:\n  b: [1\n", "3: invalid YAML: expected ',' or ']'"),
    (b"a:\n\tb: 1\n", "2: invalid YAML: found character '\\t' that cannot start any token"),
    (b"a: 1\n---\nb: 1\n", "2: invalid YAML: but found another document"),
    (b"a: &x 1\nb: *x\n", "2: anchors and aliases are not supported"),
    (b"a: !!python/object:os.system x\n", "1: tags are not supported"),
    (b"a: 1\nb: !!int ''\n", "2: tags are not supported"),
    (b"epochs: 3\n1: 2\n", "2: the key '1' is not text"),
    (b"? [1]\n: 2\n", "1: the key is not text"),
    (b"- a\n", f"1: ['a'] {MAPPING}"),
]


@pytest.mark.parametrize(("content", "said"), NO_CONFIGS, ids=[it[1] for it in NO_CONFIGS])
def test_file_that_is_no_config(config: Path, content: bytes, said: str) -> None:
    config.write_bytes(content)
    (line,) = complaints(config)
    assert line.startswith(f"{config}:{said}")


@pytest.mark.parametrize("written", ["1e-3", "1E-3", "1.0e-3", "0.001", ".1e-2", "+1e-3"])
def test_exponent_without_a_dot_is_a_number(config: Path, written: str) -> None:
    config.write_text(CONFIG.replace("0.01}", f"{written}}}"))
    assert load(config).optimizer.parameters["learning_rate"] == 0.001
