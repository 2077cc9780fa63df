"""Parquet and Feather files and their columns.

pandas and pyarrow are imported only when a file is read.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lossbench.data.arrays import DatasetError
from lossbench.data.limits import refuse_too_many_values
from lossbench.data.reading.form import Reading
from lossbench.data.reading.names import unique_names
from lossbench.text import message_of

if TYPE_CHECKING:
    import pandas as pd

VALUES = 2**22  # of a Parquet file that are read together
# The types of pyarrow that hold text.
TEXTS = {"string", "large_string", "string_view", "binary", "large_binary", "binary_view"}
PARQUET, FEATHER = "Parquet", "Feather"


def read(content: bytes, kind: str) -> Reading:
    """The columns of a file; raises DatasetError where it cannot be read or has no rows."""
    refuse_too_many_values(*shape(content, kind))
    with _pyarrow(kind):
        frame, texts = (_read_parquet if kind == PARQUET else _read_feather)(content)
    # An index that has a name is a column, such as that of rows.
    named = all(it is not None for it in frame.index.names)
    frame = frame.reset_index() if named else frame.reset_index(drop=True)
    names, notes = unique_names(list(map(str, frame.columns)))
    frame = frame.set_axis(names, axis=1)
    if frame.empty:
        raise DatasetError("file", "has no rows")
    if texts:
        frame = frame.astype({name: object for name in names if name in texts})
    return Reading(frame, lambda row: f"row {row + 1}", tuple(notes))


def shape(content: bytes, kind: str) -> tuple[int, int]:
    """How many rows and columns a file has, without reading its values from Parquet."""
    with _pyarrow(kind):
        if kind == FEATHER:
            from pyarrow import feather

            table = feather.read_table(io.BytesIO(content))
            return table.num_rows, table.num_columns
        from pyarrow import parquet

        about = parquet.read_metadata(io.BytesIO(content))
        return about.num_rows, about.num_columns


def _read_parquet(content: bytes) -> tuple["pd.DataFrame", list[str]]:
    """The columns, read some at a time: all at once would take several times their memory."""
    import pandas as pd
    from pyarrow import parquet

    about = parquet.read_metadata(io.BytesIO(content))
    schema = about.schema.to_arrow_schema()
    texts = [it.name for it in schema if str(it.type) in TEXTS]
    count = max(VALUES // max(about.num_rows, 1), 1)
    parts = [
        pd.read_parquet(
            io.BytesIO(content),
            engine="pyarrow",
            columns=schema.names[start : start + count],
            # A file of a few bytes may have a long text in every row: equal texts share their
            # memory.
            read_dictionary=texts,
        )
        for start in range(0, max(len(schema.names), 1), count)
    ]
    columns = {name: part[name] for part in parts for name in part.columns}
    return pd.DataFrame(columns, index=parts[0].index, copy=False), texts


def _read_feather(content: bytes) -> tuple["pd.DataFrame", list[str]]:
    from pyarrow import feather

    table = feather.read_table(io.BytesIO(content))
    texts = [it.name for it in table.schema if str(it.type) in TEXTS]
    for name in texts:
        number = table.column_names.index(name)
        table = table.set_column(number, name, table.column(name).dictionary_encode())
    return table.to_pandas(), texts


@contextmanager
def _pyarrow(kind: str) -> Iterator[None]:
    """The errors of the library that reads such files become a DatasetError."""
    try:
        from pyarrow import ArrowException
    except ImportError:
        message = "needs pyarrow to be read: python -m pip install 'lossbench[parquet]'"
        raise DatasetError("file", message) from None
    try:
        yield
    except MemoryError:  # ArrowMemoryError is one, and an ArrowException too
        raise
    except (
        ValueError,
        TypeError,  # of pandas, for an interval in Feather
        OSError,
        KeyError,
        NotImplementedError,
        ArrowException,
    ) as error:
        message = f"is not a {kind} file that can be read: {message_of(error)}"
        raise DatasetError("file", message) from None
