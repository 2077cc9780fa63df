"""The files of a result, as they are written to its folder."""

import hashlib

from lossbench.config.yaml_writer import to_yaml
from lossbench.results.files import CONFIG, FIGURES, HISTORY, WEIGHTS
from lossbench.results.history_csv import history_csv
from lossbench.results.metrics_json import as_document, digest
from lossbench.results.result import Result
from lossbench.results.weights_npz import weights_npz
from lossbench.text import to_json


def files(result: Result) -> dict[str, bytes]:
    """The content of every file of a result but its pictures, by name."""
    others = {HISTORY: history_csv(result).encode(), WEIGHTS: weights_npz(result)}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}
    document = as_document(result) | {"files": digests}
    return {
        FIGURES: to_json(document | {"sha256": digest(document)}).encode(),
        CONFIG: to_yaml(result.experiment).encode(),
        **others,
    }
