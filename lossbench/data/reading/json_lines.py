"""JSON files: an object on each line, or a list of objects.

pandas is imported only when a file is read.
"""

import json
from typing import Any

from lossbench.data.arrays import DatasetError
from lossbench.data.limits import refuse_too_many_values
from lossbench.data.reading.encodings import to_utf8
from lossbench.data.reading.form import MANY, Form, Reading
from lossbench.data.reading.names import unique_names
from lossbench.text import message_of

HOW = "one on each line or all in a list"


def read(content: bytes, form: Form) -> Reading:
    """The columns of a file with an object on each line, or a list of objects."""
    import pandas as pd

    content, note = to_utf8(content, form.encoding)
    listed = content.lstrip().startswith(b"[")
    rows, places = _list(content) if listed else _lines(content)
    if not all(isinstance(it, dict) for it in rows):
        raise DatasetError("file", f"is not a file of JSON objects, {HOW}")
    if len(rows) == 1 and rows[0] and all(isinstance(it, dict | list) for it in rows[0].values()):
        message = "has an object of columns; rows are wanted, as pandas's to_json(orient='records')"
        raise DatasetError("file", message)
    frame = pd.DataFrame(rows)
    if frame.empty:
        raise DatasetError("file", "has no rows")
    refuse_too_many_values(*frame.shape)
    keys = list(frame.columns)
    names, doubled = unique_names(list(map(str, keys)))
    frame = frame.set_axis(names, axis=1)
    for key, name in zip(keys, names, strict=True):
        if name in form.texts and frame[name].astype(str).nunique() <= MANY:
            frame[name] = pd.Series([_as_written(it.get(key)) for it in rows], dtype=object)
    notes = [*([note] if note else []), *doubled]
    return Reading(frame, lambda row: places[row], tuple(notes))


def _as_written(value: Any) -> Any:
    """A value as JSON has it: true and 1.0 may be classes, which keep their names."""
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _list(content: bytes) -> tuple[list[Any], list[str]]:
    try:
        rows = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DatasetError("file", f"is not JSON: {message_of(error)}") from None
    return rows, [f"object {number + 1}" for number in range(len(rows))]


def _lines(content: bytes) -> tuple[list[Any], list[str]]:
    rows, places = [], []
    for number, line in enumerate(content.splitlines()):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            message = f"line {number + 1} is not JSON, {HOW}: {message_of(error)}"
            raise DatasetError("file", message) from None
        places.append(f"line {number + 1}")
    return rows, places
