"""An experiment as a value: what is trained, on which data, by which loss, how often."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from lossbench import columns, data_files, generators, losses, optimizers, splitting
from lossbench.columns import MISSING, Problem
from lossbench.datasets import DatasetError, Split, Table
from lossbench.losses import LOSSES, Loss
from lossbench.marked_yaml import PrintedFloat
from lossbench.names import close_to, nearest
from lossbench.parameters import Parameters
from lossbench.splitting import Rows

ACTIVATIONS = (
    "celu elu exponential gelu hard_sigmoid hard_silu leaky_relu linear log_sigmoid mish relu "
    "relu6 selu sigmoid silu softplus softsign tanh"
).split()
INITIALIZERS = (
    "glorot_normal glorot_uniform he_normal he_uniform lecun_normal lecun_uniform ones "
    "orthogonal random_normal random_uniform truncated_normal zeros"
).split()

MOST_LAYERS = 100
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{it}{n}" for it in ("COM", "LPT") for n in range(1, 10))}
SUMMARY_FILES = ("summary.json", "summary.md")


def refuse(message: str) -> PydanticCustomError:
    """A complaint to be raised in a validator, where braces are not placeholders."""
    return PydanticCustomError("refused", "{message}", {"message": message})


def _one_of(names: Iterable[str] | Mapping[str, str]) -> BeforeValidator:
    """Takes one of the names; of a mapping, one of the keys, and gives its value."""
    values = names if isinstance(names, Mapping) else {name: name for name in names}

    def check(name: Any) -> str:
        if not isinstance(name, str) or name not in values:
            raise refuse(f"is not a known name; {nearest(name, values)}")
        return values[name]

    return BeforeValidator(check, json_schema_input_type=Literal[tuple(values)])


def _figure(value: Any) -> Decimal:
    """A figure with the decimals it was printed with."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        figure = Decimal(str(value))
        if figure.is_finite():
            return Decimal(value.text) if isinstance(value, PrintedFloat) else figure
    raise refuse("must be a number")


def _train_size(value: Any) -> float:
    """A share of the rows, or a number of them."""
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if whole or (isinstance(value, float) and 0 < value < 1):
        return float(value) if isinstance(value, float) else int(value)
    raise refuse("must be a share between 0 and 1, or a whole number of rows")


def _folder_name(name: str) -> str:
    """A name that a folder may have beside others and on any system."""
    if name.endswith("."):
        raise refuse("must not end with a dot")
    if name.partition(".")[0].upper() in DEVICES:
        raise refuse("is a name that Windows keeps for a device")
    if name in SUMMARY_FILES:
        raise refuse("is the name of a file that run-all writes beside the results")
    return name


def _layers(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refuse("must be a list of the units of each hidden layer, such as [50]")
    if not value:
        raise refuse("must have at least one layer")
    if len(value) > MOST_LAYERS:
        raise refuse(f"must have at most {MOST_LAYERS} layers")
    return tuple(value)


def _tuples(value: Any) -> Any:
    """Lists as tuples, which make_circles and make_moons insist on and the others take."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def _within(parameters: Parameters, given: dict[str, Any], owner: str) -> dict[str, Any]:
    """The parameters as given, else their defaults; refuses unknown names and bad values."""
    complaints = {
        name: parameters[name].complaint(value)
        if name in parameters
        else f"is not a parameter of {owner}; {nearest(name, [*parameters, 'name'])}"
        for name, value in given.items()
    }
    errors = [
        InitErrorDetails(type=refuse(complaint), loc=(name,), input=given[name])
        for name, complaint in complaints.items()
        if complaint
    ]
    if errors:
        raise ValidationError.from_exception_data("parameters", errors)
    # Keras wants floats where it says so, and 1 is then the same experiment as 1.0.
    numbers = {
        name: float(value)
        for name, value in given.items()
        if type(value) is int and isinstance(parameters[name].default, float)
    }
    return {name: row.default for name, row in parameters.items()} | given | numbers


def _columns(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refuse("must be a list of columns, such as [id]")
    return tuple(value)


def _refusals(title: str, errors: Mapping[str, tuple[Any, Any]]) -> ValidationError:
    """What is wrong with some keys: for each the kind of error and the value."""
    return ValidationError.from_exception_data(
        title,
        [
            InitErrorDetails(type=kind, loc=(name,), input=value)
            for name, (kind, value) in errors.items()
        ],
    )


class Section(BaseModel):
    """A part of a config: unknown keys, and values of another type, are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Standardize(Section):
    """What is scaled to mean 0 and deviation 1: each names the rows its scaler is fitted on."""

    features: Annotated[Rows, _one_of(get_args(Rows))] | None = None
    target: Annotated[Rows, _one_of(get_args(Rows))] | None = None


class Drawn(Section):
    """How rows are drawn for the halves: arguments of ``train_test_split``."""

    shuffle: bool = True
    stratify: bool = False
    random_state: Annotated[int, Field(ge=0, lt=2**32)] = 0

    @model_validator(mode="after")
    def _stratify_what_is_shuffled(self) -> "Drawn":
        if self.stratify and not self.shuffle:
            message = "needs shuffle: true"
            raise _refusals("split", {"stratify": (refuse(message), self.stratify)})
        return self


class Dataset(Section, extra="allow"):
    """Data of scikit-learn's, or of a file.

    Of a ``generator`` every further key is one of its parameters. Of a ``file``, a path from the
    working directory, ``sha256`` is the digest of its content; what is not given is found in the
    file, so that an experiment with its data changed is another experiment.
    """

    generator: Annotated[str, _one_of(tuple(generators.GENERATORS))] | None = None
    file: str | None = None
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None
    target: str | None = None
    problem: Annotated[Problem, _one_of(get_args(Problem))] | None = None
    missing: Annotated[str, _one_of(MISSING)] | None = None
    drop: Annotated[tuple[str, ...], BeforeValidator(_columns)] | None = None
    train_size: Annotated[int | float, BeforeValidator(_train_size)] = 0.5
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
            raise _refusals("dataset", {"generator": (refuse(message), self.generator)})
        if self.file is None:
            of_file = self.target or close_to("file", self.parameters)
            raise _refusals(
                "dataset", {"file" if of_file else "generator": ("missing", self.parameters)}
            )
        if self.target is None:
            refused["target"] = ("missing", self.parameters)
        if refused:
            raise _refusals("dataset", refused)
        if self.sha256 is None:
            try:
                # The only place where a value is made that is frozen afterwards.
                object.__setattr__(self, "sha256", data_files.digest(Path(self.file)))
            except DatasetError as error:
                wrong = refuse(str(error))
                raise _refusals("dataset", {"file": (wrong, self.file)}) from None
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
            raise _refusals("dataset", errors)
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
        if self.file is not None:
            return Path(self.file).name
        samples = self.parameters.get("n_samples")
        return f"{self.generator}, {samples} examples" if samples else str(self.generator)

    def table(self) -> Table:
        """The data as they come; raises DatasetError."""
        if self.generator:
            return generators.generate(self.generator, self.parameters)
        path = Path(self.file or "")
        frame = data_files.read(path, self.sha256)
        return columns.table(
            path, frame, str(self.target), self.problem, self.missing, self.drop or ()
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


OF_FILES = {"file", "sha256", "target", "problem", "missing", "drop"}
COMMON = {"train_size", "split", "standardize"}


class Model(Section):
    """A multilayer perceptron; the loss decides the rest of its output layer."""

    hidden: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1_000_000)], ...], BeforeValidator(_layers)
    ]
    activation: Annotated[str, _one_of(ACTIVATIONS)] = "relu"
    kernel_initializer: Annotated[str, _one_of(INITIALIZERS)] = "he_uniform"
    output_activation: Annotated[str, _one_of(ACTIVATIONS)] | None = None


class Named(Section, extra="allow"):
    """Something of Keras by name; every further key is one of its parameters."""

    name: str

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name, defaults included."""
        return dict(self.__pydantic_extra__ or {})

    def _fill(self, table: Parameters) -> None:
        assert self.__pydantic_extra__ is not None
        self.__pydantic_extra__.update(_within(table, self.parameters, self.name))


class LossChoice(Named):
    """A loss of the table with its parameters."""

    name: Annotated[str, _one_of(losses.NAMES)]

    @model_validator(mode="after")
    def _know_parameters(self) -> "LossChoice":
        self._fill(self.row.parameters)
        return self

    @property
    def row(self) -> Loss:
        """The loss's row in the table."""
        return LOSSES[self.name]


class Optimizer(Named):
    """An optimizer of the table with its parameters."""

    name: Annotated[str, _one_of(optimizers.NAMES)] = "SGD"

    @model_validator(mode="after")
    def _know_parameters(self) -> "Optimizer":
        self._fill(optimizers.OPTIMIZERS[self.name])
        return self


class Published(Section):
    """What an article prints for a metric."""

    train: Annotated[Decimal, BeforeValidator(_figure)] | None = None
    test: Annotated[Decimal, BeforeValidator(_figure)] | None = None


class Experiment(Section):
    """A whole config, with every default filled in."""

    name: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._=+-]*$", max_length=200),
        AfterValidator(_folder_name),
    ]
    dataset: Dataset
    model: Model
    loss: LossChoice
    optimizer: Optimizer = Field(default_factory=Optimizer)
    epochs: Annotated[int, Field(ge=1, le=10_000_000)]
    batch_size: Annotated[int, Field(ge=1, lt=2**31)] = 32
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    repeats: Annotated[int, Field(ge=1, le=1_000_000)] = 30
    published: dict[str, Published] = {}

    @property
    def seeds(self) -> range:
        """The seeds of the trainings, one each."""
        return range(self.seed, self.seed + self.repeats)

    @property
    def output_activation(self) -> str:
        """The activation of the output layer."""
        return self.model.output_activation or self.loss.row.activation

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics reported besides the loss, the printed one first."""
        printed = [metric for metric in self.loss.row.metrics if metric in self.published]
        return tuple(dict.fromkeys((*printed, *self.loss.row.metrics)))

    def seen_from(self, folder: str | Path) -> "Experiment":
        """The same experiment with the path of its data file from a folder, for a config there."""
        if self.dataset.file is None:
            return self
        # Links on the way are followed, as whoever opens the path from there follows them.
        file = Path(self.dataset.file)
        file = file.parent.resolve() / file.name
        try:
            path = Path(os.path.relpath(file, Path(folder).resolve()))
        except ValueError:  # on another drive
            path = file
        return self._with_file(path.as_posix())

    def from_folder(self, folder: str | Path) -> "Experiment":
        """The same experiment with the path of its data file, which is seen from a folder."""
        if self.dataset.file is None:
            return self
        return self._with_file(str(Path(folder, self.dataset.file)))

    def _with_file(self, path: str) -> "Experiment":
        dataset = self.dataset.model_copy(update={"file": path})
        return self.model_copy(update={"dataset": dataset})

    def resolved(self) -> dict[str, Any]:
        """The config with every default filled in, in plain values; figures stay Decimals."""
        return self.model_dump(exclude_none=False)

    @property
    def config_hash(self) -> str:
        """SHA-256 of what decides a training: all but the name, the seeds and what is published.

        Of a data file its content and its name have a say, and not where it lies.
        """
        decisive = self.model_dump(mode="json", exclude={"name", "seed", "repeats", "published"})
        if self.dataset.file is not None:
            decisive["dataset"]["file"] = Path(self.dataset.file).name
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
