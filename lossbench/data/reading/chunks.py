"""A text file parsed by pandas, some rows at a time.

All at once would take several times the memory of the values. pandas is imported only when a file
is read.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbench.data.arrays import Array
from lossbench.data.mapped import mapped
from lossbench.data.progress import tell
from lossbench.data.reading.lines import Lines

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 2**22  # values that are parsed together,
WIDE = 2**11  # or more, where there are more columns


def read_chunks(content: Lines, options: Mapping[str, Any], texts: Sequence[str]) -> "pd.DataFrame":
    """The columns of a file, by ``read_csv`` with these options; those of ``texts`` are texts.

    Raises ValueError where pandas cannot parse it.
    """
    frame = _parsed(content, options, texts)
    # Where some chunks have numbers and others have texts, 1 may have become 1.0.
    mixed = [name for name in frame.columns if name not in texts and _is_mixed(frame[name])]
    return _parsed(content, options, [*texts, *mixed]) if mixed else frame


def _parsed(content: Lines, options: Mapping[str, Any], texts: Sequence[str]) -> "pd.DataFrame":
    import pandas as pd

    # In every part each column takes some time, however few rows it has.
    rows = max(CHUNK // min(len(options["names"]), WIDE), 1)
    dtype = dict.fromkeys(texts, object)
    with (
        content.open() as source,
        pd.read_csv(source, dtype=dtype, chunksize=rows, low_memory=False, **options) as chunks,
    ):
        parts: list[dict[str, pd.Series]] = []
        for chunk in chunks:
            if not parts and len(chunk) < rows:
                return chunk
            # Each column in a memory of its own, which can be given back alone.
            parts.append({str(name): column.copy() for name, column in chunk.items()})
            tell("Reading rows", source.tell() / content.size)
    # Column by column, so that nothing is held twice.
    joined = {name: _joined([it.pop(name) for it in parts]) for name in list(parts[0])}
    return pd.DataFrame(joined, copy=False)


def _joined(parts: "Sequence[pd.Series]") -> "pd.Series | Array":
    """The parts of a column one after the other."""
    import pandas as pd

    if len({it.dtype for it in parts}) == 1 and isinstance(parts[0].dtype, np.dtype):
        # Some times as fast as pandas.
        return mapped(np.concatenate([it.to_numpy() for it in parts]))
    return pd.concat(parts, ignore_index=True)


def _is_mixed(column: "pd.Series") -> bool:
    """Whether a column has texts and others."""
    import pandas as pd

    return column.dtype == object and "mixed" in pd.api.types.infer_dtype(column, skipna=True)
