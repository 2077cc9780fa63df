"""Files of all forms, read from their bytes."""

from pathlib import Path
from typing import Any

from lossbench.data.files import DataFiles
from lossbench.data.reading.form import Form, Reading


def read(folder: Path, content: bytes | str, name: str = "d.csv", **form: Any) -> Reading:
    """A file of this content and name, as it is read in a form."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return DataFiles().read(folder / name, form=Form(**form))


def rows(reading: Reading) -> list[list[Any]]:
    """The values of a reading, row by row; a missing one is None."""
    values = reading.frame.astype(object).where(reading.frame.notna(), None)
    return [list(row) for row in values.itertuples(index=False)]
