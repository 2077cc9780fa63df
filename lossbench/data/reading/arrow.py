"""Parquet and Feather files and their columns.

pandas and pyarrow are imported only when a file is read.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from lossbench.data.arrays import Array, DatasetError
from lossbench.data.freed import give_back
from lossbench.data.limits import refuse_too_many_values
from lossbench.data.mapped import mapped
from lossbench.data.reading.form import Reading
from lossbench.data.reading.names import unique_names
from lossbench.text import message_of

if TYPE_CHECKING:
    import pandas as pd

VALUES = 2**21  # of a Parquet file that are read together
# The types of pyarrow that hold text.
TEXTS = {"string", "large_string", "string_view", "binary", "large_binary", "binary_view"}
PARQUET, FEATHER = "Parquet", "Feather"


def read(content: bytes | Path, kind: str) -> Reading:
    """The columns of a file, or of its bytes.

    Raises DatasetError where it cannot be read or has no rows.
    """
    refuse_too_many_values(*shape(content, kind))
    import pandas as pd

    with _pyarrow(kind), _opened(content) as file:
        frame, texts = (_read_parquet if kind == PARQUET else _read_feather)(file)
    # An index that has a name is a column, such as that of rows.
    named = all(it is not None for it in frame.index.names)
    if named:
        frame = frame.reset_index()
    else:
        frame.index = pd.RangeIndex(len(frame))
    names, notes = unique_names(list(map(str, frame.columns)))
    frame.columns = names
    if frame.empty:
        raise DatasetError("file", "has no rows")
    for name in names:
        if name in texts:
            frame[name] = frame[name].astype(object)
    return Reading(frame, lambda row: f"row {row + 1}", tuple(notes))


def shape(content: bytes | Path, kind: str) -> tuple[int, int]:
    """How many rows and columns a file has, without reading its values from Parquet."""
    with _pyarrow(kind), _opened(content) as file:
        if kind == FEATHER:
            from pyarrow import feather

            table = feather.read_table(file)
            return table.num_rows, table.num_columns
        from pyarrow import parquet

        about = parquet.read_metadata(file)
        return about.num_rows, about.num_columns


def _opened(content: bytes | Path) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _read_parquet(file: BinaryIO) -> tuple["pd.DataFrame", list[str]]:
    """The columns, read some at a time: all at once would take several times their memory."""
    import pandas as pd
    from pyarrow import parquet

    about = parquet.read_metadata(file)
    schema = about.schema.to_arrow_schema()
    texts = [it.name for it in schema if str(it.type) in TEXTS]
    count = max(VALUES // max(about.num_rows, 1), 1)
    columns: dict[str, pd.Series | Array] = {}
    for start in range(0, max(len(schema.names), 1), count):
        part = pd.read_parquet(
            file,
            engine="pyarrow",
            columns=schema.names[start : start + count],
            # A file of a few bytes may have a long text in every row: equal texts share their
            # memory.
            read_dictionary=texts,
        )
        columns |= {name: _mapped(column) for name, column in part.items()}
        index = part.index
        del part
        give_back()  # before more is read
    return pd.DataFrame(columns, index=index, copy=False), texts


def _mapped(column: "pd.Series") -> "pd.Series | Array":
    is_plain = isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf"
    return mapped(column.to_numpy()) if is_plain else column


def _read_feather(file: BinaryIO) -> tuple["pd.DataFrame", list[str]]:
    from pyarrow import feather

    table = feather.read_table(file)
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
