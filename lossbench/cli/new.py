"""``lossbench new``: write configs to start with, for given data."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lossbench.cli.app import FAILED, WRONG_USAGE, app, examples
from lossbench.cli.options import Data, DataSettings, Debug, Kind, NewFolder, TargetColumn, Version

if TYPE_CHECKING:
    from lossbench.data.arrays import DatasetError

HINT = "Set such a key like this: --set \"dataset.missing_values=['?']\""


@app.command(epilog=examples("new houses.csv --target price", "new diabetes --out my"))
def new(
    data: Data,
    target: TargetColumn = None,
    out: NewFolder = None,
    problem: Kind = None,
    settings: DataSettings = None,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Look at data, and write a config for each loss that suits.

    A JSON Schema is written beside them, for editors. Existing files are not replaced.
    """
    from lossbench.cli.share_bar import share_bar
    from lossbench.cli.terminal import print_error
    from lossbench.data.arrays import DatasetError
    from lossbench.data.progress import watched
    from lossbench.starters.configs import report, write
    from lossbench.starters.dataset import starter_dataset
    from lossbench.starters.settings import of_dataset
    from lossbench.text import printable

    try:
        # A large file takes some seconds; a terminal shows how far it is.
        with share_bar(f"Looking at {printable(data)}") as show, watched(show):
            dataset = starter_dataset(data, target, problem, of_dataset(settings or ()))
        folder = out or Path(dataset.name)
        write(dataset, folder)
    except DatasetError as error:
        print_dataset_error(data, error)
        raise typer.Exit(WRONG_USAGE) from None
    except OSError as error:
        print_error(str(error))
        raise typer.Exit(FAILED) from None
    for line in report(dataset, folder):
        print(line)


def print_dataset_error(data: str, error: "DatasetError") -> None:
    """Print all that keeps data from being used, and how keys are set that help."""
    from lossbench.cli.terminal import err, print_error

    for it in (error, *error.others):
        words = [data + ":", it.key if it.key not in ("", "file") else "", str(it)]
        print_error(" ".join(filter(None, words)))
    if any(it.has_way for it in (error, *error.others)):
        err.print(HINT)
