"""Excel files: the cells of a sheet, and where the columns begin among them.

pandas is imported only when a file is read.
"""

import io
from typing import TYPE_CHECKING

from lossbench.data.arrays import DatasetError
from lossbench.data.limits import refuse_too_many_values
from lossbench.data.reading.form import Form, Reading
from lossbench.data.reading.header import (
    further_headers,
    is_header,
    no_header,
    second_headers,
)
from lossbench.data.reading.layout import LINES, Record, above_columns, usual_width
from lossbench.data.reading.names import numbered_names, unique_names
from lossbench.text import counted, message_of

if TYPE_CHECKING:
    import pandas as pd


def read(content: bytes, form: Form) -> Reading:
    """The columns of a sheet, the first one if none is named; raises DatasetError."""
    cells, notes = _sheet(content, form)
    refuse_too_many_values(*cells.shape)
    cells = cells[~cells.index.isin([it - 1 for it in form.skipped])]
    cells = cells.dropna(axis=0, how="all").dropna(axis=1, how="all")
    above, rest = above_columns(rows := _records(cells), usual_width(rows), form.skip_rows)
    if not rest:
        raise DatasetError("file", "has no rows")
    notes += [f"{counted(len(above), 'row')} above the columns: left out"] if above else []
    row, first = rest[0]
    found = is_header(first, [it for _, it in rest[1:]])
    has_header = found if form.header is None else form.header
    faults = [] if has_header or form.header is False else [no_header(f"row {row}", len(first))]
    names, doubled = unique_names(first if has_header else numbered_names(len(first)))
    frame = cells.iloc[len(above) + has_header : len(cells) - form.skip_footer]
    if has_header and (count := second_headers([it for _, it in rest[1:]])):
        faults.append(further_headers("row", [it for it, _ in rest[1 : count + 1]], form.skip_rows))
        frame = frame.iloc[count:]
    if frame.empty:
        raise DatasetError("file", "has a header but no rows")
    rows_of_sheet = frame.index.to_numpy()
    return Reading(
        frame.set_axis(names, axis=1).reset_index(drop=True).infer_objects(),
        lambda row: f"row {rows_of_sheet[row] + 1}",
        (*notes, *doubled),
        tuple(faults),
    )


def _records(cells: "pd.DataFrame") -> list[Record]:
    """The first rows as texts, each with its number in the sheet."""
    return [
        (int(row) + 1, ["" if it is None or it != it else str(it) for it in values])
        for row, values in zip(cells.index, cells.head(LINES).to_numpy(object), strict=False)
    ]


def _sheet(content: bytes, form: Form) -> tuple["pd.DataFrame", list[str]]:
    """The cells of a sheet, and a note where there are others."""
    import pandas as pd

    try:
        import openpyxl  # noqa: F401  # pandas says less well that it is missing
    except ImportError:
        message = "needs openpyxl to be read: python -m pip install 'lossbench[excel]'"
        raise DatasetError("file", message) from None
    try:
        with pd.ExcelFile(io.BytesIO(content), engine="openpyxl") as book:
            sheets = list(map(str, book.sheet_names))
            name = form.sheet if form.sheet is not None else sheets[0]
            if name not in sheets:
                message = f"is not a sheet; there are: {', '.join(sheets)}"
                raise DatasetError("sheet", message)
            cells = pd.read_excel(
                book,
                sheet_name=name,
                header=None,
                dtype=object,
                keep_default_na=False,
                na_values=[""],
            )
    except DatasetError:
        raise
    except Exception as error:  # openpyxl raises any kind of error at what is no workbook
        raise DatasetError(
            "file", f"is not an Excel file that can be read: {message_of(error)}"
        ) from None
    if form.sheet is not None or len(sheets) == 1:
        return cells, []
    others = ", ".join(map(repr, sheets[1:]))
    return cells, [f"sheet {name!r} is read; sheet: NAME reads another ({others})"]
