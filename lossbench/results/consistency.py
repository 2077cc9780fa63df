"""Whether the files of a stored result fit each other.

Older results have no digests, and a digest can be forged. So what the files say more than once is
compared, too.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.results.files import AGAIN, FIGURES, HISTORY, WEIGHTS, DamagedResult
from lossbench.results.metrics_json import as_document
from lossbench.results.result import VALIDATION, Result, Training, column

# The values of metrics.json that follow from the figures of its seeds.
COMPUTED = ("name", "summary", "diverged", "published")


def check(folder: Path, result: Result, values: Mapping[str, Any]) -> None:
    """Raise DamagedResult where a result that was read from a folder contradicts itself.

    ``values`` are all values of its metrics.json.
    """
    for training in result.trainings:
        if not training.diverged and not all(np.isfinite(it).all() for it in training.weights):
            message = f"is not finite in seed {training.seed}, which did not diverge; {AGAIN}"
            raise DamagedResult(folder / WEIGHTS, message)
    computed = as_document(result)
    for name in COMPUTED:
        if not _agree(values.get(name), computed[name]):
            message = f"{name} does not follow from the figures of its seeds; {AGAIN}"
            raise DamagedResult(folder / FIGURES, message)
    if not all(_ends_with_final_figures(it, result.experiment) for it in result.trainings):
        why = "its last epochs do not fit the final figures"
        message = f"is damaged, or of another run than {FIGURES}: {why}"
        raise DamagedResult(folder / HISTORY, f"{message}; {AGAIN}")


def _agree(stored: Any, computed: Any) -> bool:
    """Whether values are the same; the last digits may differ between versions of NumPy."""
    if isinstance(stored, dict) and isinstance(computed, dict):
        return stored.keys() == computed.keys() and all(
            _agree(stored[it], computed[it]) for it in computed
        )
    if isinstance(stored, float) and isinstance(computed, float):
        return math.isclose(stored, computed, rel_tol=1e-9)
    return bool(stored == computed)


def _ends_with_final_figures(training: Training, experiment: Experiment) -> bool:
    """Whether the history of a seed ends with its final figures; True where that is not known."""
    history = training.history
    if training.diverged or not history:
        return True
    if not all(np.isfinite(it).all() for name, it in history.items() if name != VALIDATION):
        return False
    if experiment.early_stopping or experiment.optimizer.parameters.get("use_ema"):
        return True  # other weights than those after the last epoch, or evaluated anew
    names = ("loss", *experiment.tracked)
    return all(history[column("test", it)][-1] == np.float32(training.test[it]) for it in names)
