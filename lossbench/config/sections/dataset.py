"""The section of a config that says which data are used, and how they are split and scaled."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from lossbench.config.own_data import own_table
from lossbench.config.sections.base import (
    one_of,
    refusal,
    refusals,
    refuse,
    share_or_count,
)
from lossbench.config.sections.data_file import OF_ARRAYS, OF_FILES, DataFileKeys
from lossbench.config.sections.disturb import Disturb
from lossbench.config.sections.function_name import FunctionName, refuse_unclear
from lossbench.config.sections.split_options import SplitOptions
from lossbench.config.sections.standardize import Standardize
from lossbench.config.unclear_number import unclear_number
from lossbench.data import generators, splitting
from lossbench.data import parts as splits_of_rows
from lossbench.data.array_files import is_array_file
from lossbench.data.arrays import DatasetError, Split, Table
from lossbench.data.choice import Choice
from lossbench.data.disturbance import Disturbance
from lossbench.data.files import DataFiles
from lossbench.data.scaling import Scaling
from lossbench.data.target import OF_SEVERAL
from lossbench.data.target_transform import TransformName
from lossbench.text import close_to, nearest, on_one_line

MOST_AXES = 6  # of a row
OF_COLUMNS = ("group", "time")  # keys of split
COMMON = {"train_size", "split", "standardize", "target_transform", "shape", "disturb"}


def _tuples(value: Any) -> Any:
    """Lists as tuples: a section is frozen. A generator takes what it needs, see there."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def _train_size(value: Any) -> Any:
    return value if value == splits_of_rows.ALL else share_or_count(value)


def _shape(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_AXES:
        raise refuse("must be a list of sizes, such as [8, 8, 1] for images of one channel")
    return tuple(value)


class Dataset(DataFileKeys, extra="allow"):
    """The data of an experiment, from a generator of scikit-learn, a file or a person's function.

    With a ``generator`` or a ``function``, every further key is one of its parameters. ``shape`` is
    that of a row for the network, such as [8, 8, 1] for an image of 64 features. With a ``file``, a
    path from the working directory, ``sha256`` is the digest of its bytes. Where it is not given it
    is taken from the file, so that an experiment on changed data is another experiment.
    """

    generator: Annotated[str, one_of(tuple(generators.GENERATORS))] | None = None
    function: FunctionName | None = None
    shape: Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_shape)] | None = None
    train_size: Annotated[
        int | float | Literal["all"], BeforeValidator(_train_size, int | float | Literal["all"])
    ] = 0.5
    split: SplitOptions | None = None
    standardize: Standardize = Standardize()
    target_transform: Annotated[TransformName, one_of(get_args(TransformName))] | None = None
    disturb: Disturb | None = None

    @model_validator(mode="after")
    def _scale_the_target_once(self) -> "Dataset":
        if self.target_transform is not None and self.standardize.target is not None:
            message = (
                "cannot stand beside the target of standardize; remove that one for metrics in the "
                "units of the data, or this one for metrics of a standardized target"
            )
            raise refusal("target_transform", message, self.target_transform)
        return self

    @model_validator(mode="after")
    def _keep_a_clean_test_part(self) -> "Dataset":
        if self.disturb is None:
            return self
        if self.train_size == splits_of_rows.ALL:
            message = "needs test rows that stay clean, and with train_size: all there are none"
            raise refusal("disturb", message, self.disturb.model_dump())
        if self.disturb.outliers is not None and self.standardize.target is not None:
            message = (
                "cannot stand beside the target of standardize: metrics would be in a unit that "
                "grows with the outliers; target_transform: standardize keeps that of the data"
            )
            raise refusal("disturb", message, self.disturb.model_dump())
        return self

    @model_validator(mode="after")
    def _check_keys(self, info: ValidationInfo) -> "Dataset":
        # Whoever validates several configs passes the files that are read already as the context.
        if self.function is not None:
            self._check_function()
        elif self.generator and self.file is None:
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
        for name, value in self.parameters.items():
            if message := unclear_number(value):
                errors.setdefault(name, (refuse(message), value))
        for name in sorted(OF_FILES & self.model_fields_set):
            if (value := getattr(self, name)) is not None:
                message = f"is a key of data files, not of {generator}; {nearest(name, keys)}"
                errors[name] = (refuse(message), value)
        errors |= self._columns_of_none(f"{generator} has none")
        if "random_state" in known and self.parameters.get("random_state", 0) is None:
            message = "must be a whole number: the same config gives the same data"
            errors["random_state"] = (refuse(message), None)
        if errors:
            raise refusals("dataset", errors)
        given = {name: _tuples(value) for name, value in self.parameters.items()}
        self.__pydantic_extra__.update(known | given)

    def _check_function(self) -> None:
        """Refuse keys of other data."""
        for name in sorted({"generator", *OF_FILES} - {"problem"}):
            if (value := getattr(self, name)) is not None:
                message = "is a key of other data: a function takes its own names, and gives arrays"
                raise refusal(name, message, value)
        refuse_unclear(self.parameters)
        if errors := self._columns_of_none("a function's arrays have none"):
            raise refusals("dataset", errors)

    def _columns_of_none(self, why: str) -> dict[str, tuple[Any, Any]]:
        """What is wrong with a split by a column, of data that have none."""
        columns = [getattr(self.split, name) for name in OF_COLUMNS] if self.split else []
        column = next((it for it in columns if it is not None), None)
        message = f"names a column of a data file; {why}"
        return {} if column is None else {"split": (refuse(message), column)}

    def _check_file(self, files: DataFiles) -> None:
        """Refuse keys that are not those of a data file, and fill in the digest of the file."""
        if self.generator:
            message = "cannot stand beside a file: data come from one of them"
            raise refusal("generator", message, self.generator)
        if self.file is None:
            of_file = self.target or close_to("file", self.parameters)
            absent = "file" if of_file else "generator"
            raise refusals("dataset", {absent: ("missing", self.parameters)})
        of_arrays = is_array_file(self.file)
        what = "a file of arrays" if of_arrays else "a data file"
        keys = (OF_ARRAYS if of_arrays else OF_FILES - {"features"}) | COMMON
        given = self.parameters | {it: getattr(self, it) for it in OF_FILES - keys}
        errors: dict[str, tuple[Any, Any]] = {
            name: (refuse(f"is not a key of {what}; {nearest(name, keys)}"), value)
            for name, value in given.items()
            if value is not None or name in self.parameters
        }
        if self.target is None:
            errors["target"] = ("missing", self.parameters)
        elif len(self.targets) > 1 and of_arrays:
            message = "must be the name of one array, whose columns are the targets"
            errors["target"] = (refuse(message), list(self.targets))
        elif len(self.targets) > 1 and self.problem == "classification":
            errors["problem"] = (refuse(OF_SEVERAL), self.problem)
        if errors:
            raise refusals("dataset", errors)
        if of_arrays and (errors := self._columns_of_none("arrays have none")):
            raise refusals("dataset", errors)
        if self.sha256 is None:
            try:
                # A section is frozen once it is validated.
                object.__setattr__(self, "sha256", self.file_sha256(files))
            except DatasetError as error:
                raise refusal(error.key, str(error), getattr(self, error.key)) from None

    @model_serializer(mode="wrap")
    def _without_what_does_not_apply(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        optional = {"generator", "split", "target_transform", "function", "shape", "disturb"}
        optional |= OF_FILES
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
        name = Path(self.file).name if self.file is not None else self.generator or self.function
        parts = [
            str(name),
            f"{rows} rows" if rows else "",
            f"shape {' x '.join(map(str, self.shape))}" if self.shape else "",
            self.disturb.title if self.disturb else "",
        ]
        return on_one_line(", ".join(filter(None, parts)))

    def table(self, files: DataFiles | None = None) -> Table:
        """The data before they are split; raises DatasetError.

        ``files`` are those that the command has read already. A file whose digest is not
        ``sha256`` is refused.
        """
        if self.function is not None:
            table = own_table(self.function, self.parameters, self.problem)
        elif self.generator:
            table = generators.generate(self.generator, self.parameters)
        else:
            table = self.file_table(files)
        return replace(table, row_shape=self.shape) if self.shape else table

    def load(self, files: DataFiles | None = None) -> Split:
        """The data, split and scaled, with ``files`` as in ``table``; raises DatasetError."""
        return self.load_splits(files)[0]

    def load_splits(
        self,
        files: DataFiles | None = None,
        splits: int = 1,
        fitted: splits_of_rows.Fitted | None = None,
    ) -> tuple[Split, ...]:
        """The data in so many splits, each scaled by itself; raises DatasetError.

        ``fitted`` says how many of the training rows of a split are trained on, if tuning holds
        others back.
        """
        table = self.table(files)
        scaling = Scaling(**dict(self.standardize), transform=self.target_transform)
        with self._naming_the_generator():
            return tuple(
                splitting.split(
                    table, it, scaling, self.missing, splits > 1, self._disturbance(number)
                )
                for number, it in enumerate(self._parts(table, splits, fitted))
            )

    def _disturbance(self, split: int) -> Disturbance | None:
        return None if self.disturb is None else self.disturb.of_split(split)

    def check_split(self, table: Table) -> None:
        """Raise DatasetError where a table of these data cannot be cut into two parts to learn."""
        with self._naming_the_generator():
            self._parts(table)

    def _parts(
        self, table: Table, splits: int = 1, fitted: splits_of_rows.Fitted | None = None
    ) -> list[splits_of_rows.Parts]:
        options = self.split.model_dump() if self.split else None
        return splits_of_rows.parts(table, self.train_size, options, splits, fitted)

    @property
    def _choice(self) -> Choice:
        named = {name: getattr(self.split, name) for name in OF_COLUMNS} if self.split else {}
        return replace(super()._choice, **named)

    @contextmanager
    def _naming_the_generator(self) -> Iterator[None]:
        """A target that cannot be learned is the fault of its generator, if it has one."""
        try:
            yield
        except DatasetError as error:
            if error.key == "target" and self.generator:
                raise DatasetError("generator", f"gives a target that {error}") from None
            raise
