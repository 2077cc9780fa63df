"""The bar of what lasts long."""

import io

import pytest
from rich.console import Console

from lossbench.cli import share_bar as module
from lossbench.cli.share_bar import share_bar


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_gets_a_bar_and_a_pipe_gets_nothing(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=80, highlight=False)
    monkeypatch.setattr(module, "err", console)
    with share_bar("Looking at [b]x.csv") as show:
        show("Reading rows", 0.25)
    assert ("25%" in file.getvalue()) == terminal
    assert bool(file.getvalue()) == terminal
