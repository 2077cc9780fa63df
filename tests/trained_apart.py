"""Train a seed of some configs as a training process does, in a process of its own.

It writes a line of JSON: for each config the digest of the weights and, where the programs are
compiled one after another, the file in the folder of programs that is new.
"""

import hashlib
import json
import sys
from pathlib import Path

from lossbench.config.load import load_all
from lossbench.execution import child_tasks
from lossbench.results.result import Training
from lossbench.training import program_files
from lossbench.training.startup import import_training_unfiltered


def main(at_once: bool, names: list[str]) -> None:
    import_training_unfiltered()
    where = program_files.folder()
    assert where
    cases = load_all([Path(f"{name}.yaml") for name in names], {}, allow_code=True)
    there = set(where.iterdir())
    new: dict[str, str] = {}
    for number, (name, case) in enumerate(zip(names, cases, strict=True)):
        child_tasks.prepare(number, case.experiment, case.split)
        if not at_once:
            child_tasks.compiled(number)
            (file,) = set(where.iterdir()) - there
            there.add(file)
            new[name] = file.name
    found: dict[str, list[str]] = {}
    for number, name in enumerate(names):
        training = child_tasks.train(number, seed=3)
        assert isinstance(training, Training), training.traceback
        weights = b"".join(it.tobytes() for it in training.weights)
        found[name] = [hashlib.sha256(weights).hexdigest(), new.get(name, "")]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1] == "at once", sys.argv[2:])
