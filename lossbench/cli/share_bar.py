"""A bar on a terminal for the share of something long that is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

from lossbench.cli.terminal import can_draw, err
from lossbench.data.progress import Watcher


@contextmanager
def share_bar(title: str) -> Iterator[Watcher]:
    """Show a bar while something lasts; yields what is to be told the stage and its share."""
    columns = (
        SpinnerColumn("line" if err.options.ascii_only else "dots"),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not can_draw(err)) as bars:
        bar = bars.add_task(title, total=1)
        yield lambda stage, share: bars.update(bar, description=stage, completed=share)
