"""``lossbench new``: write configs to start with, for given data."""

from pathlib import Path

import typer

from lossbench.cli.app import FAILED, WRONG_USAGE, app, examples
from lossbench.cli.options import Data, Debug, Kind, NewFolder, TargetColumn, Version


@app.command(epilog=examples("new houses.csv --target price", "new diabetes --out my"))
def new(
    data: Data,
    target: TargetColumn = None,
    out: NewFolder = None,
    problem: Kind = None,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Look at data, and write a config for each loss that suits.

    A JSON Schema is written beside them, for editors. No file that is there is replaced.
    """
    from lossbench.cli.terminal import print_error
    from lossbench.config.schema import schema
    from lossbench.data.arrays import DatasetError
    from lossbench.results.atomic import replace_file
    from lossbench.results.result import to_json
    from lossbench.starters import configs as starters

    try:
        start = starters.start(data, target, problem)
        folder = out or Path(start.name)
        files = starters.configs(start, folder)
        starters.refuse(files, folder)
    except DatasetError as error:
        words = [data + ":", error.key if error.key not in ("", "file") else "", str(error)]
        print_error(" ".join(filter(None, words)))
        raise typer.Exit(WRONG_USAGE) from None
    try:
        for name, text in files.items():
            replace_file(folder / name, text.encode())
        if not (folder / starters.SCHEMA).exists():
            replace_file(folder / starters.SCHEMA, to_json(schema()).encode())
    except OSError as error:
        print_error(f"{folder}: cannot be written: {error.strerror or error}")
        raise typer.Exit(FAILED) from None
    for line in starters.report(start, folder):
        print(line)
