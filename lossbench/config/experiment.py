"""A whole config as a value: what is trained, on which data, by which loss, how often."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from lossbench.config.sections.any_model import AnyModel
from lossbench.config.sections.base import ABSENT, Section, off, one_of, refusal, refuse
from lossbench.config.sections.dataset import Dataset
from lossbench.config.sections.early_stopping import LOSS, EarlyStopping
from lossbench.config.sections.loss import LossChoice
from lossbench.config.sections.optimizer import Optimizer
from lossbench.config.sections.own_model import OwnModel
from lossbench.config.sections.published import Published
from lossbench.config.sections.reduce_lr_on_plateau import ReduceLROnPlateau
from lossbench.config.sections.tune import LEARNING_RATE, Tune
from lossbench.config.unclear_number import unclear_number
from lossbench.data.arrays import Split
from lossbench.data.files import DataFiles
from lossbench.data.parts import Fitted
from lossbench.tables.metrics import FORMER_METRICS, METRICS, METRICS_ELSEWHERE
from lossbench.tables.parameters import is_number

DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{it}{n}" for it in ("COM", "LPT") for n in range(1, 10))}
NAME = r"^[A-Za-z0-9][A-Za-z0-9._=+-]*$"  # it names a folder
FILES_BESIDE = ("summary.json", "summary.md", "claims.json", "report.html")
# Keys that do not change what a seed gives. Final metrics are computed after training.
BESIDE_TRAINING = {"name", "seed", "repeats", "splits", "published", "final_metrics"}


def _folder_name(name: str) -> str:
    """A name that a folder of results may have on any system."""
    if name.endswith("."):
        raise refuse("must not end with a dot")
    if name.partition(".")[0].upper() in DEVICES:
        raise refuse("is a name that Windows reserves for a device")
    if name in FILES_BESIDE:
        raise refuse("is the name of a file that is written beside the results")
    return name


def _class_weight(value: Any) -> Any:
    if value is None or value == "balanced":
        return value
    if not isinstance(value, Mapping) or not value:
        raise refuse("must be 'balanced', or a mapping of classes to weights")
    if message := unclear_number(value):
        raise refuse(message)
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


class Experiment(Section, serialize_by_alias=True):
    """A whole config, with every default filled in."""

    name: Annotated[
        str,
        StringConstraints(pattern=NAME, max_length=200),
        AfterValidator(_folder_name),
    ]
    dataset: Dataset
    model: AnyModel
    loss: LossChoice
    optimizer: Optimizer = Field(default_factory=Optimizer)
    epochs: Annotated[int, Field(ge=1, le=10_000_000)]
    batch_size: Annotated[int, Field(ge=1, lt=2**31)] = 32
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    repeats: Annotated[int, Field(ge=1, le=1_000_000)] = 30
    splits: Annotated[int, Field(ge=1, le=1000)] = Field(1, exclude_if=lambda splits: splits == 1)
    class_weight: Annotated[
        Literal["balanced"] | dict[str, float] | None, BeforeValidator(_class_weight)
    ] = Field(None, exclude_if=off)
    early_stopping: EarlyStopping | None = Field(None, exclude_if=off)
    reduce_lr_on_plateau: ReduceLROnPlateau | None = Field(None, exclude_if=off)
    tune: Tune | None = Field(None, exclude_if=off)
    # Those that the config asks for; ``metrics`` has those of the loss as well.
    final_metrics: Annotated[
        tuple[Annotated[str, one_of(list(METRICS), FORMER_METRICS, METRICS_ELSEWHERE)], ...],
        BeforeValidator(_metric_names),
    ] = Field((), alias="metrics", exclude_if=off)
    published: dict[str, Published] = Field({})

    @model_validator(mode="after")
    def _weigh_rows_once(self) -> "Experiment":
        both = self.class_weight is not None and self.dataset.sample_weight is not None
        if both and self.loss.row.problem != "regression":
            message = "cannot be combined with the dataset's sample_weight; Keras takes one of them"
            raise refusal("class_weight", message, self.class_weight)
        return self

    @model_validator(mode="after")
    def _watch_an_epoch(self) -> "Experiment":
        first = self.early_stopping.start_from_epoch if self.early_stopping else 0
        if first >= self.epochs:
            message = f"must be less than the epochs, {self.epochs}: no epoch would be watched"
            raise refusal(("early_stopping", "start_from_epoch"), message, first)
        return self

    @model_validator(mode="after")
    def _reduce_a_number(self) -> "Experiment":
        if self.reduce_lr_on_plateau and not is_number(self.optimizer.parameters["learning_rate"]):
            message = "needs a learning rate that is a number: a schedule reduces it by itself"
            raise refusal("reduce_lr_on_plateau", message, ABSENT)
        return self

    @model_validator(mode="after")
    def _hold_rows_back_to_tune(self) -> "Experiment":
        if self.tune and not self.early_stopping:
            message = "needs early_stopping, which holds back the rows that tuning is judged by"
            raise refusal("tune", message, None)
        return self

    @model_validator(mode="after")
    def _complete_tuning(self) -> "Experiment":
        if self.tune is None or LEARNING_RATE in self.tune.grid:
            return self
        rate = self.optimizer.parameters["learning_rate"]
        if not is_number(rate):
            message = f"needs a learning rate that is a number; or give grid: {LEARNING_RATE}"
            raise refusal("tune", message, None)
        # A section is frozen once it is validated.
        object.__setattr__(self, "tune", self.tune.with_rates(float(rate)))
        return self

    @property
    def seeds(self) -> range:
        """The seeds that are trained, one after the other, in each split."""
        return range(self.seed, self.seed + self.repeats)

    @property
    def trainings(self) -> list[tuple[int, int]]:
        """Every split and seed that is trained, in order."""
        return [(split, seed) for split in range(self.splits) for seed in self.seeds]

    def load(self, files: DataFiles | None = None) -> tuple[Split, ...]:
        """The data of every split; raises DatasetError."""
        return self.dataset.load_splits(files, *self.resampling)

    @property
    def resampling(self) -> tuple[int, Fitted | None]:
        """How many splits there are, and what tells how many of their training rows are trained on.

        Without tuning, early stopping holds back the last rows, whichever these are.
        """
        stopping = self.early_stopping if self.tune else None
        return self.splits, stopping.fitted if stopping else None

    def fitted_rows(self, split: Split) -> int:
        """How many of the training rows are trained on: the first ones, if not all."""
        rows, _ = split.rows
        if split.held_back is not None:
            return rows - split.held_back
        return self.early_stopping.fitted(rows) if self.early_stopping else rows

    @property
    def output_activation(self) -> str:
        """The activation of the output layer."""
        return self.model.output_activation or self.loss.row.activation

    @property
    def runs_code(self) -> bool:
        """Whether its data or its network come from a person's own code."""
        return self.dataset.function is not None or isinstance(self.model, OwnModel)

    @property
    def gives_probabilities(self) -> bool:
        """Whether its outputs are, or stand for, probabilities of classes."""
        row = self.loss.row
        binary = row.labels == "0/1" and self.output_activation == "sigmoid"
        multiple = self.output_activation == "softmax" or row.outputs == "thresholds"
        return binary or multiple or row.link(self.output_activation) != "linear"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that are reported besides the loss; the first one is printed."""
        known = (*self.loss.row.metrics, *self.final_metrics)
        printed = [metric for metric in known if metric in self.published]
        return tuple(dict.fromkeys((*printed, *known)))

    @property
    def tracked(self) -> tuple[str, ...]:
        """The metrics that are computed after every epoch: those of the loss."""
        return tuple(metric for metric in self.metrics if metric in self.loss.row.metrics)

    @property
    def monitored(self) -> tuple[str, ...]:
        """The metrics that are watched in training; that of early stopping is the last one."""
        sections = (self.reduce_lr_on_plateau, self.early_stopping)
        names = dict.fromkeys(it.monitor for it in sections if it and it.monitor != LOSS)
        return tuple(names)

    def seen_from(self, folder: str | Path) -> "Experiment":
        """The experiment with the path to its data file from a folder, for a config there."""
        if self.dataset.file is None:
            return self
        # The system follows links on the way, so they are followed here.
        file = Path(self.dataset.file)
        file = (
            Path(os.path.realpath(file.parent)) / file.name
        )  # unlike resolve, with links in a circle
        try:
            path = Path(os.path.relpath(file, Path(folder).resolve()))
        except ValueError:  # on another drive
            path = file
        return self._with_file(path.as_posix())

    def from_folder(self, folder: str | Path) -> "Experiment":
        """The experiment whose data file has its path from a folder, with that from here."""
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
        """SHA-256 of all that has an effect on the trained weights.

        A data file counts by its content and its name, and not by its folder.
        """
        decisive = self.model_dump(mode="json", exclude=BESIDE_TRAINING)
        if self.dataset.file is not None:
            decisive["dataset"]["file"] = Path(self.dataset.file).name
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
