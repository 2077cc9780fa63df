"""``lossbench list``: what there is to choose from."""

import typer

from lossbench.cli.app import app, examples
from lossbench.cli.options import AsJson, Debug, Kinds, Version


@app.command("list", epilog=examples("list", "list losses", "list experiments --json"))
def list_(
    kind: Kinds = None, as_json: AsJson = False, debug: Debug = False, version: Version = False
) -> None:
    """List what there is, and when to take what.

    Without KIND it tells in short how many experiments, losses, optimizers and so on there are.
    With one it has a line for each of them.
    """
    from lossbench.cli import catalogue
    from lossbench.cli.columns import print_table
    from lossbench.cli.terminal import is_screen, out, print_json
    from lossbench.text import unknown

    if kind is not None and kind not in catalogue.KINDS:
        raise typer.BadParameter(f"'{kind}' {unknown(kind, catalogue.KINDS, 'listed')}")
    if as_json:
        document = catalogue.as_document()
        print_json(document[catalogue.KINDS[kind]] if kind else document)
        return
    for number, (title, columns, rows) in enumerate(catalogue.tables(kind)):
        if number and not is_screen(out):
            print()
        print_table(title, columns, rows)
    if not is_screen(out):
        print()
    for line in catalogue.next_steps(kind):
        out.print(line)
