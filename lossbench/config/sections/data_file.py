"""The keys of a config that say which data file is used, and how it is read."""

import re
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, StringConstraints

from lossbench.config.data_path import naming_unset_variables
from lossbench.config.sections.base import Section, how_to_write_text, one_of, refuse
from lossbench.config.unclear_number import unclear_number
from lossbench.data import array_files
from lossbench.data.array_files import ArrayNames, arrays_of, is_array_file
from lossbench.data.array_table import table_of_arrays
from lossbench.data.arrays import DatasetError, Table
from lossbench.data.choice import STRATEGIES, Choice
from lossbench.data.columns.rules import DateFeature, Rules
from lossbench.data.file_table import Columns, columns_of, table_from_file
from lossbench.data.files import CHANGED, DataFiles
from lossbench.data.reading.form import Decimal, Form, Reading
from lossbench.data.reading.layout import SEPARATORS
from lossbench.data.target import Problem, Rare

SHA256 = "^[0-9a-f]{64}$"
Digest = Annotated[str, StringConstraints(pattern=SHA256)]
OF_FORM = ("separator", "header", "encoding", "decimal", "skip_rows", "skip_footer", "sheet")


def _columns(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refuse("must be a list of columns, such as [id]")
    return tuple(value)


def _missing_values(value: Any) -> Any:
    kinds = (str, int, float)
    listed = isinstance(value, list | tuple)
    if not listed or not all(isinstance(it, kinds) and not isinstance(it, bool) for it in value):
        raise refuse("must be a list of texts and numbers, such as ['?', -999]")
    return tuple(value)


def _dates(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refuse("must be a list of features, such as [year, month]; [] leaves dates out")
    return tuple(value)


def _target(value: Any) -> Any:
    names = tuple(value) if isinstance(value, list | tuple) else (value,)
    if other := [it for it in names if not isinstance(it, str)]:
        what = f"has {other[0]!r}, which must be text" if len(names) > 1 else "must be text"
        raise refuse(f"{what}{how_to_write_text(other[0])}")
    if not names or len({*names}) < len(names):
        raise refuse("must be a column, or a list of different columns, such as [width, height]")
    return names if len(names) > 1 else names[0]


def _skip_rows(value: Any) -> Any:
    lines = value if isinstance(value, list | tuple) else [value]
    if message := next(filter(None, map(unclear_number, lines)), None):
        raise refuse(message)
    least = 0 if lines == [value] else 1
    if not all(isinstance(it, int) and not isinstance(it, bool) and it >= least for it in lines):
        message = "must be a whole number of lines above the header, or a list of lines such as [2]"
        raise refuse(message)
    return value if lines == [value] else tuple(lines)


def _encoding(value: Any) -> Any:
    try:
        "".encode(str(value))  # unlike codecs.lookup, this takes no codec but those of text
    except (LookupError, TypeError, ValueError):
        raise refuse("is not an encoding that Python knows, such as utf-8 or cp1252") from None
    return value


def _sha256(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(SHA256, value):
        raise refuse("is not a digest: 64 characters, each from 0 to 9 or a to f")
    return value


class DataFileKeys(Section):
    """The keys of a data file.

    ``sha256`` is the digest of its bytes. The others say how it is read, what its columns hold, and
    which of them are used.
    """

    file: str | None = None
    sha256: Annotated[str, BeforeValidator(_sha256, Digest)] | None = None
    target: Annotated[str | tuple[str, ...], BeforeValidator(_target, str | list[str])] | None = (
        None
    )
    features: str | None = None
    problem: Annotated[Problem, one_of(get_args(Problem))] | None = None
    missing: Annotated[str, one_of(STRATEGIES)] | None = None
    drop: Annotated[tuple[str, ...], BeforeValidator(_columns)] | None = None
    sample_weight: str | None = None
    separator: Annotated[str, one_of(tuple(SEPARATORS))] | None = None
    header: bool | None = None
    encoding: Annotated[str, BeforeValidator(_encoding)] | None = None
    decimal: Annotated[Decimal, one_of(get_args(Decimal))] | None = None
    skip_rows: (
        Annotated[int | tuple[int, ...], BeforeValidator(_skip_rows, int | list[int])] | None
    ) = None
    skip_footer: Annotated[int, Field(ge=0)] | None = None
    sheet: str | None = None
    missing_values: (
        Annotated[tuple[str | int | float, ...], BeforeValidator(_missing_values)] | None
    ) = None
    categories: Annotated[tuple[str, ...], BeforeValidator(_columns)] | None = None
    dates: (
        Annotated[
            tuple[Annotated[DateFeature, one_of(get_args(DateFeature))], ...],
            BeforeValidator(_dates),
        ]
        | None
    ) = None
    day_first: bool | None = None
    ignore_case: bool | None = None
    rare: Annotated[Rare, one_of(get_args(Rare))] | None = None

    def file_table(self, files: DataFiles | None) -> Table:
        """The data in the file before they are split; raises DatasetError."""
        if is_array_file(self.file):
            return self._array_table()
        reading = self.reading(files)
        return table_from_file(reading, self._choice, self._rules(reading))

    def file_sha256(self, files: DataFiles) -> str:
        """The digest of the file as it is now; raises DatasetError."""
        path = Path(str(self.file))
        with naming_unset_variables(str(self.file)):
            if is_array_file(path):
                return files.sha256_of_arrays(path, self._array_names)
            return files.sha256(path)

    def _array_table(self) -> Table:
        path = Path(str(self.file))
        with naming_unset_variables(str(self.file)):
            found = array_files.sha256(path, self._array_names)
            if self.sha256 not in (None, found):
                raise DatasetError("file", CHANGED)
            return table_of_arrays(*arrays_of(path, self._array_names), self.problem)

    @property
    def _array_names(self) -> ArrayNames:
        return ArrayNames(str(self.target), self.features, self.sample_weight)

    def columns(self, files: DataFiles | None = None) -> tuple[Reading, Columns]:
        """A file as it is read, and the columns that are taken of it; raises DatasetError.

        What the config has to decide is not refused here: the ``faults`` of the columns say it.
        """
        reading = self.reading(files)
        return reading, columns_of(reading, self._choice, self._rules(reading))

    def reading(self, files: DataFiles | None = None) -> Reading:
        """The file as it is read; raises DatasetError."""
        form = {name: getattr(self, name) for name in OF_FORM}
        form["skip_footer"] = self.skip_footer or 0
        # Classes keep the names that they have in the file.
        of_target = () if len(self.targets) > 1 else self.targets
        texts = frozenset({*of_target, *(self.categories or ())})
        files = files or DataFiles()
        with naming_unset_variables(str(self.file)):
            return files.read(Path(str(self.file)), self.sha256, Form(**form, texts=texts))

    def _rules(self, reading: Reading) -> Rules:
        return Rules(
            self.missing_values or (),
            frozenset(self.categories or ()),
            self.decimal or reading.decimal,
            self.day_first,
            bool(self.ignore_case),
        )

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the columns to predict."""
        return self.target if isinstance(self.target, tuple) else (str(self.target),)

    @property
    def _choice(self) -> Choice:
        return Choice(
            self.targets,
            self.problem,
            self.missing,
            self.drop or (),
            self.sample_weight,
            self.dates,
            self.rare,
        )


OF_FILES = frozenset(DataFileKeys.model_fields)
# The keys of a file of arrays; all others are about columns.
OF_ARRAYS = frozenset({"file", "sha256", "target", "features", "problem", "sample_weight"})
