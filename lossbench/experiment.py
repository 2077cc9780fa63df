"""An experiment as a value: what is trained, on which data, by which loss, how often."""

import hashlib
import json
import math
import os
import re
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
    TypeAdapter,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from lossbench import columns, data_files, generators, losses, optimizers, splitting
from lossbench.columns import MISSING, Problem
from lossbench.datasets import DatasetError, Split, Table
from lossbench.losses import LOSSES, OWN_ACTIVATIONS, Labels, Loss
from lossbench.marked_yaml import PrintedFloat
from lossbench.names import close_to, nearest
from lossbench.optimizers import CLIPS, SCHEDULES
from lossbench.parameters import Parameters, is_number
from lossbench.splitting import Rows

ACTIVATIONS = (
    "celu elu exponential gelu hard_sigmoid hard_silu leaky_relu linear log_sigmoid mish relu "
    "relu6 selu sigmoid silu softplus softsign tanh"
).split()
OUTPUT_ACTIVATIONS = [*ACTIVATIONS, "softmax"]
INITIALIZERS = (
    "glorot_normal glorot_uniform he_normal he_uniform lecun_normal lecun_uniform ones "
    "orthogonal random_normal random_uniform truncated_normal zeros"
).split()

MOST_LAYERS = 100
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{it}{n}" for it in ("COM", "LPT") for n in range(1, 10))}
FILES_BESIDE = ("summary.json", "summary.md", "report.html")


# What of an experiment decides no training: the metrics are those of the final weights.
BESIDE_TRAINING = {"name", "seed", "repeats", "published", "final_metrics"}
# In place of the value in a complaint that shows none.
ABSENT = object()


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
    if name in FILES_BESIDE:
        raise refuse("is the name of a file that is written beside the results")
    return name


def _layers(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refuse("must be a list of the units of each hidden layer, such as [50]")
    if not value:
        raise refuse("must have at least one layer")
    if len(value) > MOST_LAYERS:
        raise refuse(f"must have at most {MOST_LAYERS} layers")
    return tuple(value)


def _layer(value: Any) -> Any:
    """A mapping as a Layer, and the units of a layer as they are."""
    if isinstance(value, Mapping):
        return Layer.model_validate(value)
    return value if isinstance(value, Layer) else UNITS.validate_python(value, strict=True)


def _class_weight(value: Any) -> Any:
    if value is None or value == "balanced":
        return value
    if not isinstance(value, Mapping) or not value:
        raise refuse("must be 'balanced', or a mapping of classes to weights")
    for number in value.values():
        if not is_number(number) or number < 0:
            raise refuse("must have weights that are numbers of at least 0")
    if not any(value.values()):
        raise refuse("must have a weight that is not 0")
    return {name: float(number) for name, number in value.items()}


def _metric_names(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refuse("must be a list of metrics, such as [f1, roc_auc]")
    return tuple(it for number, it in enumerate(value) if it not in value[:number])


def _tuples(value: Any) -> Any:
    """Lists as tuples, which make_circles and make_moons insist on and the others take."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    """A parameter as Keras takes it: a float that remembers its text is another type to it."""
    if isinstance(value, Mapping):
        return {key: _plain(it) for key, it in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return float(value) if isinstance(value, float) else value


def _within(
    parameters: Parameters,
    given: Mapping[str, Any],
    owner: str,
    at: tuple[str, ...] = (),
    key: str = "name",
) -> dict[str, Any]:
    """The parameters as given, else their defaults; refuses unknown names and bad values.

    ``at`` is where they stand in their section, beside ``key``. What is silent and has its
    default is left out, so that a config says the same whether or not it was given.
    """
    complaints = {
        name: parameters[name].complaint(value)
        if name in parameters
        else f"is not a parameter of {owner}; {nearest(name, [*parameters, key])}"
        for name, value in given.items()
    }
    for name, row in parameters.items():
        if row.needed and name not in given:
            complaints[name] = f"is missing; {owner} needs it"
    refuse_all(
        {(*at, name): (text, given.get(name, ABSENT)) for name, text in complaints.items() if text}
    )
    # Keras wants floats where it says so, and 1 is then the same experiment as 1.0.
    numbers = {
        name: float(value)
        for name, value in given.items()
        if type(value) is int and isinstance(parameters[name].default, float)
    }
    defaults = {name: row.default for name, row in parameters.items()}
    values: dict[str, Any] = defaults | dict(given) | numbers
    return {
        name: values[name]
        for name, row in parameters.items()
        if not (row.silent and values[name] == row.default)
    }


def refuse_all(complaints: Mapping[tuple[str, ...], tuple[str, Any]]) -> None:
    """Raise complaints, with their values, at the keys of a section; none is no error."""
    errors = [
        InitErrorDetails(type=refuse(complaint), loc=key, input=value)
        for key, (complaint, value) in complaints.items()
    ]
    if errors:
        raise ValidationError.from_exception_data("parameters", errors)


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


def _schedule(given: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule of the learning rate with its parameters."""
    at = ("learning_rate",)
    name = given.get("schedule")
    if not isinstance(name, str) or name not in SCHEDULES:
        message = f"is not a known schedule; {nearest(name, SCHEDULES)}"
        if "schedule" not in given:
            message = f"must be a number, or have a schedule: {', '.join(SCHEDULES)}"
            refuse_all({at: (message, dict(given))})
        refuse_all({(*at, "schedule"): (message, name)})
    rest = {key: value for key, value in given.items() if key != "schedule"}
    values = _within(SCHEDULES[str(name)], rest, str(name), at, "schedule")
    if "boundaries" in values:
        boundaries, rates = values["boundaries"], values["values"]
        if not boundaries or list(boundaries) != sorted(set(boundaries)):
            message = "must be numbers of steps in rising order"
            refuse_all({(*at, "boundaries"): (message, boundaries)})
        if len(rates) != len(boundaries) + 1:
            message = f"must be {len(boundaries) + 1}: one more than the boundaries"
            refuse_all({(*at, "values"): (message, rates)})
    return {"schedule": name, **values}


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


Activation = Annotated[str, _one_of(ACTIVATIONS)]
OutputActivation = Annotated[str, _one_of(OUTPUT_ACTIVATIONS)]
Initializer = Annotated[str, _one_of(INITIALIZERS)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Penalty = Annotated[float, Field(ge=0)]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
UNITS: TypeAdapter[int] = TypeAdapter(Units)


def _off(value: object) -> bool:
    """Whether a key says no more than its absence: it is left out of a resolved config."""
    return not value


class Layer(Section):
    """A hidden layer; what is not given is as the model has it.

    ``l1`` and ``l2`` penalise the kernel, ``batch_normalization`` stands before the activation
    and ``dropout``, the share of outputs that are dropped, after it.
    """

    units: Units
    activation: Activation = "relu"
    kernel_initializer: Initializer = "he_uniform"
    dropout: Rate = 0.0
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    batch_normalization: bool = False

    @model_serializer(mode="wrap")
    def _as_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if key in self.model_fields_set}


class Model(Section):
    """A multilayer perceptron; the loss decides the rest of its output layer.

    The keys beside ``hidden`` are of all hidden layers that do not say otherwise.
    """

    hidden: Annotated[
        tuple[Annotated[int | Layer, BeforeValidator(_layer)], ...], BeforeValidator(_layers)
    ]
    activation: Activation = "relu"
    kernel_initializer: Initializer = "he_uniform"
    output_activation: OutputActivation | None = None
    dropout: Rate = Field(0.0, exclude_if=_off)
    l1: Penalty = Field(0.0, exclude_if=_off)
    l2: Penalty = Field(0.0, exclude_if=_off)
    batch_normalization: bool = Field(False, exclude_if=_off)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The hidden layers with all that holds for them."""
        wide = {key: getattr(self, key) for key in Layer.model_fields if key != "units"}
        given = (
            {"units": layer}
            if isinstance(layer, int)
            else {key: getattr(layer, key) for key in layer.model_fields_set}
            for layer in self.hidden
        )
        # All of it was validated with its section.
        return tuple(Layer.model_construct(**wide | layer) for layer in given)

    def weight_shapes(self, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
        """The name and shape of every weight, in Keras's order.

        They are kernel_1, bias_1 and so on from the first hidden layer. A layer with batch
        normalisation goes on with gamma, beta, moving_mean and moving_variance.
        """
        shapes: dict[str, tuple[int, ...]] = {}
        widths = [(layer.units, layer.batch_normalization) for layer in self.layers]
        for number, (units, normalized) in enumerate([*widths, (outputs, False)], start=1):
            shapes |= {f"kernel_{number}": (inputs, units), f"bias_{number}": (units,)}
            if normalized:
                shapes |= {f"{name}_{number}": (units,) for name in NORMALIZATION}
            inputs = units
        return shapes


NORMALIZATION = ("gamma", "beta", "moving_mean", "moving_variance")


class Named(Section, extra="allow"):
    """Something of Keras by name; every further key is one of its parameters."""

    name: str

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name, defaults included but for silent ones."""
        return dict(self.__pydantic_extra__ or {})

    def _replace(self, parameters: Mapping[str, Any]) -> None:
        assert self.__pydantic_extra__ is not None
        self.__pydantic_extra__.clear()
        self.__pydantic_extra__.update({key: _plain(it) for key, it in parameters.items()})


def _function(value: Any) -> Any:
    if value is None or (isinstance(value, str) and FUNCTION.fullmatch(value)):
        return value
    raise refuse("must be package.module:function")


FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


class LossChoice(Named):
    """A loss of the table with its parameters, or a person's own ``function`` with its.

    Of the latter the config states the labels, and the activation of the output layer where it
    is not the first that fits them. No code runs until it is trained.
    """

    function: Annotated[str | None, BeforeValidator(_function)] = Field(None, exclude_if=_off)
    labels: Annotated[Labels, _one_of(tuple(OWN_ACTIVATIONS))] | None = Field(None, exclude_if=_off)
    output_activation: OutputActivation | None = Field(None, exclude_if=_off)

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"name": value}
        if not isinstance(value, Mapping):
            return value
        name, function = value.get("name"), value.get("function")
        if isinstance(function, str):
            return {"name": function.rpartition(":")[2], **value}
        if isinstance(name, str):
            return {**value, "name": losses.NAMES.get(name, name)}
        return value

    @model_validator(mode="after")
    def _know_parameters(self) -> "LossChoice":
        if self.function is not None:
            self._check_own()
            self._replace(self.parameters)
            return self
        if FUNCTION.fullmatch(self.name):
            example = f"{{function: {self.name}, labels: real}}"
            message = f"is a function, whose labels must be stated, such as {example}"
            refuse_all({("name",): (message, self.name)})
        if self.name not in LOSSES:
            message = f"is not a known name; {nearest(self.name, losses.NAMES)}"
            refuse_all({("name",): (message, self.name)})
        stated = {"labels": self.labels, "output_activation": self.output_activation}
        given = {key: value for key, value in stated.items() if value is not None}
        if self.row.logits and "from_logits" in self.parameters:
            message = "is not said here: the output is of logits with output_activation: linear"
            refuse_all({("from_logits",): (message, self.parameters["from_logits"])})
        table = LOSSES[self.name].parameters
        self._replace(_within(table, self.parameters | given, self.name))
        return self

    def _check_own(self) -> None:
        if self.labels is None:
            message = f"is missing; it must be one of {', '.join(OWN_ACTIVATIONS)}"
            refuse_all({("labels",): (message, ABSENT)})
        elif self.output_activation not in (None, *(allowed := OWN_ACTIVATIONS[self.labels])):
            message = f"does not fit labels {self.labels}; {nearest(None, allowed)}"
            refuse_all({("output_activation",): (message, self.output_activation)})

    @property
    def row(self) -> Loss:
        """The loss's row in the table, or the one that the config states."""
        if self.function is None or self.labels is None:
            return LOSSES[self.name]
        activation = self.output_activation or OWN_ACTIVATIONS[self.labels][0]
        return losses.own(self.name, self.labels, activation)


class Optimizer(Named):
    """An optimizer of the table with its parameters; its learning rate may have a schedule."""

    name: Annotated[str, _one_of(optimizers.NAMES)] = "SGD"

    @model_validator(mode="after")
    def _know_parameters(self) -> "Optimizer":
        table = optimizers.OPTIMIZERS[self.name]
        given = self.parameters
        rate = given.get("learning_rate")
        scheduled = {}
        if isinstance(rate, Mapping):
            scheduled = {"learning_rate": _schedule(rate)}
            del given["learning_rate"]
        values = _within(table, given, self.name) | scheduled
        clips = [name for name in CLIPS if values.get(name) is not None]
        for name in clips[1:]:
            message = f"cannot be combined with {clips[0]}; Keras takes one of {', '.join(CLIPS)}"
            refuse_all({(name,): (message, values[name])})
        if not values.get("use_ema"):
            for name in ("ema_momentum", "ema_overwrite_frequency"):
                if name in values:
                    refuse_all({(name,): ("has no effect without use_ema: true", values[name])})
        self._replace(values)
        return self


class EarlyStopping(Section):
    """When a training ends before its epochs are done, as Keras's EarlyStopping has it.

    The last rows of the training half are held back as Keras's ``validation_split`` does it:
    ``validation_size`` says which share, or how many. A training ends when the loss on them has
    not fallen by more than ``min_delta`` for ``patience`` epochs, and the weights of its best
    epoch are restored.
    """

    patience: Annotated[int, Field(ge=0)] = 10
    min_delta: Annotated[float, Field(ge=0)] = 0.0
    validation_size: Annotated[int | float, BeforeValidator(_train_size)] = 0.2

    def fitted(self, rows: int) -> int:
        """How many of so many training rows are left to train on."""
        if isinstance(self.validation_size, int):
            return rows - self.validation_size
        return math.floor(rows * (1 - self.validation_size))


class Published(Section):
    """What an article prints for a metric."""

    train: Annotated[Decimal, BeforeValidator(_figure)] | None = None
    test: Annotated[Decimal, BeforeValidator(_figure)] | None = None


class Experiment(Section, serialize_by_alias=True):
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
    class_weight: Annotated[
        Literal["balanced"] | dict[str, float] | None, BeforeValidator(_class_weight)
    ] = Field(None, exclude_if=_off)
    early_stopping: EarlyStopping | None = Field(None, exclude_if=_off)
    # Beside those of the loss; all of them are in ``metrics``.
    final_metrics: Annotated[
        tuple[Annotated[str, _one_of(losses.METRICS)], ...], BeforeValidator(_metric_names)
    ] = Field((), alias="metrics", exclude_if=_off)
    published: dict[str, Published] = {}

    @property
    def seeds(self) -> range:
        """The seeds of the trainings, one each."""
        return range(self.seed, self.seed + self.repeats)

    def fitted_rows(self, rows: int) -> int:
        """How many of so many training rows are trained on: the first ones, if not all."""
        return self.early_stopping.fitted(rows) if self.early_stopping else rows

    @property
    def output_activation(self) -> str:
        """The activation of the output layer."""
        return self.model.output_activation or self.loss.row.activation

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics reported besides the loss, the printed one first."""
        known = (*self.loss.row.metrics, *self.final_metrics)
        printed = [metric for metric in known if metric in self.published]
        return tuple(dict.fromkeys((*printed, *known)))

    @property
    def tracked(self) -> tuple[str, ...]:
        """The metrics that are taken after every epoch: those of the loss."""
        return tuple(metric for metric in self.metrics if metric in self.loss.row.metrics)

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
        """SHA-256 of what decides a training: all but BESIDE_TRAINING.

        Of a data file its content and its name have a say, and not where it lies.
        """
        decisive = self.model_dump(mode="json", exclude=BESIDE_TRAINING)
        if self.dataset.file is not None:
            decisive["dataset"]["file"] = Path(self.dataset.file).name
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
