"""Parquet files and their columns.

pandas and pyarrow are imported only when a file is read.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lossbench.data.arrays import DatasetError
from lossbench.data.limits import refuse_too_many_values
from lossbench.data.text_files import refuse_repeated_names
from lossbench.text import message_of

if TYPE_CHECKING:
    import pandas as pd

# The types of pyarrow that hold text.
TEXTS = {"string", "large_string", "string_view", "binary", "large_binary", "binary_view"}


def read(content: bytes) -> "pd.DataFrame":
    """The columns of a file; raises DatasetError where it cannot be read or has no rows."""
    import pandas as pd

    refuse_too_many_values(*shape(content))
    with _pyarrow() as parquet:
        schema = parquet.read_schema(io.BytesIO(content))
        texts = [it.name for it in schema if str(it.type) in TEXTS]
        # A file of a few bytes may have a long text in every row: equal texts share their memory.
        frame = pd.read_parquet(io.BytesIO(content), engine="pyarrow", read_dictionary=texts)
    names = list(map(str, frame.columns))
    refuse_repeated_names(names)
    frame = frame.set_axis(names, axis=1).reset_index(drop=True)
    if frame.empty:
        raise DatasetError("file", "has no rows")
    return frame.astype({name: object for name in names if name in texts})


def shape(content: bytes) -> tuple[int, int]:
    """How many rows and columns a file has, without reading its values."""
    with _pyarrow() as parquet:
        about = parquet.read_metadata(io.BytesIO(content))
        return about.num_rows, about.num_columns


@contextmanager
def _pyarrow() -> Iterator[Any]:
    """The library that reads Parquet; its errors become a DatasetError."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        message = "needs pyarrow to be read: python -m pip install 'lossbench[parquet]'"
        raise DatasetError("file", message) from None
    try:
        yield parquet
    except MemoryError:  # ArrowMemoryError is one, and an ArrowException too
        raise
    except (ValueError, OSError, KeyError, NotImplementedError, ArrowException) as error:
        message = f"is not a Parquet file that can be read: {message_of(error)}"
        raise DatasetError("file", message) from None
