"""How much data is read or made: what a small machine can hold several times in its memory."""

from lossbench.data.arrays import DatasetError

MAX_BYTES = 2**31  # of a data file
MAX_VALUES = 100_000_000  # of a table: its rows times its columns


def refuse_too_many_values(rows: int, columns: int) -> None:
    """Raise DatasetError where a data file has more than MAX_VALUES values."""
    if rows * columns > MAX_VALUES:
        message = f"has {rows} rows of {columns} columns, more than {MAX_VALUES} values"
        raise DatasetError("file", message)
