"""The section of a config that says which data are used, and how they are split and scaled."""

import codecs
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from lossbench.config.sections.base import (
    Section,
    one_of,
    refusal,
    refusals,
    refuse,
    share_or_count,
)
from lossbench.data import generators, splitting
from lossbench.data.arrays import DatasetError, Split, Table
from lossbench.data.columns.rules import DateFeature, Rules
from lossbench.data.file_table import STRATEGIES, Choice, Columns, columns_of, table_from_file
from lossbench.data.files import DataFiles
from lossbench.data.reading.form import Decimal, Form, Reading
from lossbench.data.reading.layout import SEPARATORS
from lossbench.data.splitting import Rows
from lossbench.data.target import Problem, Rare
from lossbench.text import close_to, nearest, on_one_line

# How a file is read, and how its columns are understood.
OF_FORM = ("separator", "header", "encoding", "decimal", "skip_rows", "skip_footer", "sheet")
OF_COLUMNS = ("missing_values", "categories", "dates", "day_first", "ignore_case", "rare")
OF_FILES = {
    *("file", "sha256", "target", "problem", "missing", "drop", "sample_weight"),
    *OF_FORM,
    *OF_COLUMNS,
}
COMMON = {"train_size", "split", "standardize"}


def _tuples(value: Any) -> Any:
    """Lists as tuples, which make_circles and make_moons need and the others accept."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


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


def _encoding(value: Any) -> Any:
    try:
        codecs.lookup(str(value)).name.encode()
        "".encode(str(value))
    except (LookupError, TypeError, ValueError):
        raise refuse("is not an encoding that Python knows, such as utf-8 or cp1252") from None
    return value


class Standardize(Section):
    """What is scaled to mean 0 and standard deviation 1, each by the rows named here."""

    features: Annotated[Rows, one_of(get_args(Rows))] | None = None
    target: Annotated[Rows, one_of(get_args(Rows))] | None = None


class SplitOptions(Section):
    """How rows are chosen for the two parts: arguments of ``train_test_split``."""

    shuffle: bool = True
    stratify: bool = False
    random_state: Annotated[int, Field(ge=0, lt=2**32)] = 0

    @model_validator(mode="after")
    def _stratify_only_what_is_shuffled(self) -> "SplitOptions":
        if self.stratify and not self.shuffle:
            raise refusal("stratify", "needs shuffle: true", self.stratify)
        return self


class Dataset(Section, extra="allow"):
    """The data of an experiment, from a generator of scikit-learn or from a file.

    With a ``generator``, every further key is one of its parameters. With a ``file``, a path from
    the working directory, ``sha256`` is the digest of its bytes. Where it is not given it is taken
    from the file, so that an experiment on changed data is another experiment.
    """

    generator: Annotated[str, one_of(tuple(generators.GENERATORS))] | None = None
    file: str | None = None
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None
    target: str | None = None
    problem: Annotated[Problem, one_of(get_args(Problem))] | None = None
    missing: Annotated[str, one_of(STRATEGIES)] | None = None
    drop: Annotated[tuple[str, ...], BeforeValidator(_columns)] | None = None
    sample_weight: str | None = None
    separator: Annotated[str, one_of(tuple(SEPARATORS))] | None = None
    header: bool | None = None
    encoding: Annotated[str, BeforeValidator(_encoding)] | None = None
    decimal: Annotated[Decimal, one_of(get_args(Decimal))] | None = None
    skip_rows: Annotated[int, Field(ge=0)] | None = None
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
    train_size: Annotated[int | float, BeforeValidator(share_or_count)] = 0.5
    split: SplitOptions | None = None
    standardize: Standardize = Standardize()

    @model_validator(mode="after")
    def _check_keys(self, info: ValidationInfo) -> "Dataset":
        # Whoever validates several configs passes the files that are read already as the context.
        if self.generator and self.file is None:
            self._check_generator(self.generator)
        else:
            self._check_file(info.context if isinstance(info.context, DataFiles) else DataFiles())
        return self

    def _check_generator(self, generator: str) -> None:
        """Refuse keys that are not the generator's, and fill in the defaults of those that are."""
        assert self.__pydantic_extra__ is not None
        known = generators.parameters(generator)
        keys = known.keys() | COMMON | {"generator"}
        errors = {
            name: (refuse(f"is not a parameter of {generator}; {nearest(name, keys)}"), value)
            for name, value in self.parameters.items()
            if name not in known
        }
        for name in sorted(OF_FILES & self.model_fields_set):
            if (value := getattr(self, name)) is not None:
                message = f"is a key of data files, not of {generator}; {nearest(name, keys)}"
                errors[name] = (refuse(message), value)
        if "random_state" in known and self.parameters.get("random_state", 0) is None:
            message = "must be a whole number: the same config gives the same data"
            errors["random_state"] = (refuse(message), None)
        if errors:
            raise refusals("dataset", errors)
        given = {name: _tuples(value) for name, value in self.parameters.items()}
        self.__pydantic_extra__.update(known | given)

    def _check_file(self, files: DataFiles) -> None:
        """Refuse keys that are not those of a data file, and fill in the digest of the file."""
        if self.generator:
            message = "cannot stand beside a file: data come from one of them"
            raise refusal("generator", message, self.generator)
        if self.file is None:
            of_file = self.target or close_to("file", self.parameters)
            absent = "file" if of_file else "generator"
            raise refusals("dataset", {absent: ("missing", self.parameters)})
        keys = OF_FILES | COMMON
        errors: dict[str, tuple[Any, Any]] = {
            name: (refuse(f"is not a key of a data file; {nearest(name, keys)}"), value)
            for name, value in self.parameters.items()
        }
        if self.target is None:
            errors["target"] = ("missing", self.parameters)
        if errors:
            raise refusals("dataset", errors)
        if self.sha256 is None:
            try:
                # A section is frozen once it is validated.
                object.__setattr__(self, "sha256", files.sha256(Path(str(self.file))))
            except DatasetError as error:
                raise refusal("file", str(error), self.file) from None

    @model_serializer(mode="wrap")
    def _without_what_does_not_apply(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        optional = OF_FILES | {"generator", "split"}
        return {
            name: value
            for name, value in dump(self).items()
            if value is not None or name not in optional
        }

    @property
    def parameters(self) -> dict[str, Any]:
        """The generator's parameters by name, defaults included."""
        return dict(self.__pydantic_extra__ or {})

    @property
    def title(self) -> str:
        """The data in a few words."""
        rows = self.parameters.get("n_samples")
        title = Path(self.file).name if self.file is not None else str(self.generator)
        return on_one_line(f"{title}, {rows} rows" if rows else title)

    def table(self, files: DataFiles | None = None) -> Table:
        """The data before they are split; raises DatasetError.

        ``files`` are those that the command has read already. A file whose digest is not
        ``sha256`` is refused.
        """
        if self.generator:
            return generators.generate(self.generator, self.parameters)
        reading = self._read(files)
        return table_from_file(reading, self._choice, self._rules(reading))

    def columns(self, files: DataFiles | None = None) -> tuple[Reading, Columns]:
        """A file as it is read, and the columns that are taken of it; raises DatasetError.

        What the config has to decide is not refused here: ``faults`` of both say it.
        """
        reading = self._read(files)
        return reading, columns_of(reading, self._choice, self._rules(reading))

    def _read(self, files: DataFiles | None) -> Reading:
        form = {name: getattr(self, name) for name in OF_FORM}
        form["skip_footer"] = self.skip_footer or 0
        # Classes keep the names that they have in the file.
        texts = frozenset({str(self.target), *(self.categories or ())})
        files = files or DataFiles()
        return files.read(Path(str(self.file)), self.sha256, Form(**form, texts=texts))

    def _rules(self, reading: Reading) -> Rules:
        return Rules(
            self.missing_values or (),
            frozenset(self.categories or ()),
            reading.decimal,
            self.day_first,
            bool(self.ignore_case),
        )

    @property
    def _choice(self) -> Choice:
        return Choice(
            str(self.target),
            self.problem,
            self.missing,
            self.drop or (),
            self.sample_weight,
            self.dates,
            self.rare,
        )

    def load(self, files: DataFiles | None = None) -> Split:
        """The data, split and scaled, with ``files`` as in ``table``; raises DatasetError."""
        return self.split_of(self.table(files))

    def split_of(self, table: Table) -> Split:
        """A table of these data, split and scaled; raises DatasetError."""
        scaled = {name: rows for name, rows in self.standardize if rows}
        options = self.split.model_dump() if self.split else None
        try:
            return splitting.split(table, self.train_size, scaled, options, self.missing)
        except DatasetError as error:
            if error.key == "target" and self.generator:
                message = f"gives a target that {error}"
                raise DatasetError("generator", message) from None
            raise
