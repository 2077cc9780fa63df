"""The section that says which data there are, and how they are split and scaled."""

from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

from lossbench.config.sections.base import Section, one_of, refusals, refuse, share_or_count
from lossbench.data import columns, generators, splitting
from lossbench.data import files as data_files
from lossbench.data.arrays import DatasetError, Split, Table
from lossbench.data.columns import MISSING, Problem
from lossbench.data.splitting import Rows
from lossbench.text import close_to, nearest, on_one_line

OF_FILES = {"file", "sha256", "target", "problem", "missing", "drop", "sample_weight"}
COMMON = {"train_size", "split", "standardize"}


def _tuples(value: Any) -> Any:
    """Lists as tuples, which make_circles and make_moons insist on and the others take."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def _columns(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refuse("must be a list of columns, such as [id]")
    return tuple(value)


class Standardize(Section):
    """What is scaled to mean 0 and deviation 1: each names the rows its scaler is fitted on."""

    features: Annotated[Rows, one_of(get_args(Rows))] | None = None
    target: Annotated[Rows, one_of(get_args(Rows))] | None = None


class Drawn(Section):
    """How rows are drawn for the parts: arguments of ``train_test_split``."""

    shuffle: bool = True
    stratify: bool = False
    random_state: Annotated[int, Field(ge=0, lt=2**32)] = 0

    @model_validator(mode="after")
    def _stratify_what_is_shuffled(self) -> "Drawn":
        if self.stratify and not self.shuffle:
            message = "needs shuffle: true"
            raise refusals("split", {"stratify": (refuse(message), self.stratify)})
        return self


class Dataset(Section, extra="allow"):
    """Data of scikit-learn's, or of a file.

    Of a ``generator`` every further key is one of its parameters. Of a ``file``, a path from the
    working directory, ``sha256`` is the digest of its content; what is not given is found in the
    file, so that an experiment with its data changed is another experiment.
    """

    generator: Annotated[str, one_of(tuple(generators.GENERATORS))] | None = None
    file: str | None = None
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None
    target: str | None = None
    problem: Annotated[Problem, one_of(get_args(Problem))] | None = None
    missing: Annotated[str, one_of(MISSING)] | None = None
    drop: Annotated[tuple[str, ...], BeforeValidator(_columns)] | None = None
    sample_weight: str | None = None
    train_size: Annotated[int | float, BeforeValidator(share_or_count)] = 0.5
    split: Drawn | None = None
    standardize: Standardize = Standardize()

    @model_validator(mode="after")
    def _know_keys(self) -> "Dataset":
        assert self.__pydantic_extra__ is not None
        if self.generator and self.file is None:
            self._know_parameters(self.generator)
            return self
        keys = OF_FILES | COMMON
        refused: dict[str, tuple[Any, Any]] = {
            name: (refuse(f"is not a key of a data file; {nearest(name, keys)}"), value)
            for name, value in self.parameters.items()
        }
        if self.generator:
            message = "stands beside a file; data come from one of them"
            raise refusals("dataset", {"generator": (refuse(message), self.generator)})
        if self.file is None:
            of_file = self.target or close_to("file", self.parameters)
            raise refusals(
                "dataset", {"file" if of_file else "generator": ("missing", self.parameters)}
            )
        if self.target is None:
            refused["target"] = ("missing", self.parameters)
        if refused:
            raise refusals("dataset", refused)
        if self.sha256 is None:
            try:
                # The only place where a value is made that is frozen afterwards.
                object.__setattr__(self, "sha256", data_files.digest(Path(self.file)))
            except DatasetError as error:
                wrong = refuse(str(error))
                raise refusals("dataset", {"file": (wrong, self.file)}) from None
        return self

    def _know_parameters(self, generator: str) -> None:
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
            message = "must be a whole number: a config fixes its data"
            errors["random_state"] = (refuse(message), None)
        if errors:
            raise refusals("dataset", errors)
        given = {name: _tuples(value) for name, value in self.parameters.items()}
        self.__pydantic_extra__.update(known | given)

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
        samples = self.parameters.get("n_samples")
        title = Path(self.file).name if self.file is not None else str(self.generator)
        return on_one_line(f"{title}, {samples} examples" if samples else title)

    def table(self) -> Table:
        """The data as they come; raises DatasetError."""
        if self.generator:
            return generators.generate(self.generator, self.parameters)
        path = Path(self.file or "")
        frame = data_files.read(path, self.sha256)
        return columns.table(
            path,
            frame,
            str(self.target),
            self.problem,
            self.missing,
            self.drop or (),
            self.sample_weight,
        )

    def load(self) -> Split:
        """The data, split and scaled; raises DatasetError."""
        return self.split_of(self.table())

    def split_of(self, table: Table) -> Split:
        """The table, split and scaled as the dataset says; raises DatasetError."""
        scaled = {name: rows for name, rows in self.standardize if rows}
        drawn = self.split.model_dump() if self.split else None
        try:
            return splitting.split(table, self.train_size, scaled, drawn, self.missing)
        except DatasetError as error:
            if error.key == "target" and self.generator:
                message = f"gives a target that {error}"
                raise DatasetError("generator", message) from None
            raise
