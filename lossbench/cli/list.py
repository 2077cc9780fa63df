"""``lossbench list``: what there is to choose from."""

from lossbench.cli.app import app, examples
from lossbench.cli.options import AsJson, Debug, Version


@app.command("list", epilog=examples("list", "list --json"))
def list_(as_json: AsJson = False, debug: Debug = False, version: Version = False) -> None:
    """List the experiments, losses, optimizers and data there are."""
    from lossbench.cli import catalogue
    from lossbench.cli.tables import print_table
    from lossbench.cli.terminal import print_json

    if as_json:
        print_json(catalogue.as_document())
        return
    for number, (title, columns, rows) in enumerate(catalogue.tables()):
        if number:
            print()
        print_table(title, columns, rows)
