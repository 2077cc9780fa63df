"""What is printed: JSON in every encoding, and names as they are."""

import io
import json
import sys

import pytest

from lossbench.cli import terminal
from lossbench.cli.streams import Stream


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "utf-16"])
def test_a_json_document_and_text_can_be_printed_in_every_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"names": ["π", "naïve", "\N{GRINNING FACE}", "\udcff"]}
    file = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Stream(file, encoding, "backslashreplace"))
    terminal.print_json(document)
    assert json.loads(file.getvalue().decode(encoding)) == document
    if encoding != "utf-16":
        assert json.loads(file.getvalue().decode("utf-8")) == document
    terminal.out.print("\N{GREEK SMALL LETTER PI}")
    assert file.getvalue().decode(encoding).endswith(("π\n", "\\u03c0\n"))


def test_a_name_that_looks_like_markup_is_printed_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal.out.print("hinge+metrics=[f1]: accuracy, a:on:b")
    terminal.print_warning("hinge+metrics=[f1]: 2 of 2 seeds diverged")
    printed = capsys.readouterr()
    assert printed.out == "hinge+metrics=[f1]: accuracy, a:on:b\n"
    assert printed.err == "Warning: hinge+metrics=[f1]: 2 of 2 seeds diverged\n"
