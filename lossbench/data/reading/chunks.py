"""A text file parsed by pandas, some rows at a time.

All at once would take several times the memory of the values. pandas is imported only when a file
is read.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 2**23  # values that are parsed together
Open = Callable[[], BinaryIO]


def read_chunks(content: Open, options: Mapping[str, Any], texts: Sequence[str]) -> "pd.DataFrame":
    """The columns of a file, by ``read_csv`` with these options; those of ``texts`` are texts.

    Raises ValueError where pandas cannot parse it.
    """
    frame = _parsed(content, options, texts)
    # Where some chunks have numbers and others have texts, 1 may have become 1.0.
    mixed = [name for name in frame.columns if name not in texts and _is_mixed(frame[name])]
    return _parsed(content, options, [*texts, *mixed]) if mixed else frame


def _parsed(content: Open, options: Mapping[str, Any], texts: Sequence[str]) -> "pd.DataFrame":
    import pandas as pd

    rows = max(CHUNK // len(options["names"]), 1)
    dtype = dict.fromkeys(texts, object)
    with (
        content() as source,
        pd.read_csv(source, dtype=dtype, chunksize=rows, low_memory=False, **options) as chunks,
    ):
        parts = list(chunks)
    if len(parts) == 1:
        return parts[0]
    columns = list(parts[0].columns)
    # Column by column, so that nothing is held twice.
    joined = {
        name: pd.concat([it.pop(name) for it in parts], ignore_index=True) for name in columns
    }
    return pd.DataFrame(joined, copy=False)


def _is_mixed(column: "pd.Series") -> bool:
    """Whether a column has texts and others."""
    import pandas as pd

    return column.dtype == object and "mixed" in pd.api.types.infer_dtype(column, skipna=True)
