"""A result as event files for TensorBoard, made without TensorFlow.

The runs, tags and steps are those of Keras's own TensorBoard callback, so that the curves of both
are shown in the same charts: a run for each part, tags such as ``epoch_loss``, steps that count
epochs from 0. Every time in the files is 0, so that the same result gives the same bytes.
"""

import io
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from lossbench.config.experiment import BESIDE_TRAINING, Experiment
from lossbench.config.yaml_writer import to_yaml
from lossbench.results.result import HISTORY_PARTS, Array, Result
from lossbench.text import flattened

# TensorBoard looks for "tfevents" in a file's name.
FILE = "events.out.tfevents"


def event_files(result: Result) -> dict[str, bytes]:
    """The event files of a result, which must have its history, by their names in a folder.

    The folder itself has the config as a text, ``seed_0`` the hyperparameters, and
    ``seed_0/train`` and ``seed_0/test`` the figures of every epoch, as in history.csv.
    """
    experiment = result.experiment
    config = "```yaml\n" + to_yaml(experiment) + "```"
    parameters = _session(experiment)
    files = {FILE: _records([Event(summary=text_pb("config", config))])}
    for training in result.trainings:
        run = f"seed_{training.seed}"
        files[f"{run}/{FILE}"] = _records([Event(summary=parameters)])
        for part in HISTORY_PARTS:
            if curves := training.curves(part):
                files[f"{run}/{part}/{FILE}"] = _records(_events(curves))
    return files


def _session(experiment: Experiment) -> Summary:
    """The hyperparameters. The seeds of one config are the trials of one session group."""
    group = f"{experiment.name}-{experiment.config_hash[:8]}"
    session = hparams_pb(hyperparameters(experiment), trial_id=group, start_time_secs=0)
    plugin = session.value[0].metadata.plugin_data
    # The order of its keys is another one in every process.
    content = HParamsPluginData.FromString(plugin.content)
    plugin.content = content.SerializeToString(deterministic=True)
    return session


def hyperparameters(experiment: Experiment) -> dict[str, bool | float | str]:
    """The values of the config that change what a seed gives, by dotted key.

    Such a key is ``optimizer.learning_rate``. A list is given as text.
    """
    values = flattened(experiment.model_dump(exclude=BESIDE_TRAINING))
    return {key: _as_parameter(value) for key, value in values.items() if value is not None}


def _as_parameter(value: Any) -> bool | float | str:
    if isinstance(value, bool | int | float | str):
        return value
    return str(list(value) if isinstance(value, tuple) else value)


def _events(curves: Mapping[str, Array]) -> Iterable[Event]:
    rows = np.stack(list(curves.values()), axis=1)
    # NaN has many bit patterns, and what is read back from history.csv may have another one.
    rows = np.where(np.isnan(rows), np.nan, rows)
    for epoch, figures in enumerate(rows.tolist()):
        values = [
            Summary.Value(tag=f"epoch_{name}", simple_value=figure)
            for name, figure in zip(curves, figures, strict=True)
        ]
        yield Event(step=epoch, summary=Summary(value=values))


def _records(events: Iterable[Event]) -> bytes:
    """The content of an event file: first its version, then the events."""
    file = io.BytesIO()
    writer = RecordWriter(file)
    for event in (Event(file_version="brain.Event:2"), *events):
        writer.write(event.SerializeToString(deterministic=True))
    return file.getvalue()
