"""An experiment as a value: what is trained, on which data, by which loss, how often."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from lossbench import datasets, losses, optimizers
from lossbench.datasets import Rows, Split
from lossbench.losses import LOSSES, Loss
from lossbench.marked_yaml import PrintedFloat
from lossbench.parameters import Parameters

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


def close_to(name: object, allowed: Iterable[str]) -> str | None:
    """The allowed name that was meant, if one is like it."""
    return next(iter(get_close_matches(str(name), list(allowed), n=1)), None)


def nearest(name: object, allowed: Iterable[str]) -> str:
    """The words that help with a name that is not among the allowed ones."""
    names = sorted(allowed)
    close = close_to(name, names)
    hint = f"did you mean '{close}'? " if close else ""
    return f"{hint}allowed: {', '.join(names)}" if names else "none is allowed here"


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

    return BeforeValidator(check)


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
    return {name: row.default for name, row in parameters.items()} | given


class Section(BaseModel):
    """A part of a config: unknown keys, and values of another type, are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Standardize(Section):
    """What is scaled to mean 0 and deviation 1: each names the rows its scaler is fitted on."""

    features: Annotated[Rows, _one_of(get_args(Rows))] | None = None
    target: Annotated[Rows, _one_of(get_args(Rows))] | None = None


class Dataset(Section, extra="allow"):
    """A scikit-learn generator; every further key is one of its parameters."""

    generator: Annotated[str, _one_of(tuple(datasets.GENERATORS))]
    train_size: Annotated[int | float, BeforeValidator(_train_size)] = 0.5
    standardize: Standardize = Standardize()

    @model_validator(mode="after")
    def _know_parameters(self) -> "Dataset":
        known = datasets.parameters(self.generator)
        keys = [*known, *Dataset.model_fields]
        errors = [
            InitErrorDetails(
                type=refuse(f"is not a parameter of {self.generator}; {nearest(name, keys)}"),
                loc=(name,),
                input=value,
            )
            for name, value in self.parameters.items()
            if name not in known
        ]
        if self.parameters.get("random_state", 0) is None:
            message = "must be a whole number: a config fixes its data"
            errors.append(InitErrorDetails(type=refuse(message), loc=("random_state",), input=None))
        if errors:
            raise ValidationError.from_exception_data("dataset", errors)
        assert self.__pydantic_extra__ is not None
        given = {name: _tuples(value) for name, value in self.parameters.items()}
        self.__pydantic_extra__.update(known | given)
        return self

    @property
    def parameters(self) -> dict[str, Any]:
        """The generator's parameters by name, defaults included."""
        return dict(self.__pydantic_extra__ or {})

    def load(self) -> Split:
        """The data, split and scaled; raises DatasetError."""
        scaled = {name: rows for name, rows in self.standardize if rows}
        return datasets.load(self.generator, self.parameters, self.train_size, scaled)


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

    def resolved(self) -> dict[str, Any]:
        """The config with every default filled in, in plain values; figures stay Decimals."""
        return self.model_dump(exclude_none=False)

    @property
    def config_hash(self) -> str:
        """SHA-256 of what decides a training: all but the name, the seeds and what is published."""
        decisive = self.model_dump(mode="json", exclude={"name", "seed", "repeats", "published"})
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
