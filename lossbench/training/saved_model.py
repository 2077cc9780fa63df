"""The model of a result's median seed as a file that plain Keras loads."""

import inspect
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import tensorflow as tf

from lossbench.config.experiment import Experiment
from lossbench.config.sections.own_model import OwnModel
from lossbench.config.tuned import with_point
from lossbench.data.arrays import Split
from lossbench.results.result import Result, Training
from lossbench.training.network import build
from lossbench.training.optimizer import RestartableOptimizer
from lossbench.training.scores import loss_function

METADATA = "metadata.json"
# The earliest time that a zip archive can have.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def model_file(result: Result, split: Split) -> bytes | None:
    """The content of model.keras: the model of the median seed; None where there is none.

    All seeds may have diverged, or a person's own layer may be one that Keras cannot store, because
    it has no ``get_config``. The model is named after the experiment and the seed. Where Keras has
    the loss, the model is compiled with the experiment's loss and a fresh optimizer, so that
    ``evaluate`` and ``fit`` can be called right away. It predicts what the network learned, of a
    target that was transformed as well; the metadata have what restores it then. The same result
    gives the same bytes, but for the names of layers in a person's own model.
    """
    training = result.median_training
    if training is None:
        return None
    with tf.device("CPU:0"), TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        try:
            _model(with_point(result.experiment, training.tuned), split, training).save(path)
        except NotImplementedError:
            if isinstance(result.experiment.model, OwnModel):
                return None
            raise
        about = {"experiment": result.experiment.name, "seed": training.seed}
        about |= {"target": result.target.as_json()} if result.target else {}
        return _reproducible(path.read_bytes(), about)


def _model(experiment: Experiment, split: Split, training: Training) -> keras.Sequential:
    built = build(experiment, split.row_shape, experiment.loss.row.units(split.target_shape))
    # TensorFlow allows no other characters in the name of a model.
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", f"{experiment.name}_seed_{training.seed}")
    if isinstance(experiment.model, OwnModel):
        # Keras may not know its layers by their names, which come from a person's own module.
        model = keras.Sequential([keras.Input(split.row_shape), *built.layers], name=name)
    else:
        model = keras.Sequential.from_config(_renamed(built.get_config(), name, training.seed))
    model.set_weights(training.weights)
    loss = _loss(experiment)
    if loss is not None:
        model.compile(RestartableOptimizer(experiment.optimizer, model).optimizer, loss)
    return model


def _renamed(config: dict[str, Any], name: str, seed: int) -> dict[str, Any]:
    """A model's config with names and seeds that do not depend on models built before it."""
    numbers: Counter[str] = Counter()
    for layer in (it["config"] for it in config["layers"]):
        kind = re.sub(r"_\d+$", "", layer["name"])
        numbers[kind] += 1
        layer["name"] = f"{kind}_{numbers[kind]}"
        if "seed" in layer:
            layer["seed"] = seed
    return config | {"name": name}


def _loss(experiment: Experiment) -> keras.losses.Loss | None:
    """The loss as a Keras object, which can be stored; None where Keras has no such loss."""
    kinds = {
        name.lower(): kind
        for name, kind in vars(keras.losses).items()
        if inspect.isclass(kind) and issubclass(kind, keras.losses.Loss)
    }
    kind = kinds.get(experiment.loss.name.replace("_", ""))
    own = experiment.loss.function or experiment.loss.sum
    if kind is None or own or experiment.loss.row.function:
        return None
    return kind(**loss_function(experiment).keywords)


def _reproducible(archive: bytes, about: dict[str, Any]) -> bytes:
    """A saved model without its time and object addresses, and with ``about`` in its metadata."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as saved, zipfile.ZipFile(file, "w") as kept:
        for name in saved.namelist():
            content = saved.read(name)
            if name == METADATA:
                metadata = json.loads(content)
                del metadata["date_saved"]
                content = json.dumps(metadata | about).encode()
            elif name == "config.json":
                # These numbers tell Keras which layers share a dtype policy; they need not.
                content = re.sub(rb', "shared_object_id": \d+', b"", content)
            kept.writestr(zipfile.ZipInfo(name, NO_TIME), content)
    return file.getvalue()
