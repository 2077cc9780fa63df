"""What is printed: JSON in every encoding, and text as it is."""

import io
import json
import sys

import pytest
from pseudo_terminal import Screen
from rich.console import Console

from lossbench.cli import terminal
from lossbench.cli.streams import LEGIBLE, Stream


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "utf-16"])
def test_a_json_document_and_text_can_be_printed_in_every_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"names": ["π", "naïve", "\N{GRINNING FACE}", "\udcff"]}
    file = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Stream(file, encoding, LEGIBLE))
    terminal.print_json(document)
    assert json.loads(file.getvalue().decode(encoding)) == document
    if encoding != "utf-16":
        assert json.loads(file.getvalue().decode("utf-8")) == document
    terminal.out.print("\N{GREEK SMALL LETTER PI}")
    assert file.getvalue().decode(encoding).endswith(("π\n", "\\u03c0\n"))


def test_text_that_looks_like_markup_is_printed_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal.out.print("my[red]: accuracy, a:on:b")
    terminal.print_warning("my[red]: 2 of 2 seeds diverged")
    printed = capsys.readouterr()
    assert printed.out == "my[red]: accuracy, a:on:b\n"
    assert printed.err == "Warning: my[red]: 2 of 2 seeds diverged\n"


def test_what_an_encoding_lacks_is_a_sign_or_an_escape() -> None:
    file = io.BytesIO()
    stream = Stream(file, "ascii", LEGIBLE)
    stream.write(
        "\N{GREEK CAPITAL LETTER OMEGA} 3\N{PLUS-MINUS SIGN}1\N{HORIZONTAL ELLIPSIS}\udcff"
    )
    assert file.getvalue() == b"\\u03a9 3+-1...\\udcff"


def test_the_last_line_breaks_between_its_sentences_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written, following = "Written: results/hinge", "Next: lossbench report --open"
    for width, shown in ((80, f"{written}. {following}\n"), (20, f"{written}\n{following}\n")):
        file = Screen()
        monkeypatch.setattr(terminal, "err", Console(file=file, width=width, soft_wrap=True))
        terminal.print_end(written, following)
        terminal.print_end()
        assert file.getvalue() == shown
        monkeypatch.setattr(file, "isatty", lambda: False)
        terminal.print_end(written)
        assert file.getvalue() == shown
