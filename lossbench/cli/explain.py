"""``lossbench explain``: what a loss is, what it aims at, when to take it and when not."""

from collections.abc import Sequence
from pathlib import Path

import typer

from lossbench.cli.app import FAILED, app, examples
from lossbench.cli.options import AsJson, Debug, LossNames, LossPicture, Version

WIDEST, OF_A_PIPE = 100, 80  # columns of text
NAME, WIDEST_AIM = 39, 28  # columns of a name with its alias, and of what it aims at


@app.command(epilog=examples("explain", "explain hinge", "explain huber mae --picture losses.png"))
def explain(
    names: LossNames = None,
    picture: LossPicture = None,
    as_json: AsJson = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Tell what a loss aims at, and when to take it.

    It also tells its formula, when not to take it, what outliers and wrong labels cost, what the
    parameters do, and which bundled experiments show the loss. Without a name it lists all losses
    with what they aim at.
    """
    from lossbench.cli import explained
    from lossbench.cli.terminal import print_json
    from lossbench.tables.losses import LOSSES

    losses = _known(names or [])
    if picture:
        _refuse(picture)
    if as_json:
        print_json(explained.as_document(losses or [*LOSSES]))
    elif losses:
        _print_pages(losses, bool(picture))
    else:
        _print_all(bool(picture))
    if picture:
        _draw(losses, picture)
        if not as_json:
            print(picture)


def _known(names: Sequence[str]) -> list[str]:
    """The names in the table of losses that are given by any of their names, each once."""
    from lossbench.tables.losses import FORMER, NAMES
    from lossbench.text import unknown

    for name in names:
        if name not in NAMES:
            raise typer.BadParameter(f"'{name}' {unknown(name, NAMES, 'a loss', FORMER)}")
    return [*dict.fromkeys(NAMES[name] for name in names)]


def _print_pages(names: Sequence[str], drawn: bool) -> None:
    """Print all that there is to tell of some losses, and what to do next."""
    from rich.text import Text

    from lossbench.cli import explained
    from lossbench.cli.terminal import is_screen, out
    from lossbench.tables.losses import LOSSES

    width = min(out.width, WIDEST) if is_screen(out) else OF_A_PIPE
    where = explained.shown(names)
    for name in names:
        for line in explained.title(LOSSES[name], width):
            out.print(Text(line, "bold"))
        for heading, text in explained.page(LOSSES[name], where[name]):
            for before, line in explained.wrapped(heading, text, width):
                found = Text.assemble((before, "bold"), line)
                found.rstrip()
                out.print(found)
        out.print(f"\nRun it: {where[name].command}")
        if name != names[-1]:
            out.print()
    if not drawn:
        short = [LOSSES[name].short_name for name in names]
        what, file = ("it", short[0]) if len(short) == 1 else ("them", "losses")
        out.print(f"Draw {what}: lossbench explain {' '.join(short)} --picture {file}.png")


def _print_all(drawn: bool) -> None:
    """Print a line for each loss, with what it aims at, and what to do next."""
    from rich.text import Text

    from lossbench.cli import explained
    from lossbench.cli.terminal import is_screen, out

    for problem, rows in explained.gallery().items():
        out.print(Text(f"{problem}: what the losses aim at", "bold"), soft_wrap=not is_screen(out))
        for name, aim in rows:
            if out.width < NAME + WIDEST_AIM and is_screen(out):
                out.print(f"{name}\n  {aim}")
            else:
                out.print(f"{name.ljust(NAME)}{aim}")
        out.print()
    out.print("Explain one: lossbench explain huber")
    if not drawn:
        out.print("Draw all: lossbench explain --picture losses.png")


def _refuse(picture: Path) -> None:
    """Exit where no picture can be written."""
    from lossbench.cli.terminal import print_error
    from lossbench.pictures.formats import FORMATS, refuse_picture
    from lossbench.results.atomic import os_error_message
    from lossbench.text import listed

    if picture.suffix.removeprefix(".") not in FORMATS:
        endings = listed([f".{it}" for it in FORMATS], "or")
        raise typer.BadParameter(f"--picture: '{picture}' must end in {endings}")
    try:
        refuse_picture(picture)
    except OSError as error:
        print_error(os_error_message(error))
        raise typer.Exit(FAILED) from None


def _draw(names: Sequence[str], path: Path) -> None:
    """Write the picture of one loss, or a small one of each of several."""
    from lossbench.pictures.encode import encoded
    from lossbench.pictures.of_loss import picture
    from lossbench.pictures.of_losses import gallery
    from lossbench.results.atomic import replace_file
    from lossbench.tables.losses import LOSSES

    losses = [LOSSES[name] for name in names or LOSSES]
    drawn = picture(losses[0]) if len(losses) == 1 else gallery(losses)
    assert drawn  # every loss of the table can be drawn
    replace_file(path, encoded(drawn, path.suffix.removeprefix(".")))
