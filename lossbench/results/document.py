"""Reading metrics.json and config.yaml: the experiment of a stored result and its final figures.

What the two files say twice must agree, and what they say must be possible for such a config.
"""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lossbench.config.experiment import Experiment
from lossbench.config.sections.model import Perceptron
from lossbench.config.yaml_reader import YamlError, parse
from lossbench.results.files import (
    AGAIN,
    CONFIG,
    FIGURES,
    HALF_WRITTEN,
    DamagedResult,
    content,
    limited_content,
)
from lossbench.results.metrics_json import (
    Document,
    Run,
    of_another_version,
    read_values,
    version_in,
    within_depth,
)
from lossbench.results.result import PARTS
from lossbench.tables.metric import LARGEST
from lossbench.tables.metrics import METRICS
from lossbench.text import on_one_line

MOST_IN_CONFIG = 2**20, 50_000  # bytes and values of config.yaml
# How many seeds a result may have. Their number decides how much of metrics.json is read, so it is
# read from config.yaml before that file is checked.
MOST_SEEDS = 100_000
REPEATS, SPLITS = (
    re.compile(rb"^%b: (\d{1,7})\r?$" % key, re.MULTILINE) for key in (b"repeats", b"splits")
)


def read_document(folder: Path) -> tuple[dict[str, Any], Document, Experiment]:
    """All values of metrics.json, those the others follow from, and the config.

    The config is that of config.yaml, which must be the same as in metrics.json: its published
    figures have the decimals they were printed with, which numbers in JSON do not keep. Raises
    DamagedResult.
    """
    path = folder / FIGURES
    values = read_values(path, _seeds(folder / CONFIG))
    try:
        document = Document.model_validate(values)
        version, _ = (document.provenance[name] for name in ("lossbench", "data_sha256"))
        stored = _experiment(path, document.config)
    except (ValidationError, KeyError) as error:
        raise DamagedResult(path, _unreadable(error, version_in(values))) from None
    if stored.config_hash != document.config_hash:
        raise DamagedResult(path, of_another_version(version))
    experiment = _read_config(folder / CONFIG)
    if experiment != stored:
        raise DamagedResult(folder / CONFIG, f"is not the config of metrics.json; {AGAIN}")
    for name in experiment.published:
        if name not in experiment.metrics:
            message = f"published: {on_one_line(name)} is not a metric of its loss; {AGAIN}"
            raise DamagedResult(folder / CONFIG, message)
    named = document.target.name if document.target else None
    if named != experiment.dataset.target_transform:
        raise DamagedResult(path, f"does not have the target_transform of its config; {AGAIN}")
    if bool(document.weights) == isinstance(experiment.model, Perceptron):
        raise DamagedResult(path, f"does not have the weights of its model; {AGAIN}")
    _check_runs(path, document.runs, experiment)
    _check_targets(path, document, experiment)
    if len(document.class_rows) not in (0, len(document.classes)):
        raise DamagedResult(path, f"does not have rows for each of its classes; {AGAIN}")
    if len(document.constants) not in (0, experiment.splits):
        raise DamagedResult(path, f"does not have the splits of its config; {AGAIN}")
    return values, document, experiment


def _read_config(path: Path) -> Experiment:
    try:
        text = limited_content(path, *MOST_IN_CONFIG).decode("utf-8")
        return _experiment(path, parse(text).values)
    except (UnicodeDecodeError, YamlError, ValidationError):
        raise DamagedResult(path, HALF_WRITTEN) from None


def _seeds(path: Path) -> int:
    """How many trainings config.yaml asks for, at most MOST_SEEDS; 0 where it does not say so."""
    try:
        text = content(path, MOST_IN_CONFIG[0])
    except DamagedResult:
        return 0
    repeats, splits = (pattern.search(text) for pattern in (REPEATS, SPLITS))
    if not repeats:
        return 0
    return min(int(repeats[1]) * (int(splits[1]) if splits else 1), MOST_SEEDS)


def _experiment(path: Path, config: Any) -> Experiment:
    """The experiment of a config that was read from a file.

    Raises ValidationError, and DamagedResult where even validating it could do harm.
    """
    if not within_depth(config):
        raise DamagedResult(path, HALF_WRITTEN)
    dataset = config.get("dataset") if isinstance(config, dict) else None
    file, sha256 = map(dataset.get, ("file", "sha256")) if isinstance(dataset, dict) else (None, "")
    # Without a digest, validating would read the data file to compute it.
    if file is not None and (not sha256 or "\0" in str(file)):
        raise DamagedResult(path, f"names a data file without its sha256; {AGAIN}")
    return Experiment.model_validate(config)


def _check_runs(path: Path, runs: Sequence[Run], experiment: Experiment) -> None:
    """Raise DamagedResult unless these can be the final figures of the config's seeds."""
    if [(run.split, run.seed) for run in runs] != experiment.trainings:
        raise DamagedResult(path, f"does not have the seeds of its config; {AGAIN}")
    if not all(map(partial(_tuned_as_asked, experiment), runs)):
        raise DamagedResult(path, f"has values that tuning cannot choose; {AGAIN}")
    names = ("loss", *experiment.metrics)
    if any({*names} - {*run.stored(part)} for run in runs for part in PARTS):
        raise DamagedResult(path, f"lacks one of {', '.join(names)}; {AGAIN}")
    if not all(_stopped_as_asked(run, experiment) for run in runs):
        raise DamagedResult(path, f"has impossible numbers of epochs; {AGAIN}")
    for run in runs:
        for name in names:
            if not all(_is_possible(run, name, run.stored(it)[name], experiment) for it in PARTS):
                raise DamagedResult(path, f"{name} of seed {run.seed} is out of its range; {AGAIN}")


def _check_targets(path: Path, document: Document, experiment: Experiment) -> None:
    """Raise DamagedResult unless the metrics of each target are those of its runs."""
    if not any(run.targets for run in document.runs):
        return
    each = [it for it in experiment.metrics if not METRICS[it].all_targets]
    for run in document.runs:
        for part in PARTS:
            found = run.targets.get(part, {})
            if [*found] != each or {*map(len, found.values())} != {len(document.targets)}:
                raise DamagedResult(path, f"does not have the metrics of its targets; {AGAIN}")
            for name, values in found.items():
                given = [it for it in values if it is not None]
                if not all(_is_possible(run, name, it, experiment) for it in given):
                    where = f"{name} of seed {run.seed}"
                    raise DamagedResult(path, f"{where} is out of its range; {AGAIN}")


def _is_possible(run: Run, name: str, value: float | None, experiment: Experiment) -> bool:
    """Whether a figure can have this value: a number in its range, or None if the seed diverged."""
    if value is None:
        # A metric of the final weights may have no value.
        return run.diverged or not (name == "loss" or name in experiment.tracked)
    low, high = (-LARGEST, LARGEST) if name == "loss" else METRICS[name].range
    return not run.diverged and low <= value <= high


def _stopped_as_asked(run: Run, experiment: Experiment) -> bool:
    """Whether it has a number of epochs and the best one if, and only if, it can stop early."""
    if experiment.early_stopping is None:
        return run.epochs is None and run.best_epoch is None
    first = experiment.early_stopping.start_from_epoch
    return first < (run.best_epoch or 0) <= (run.epochs or 0) <= experiment.epochs


def _tuned_as_asked(experiment: Experiment, run: Run) -> bool:
    """Whether it has values that tuning can choose, if anything is tuned."""
    if experiment.tune is None:
        return not run.tuned
    return experiment.tune.can_choose(run.tuned)


def _unreadable(error: ValidationError | KeyError, version: str) -> str:
    if isinstance(error, KeyError):
        return f"lacks {error}; {AGAIN}"
    first = error.errors()[0]
    where = on_one_line(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    return f"{where} (written by lossbench {version}); {AGAIN}"
