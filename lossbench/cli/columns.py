"""A table, which is aligned columns in a pipe."""

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from lossbench.cli.terminal import is_screen, out


def table_of(
    columns: Sequence[str], rows: Sequence[Sequence[str | Text]], title: str = ""
) -> Table:
    """A table for a terminal; what is too long for a column goes on below."""
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    table.padding, table.pad_edge = (0, 1, 0, 0), False
    table.show_edge = False  # the summary of the nine takes nearly all of eighty columns
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, or aligned columns in a pipe."""
    if is_screen(out):
        out.print(table_of(columns, rows, title), soft_wrap=False)
        out.print()
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    print(title)
    for row in (columns, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
