"""The bar of what lasts long."""

import io

import pytest
from pseudo_terminal import Screen
from rich.console import Console

from lossbench.cli import share_bar as module
from lossbench.cli.share_bar import share_bar


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_gets_a_bar_and_a_pipe_gets_nothing(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    file = Screen() if terminal else io.StringIO()
    settings = {"TERM": "xterm", "FORCE_COLOR": "1"}  # in a pipe, too
    console = Console(file=file, width=80, highlight=False, _environ=settings)
    monkeypatch.setattr(module, "err", console)
    with share_bar("Looking at [b]x.csv") as show:
        show("Reading rows", 0.25)
    assert ("25%" in file.getvalue()) == terminal
    assert bool(file.getvalue()) == terminal
