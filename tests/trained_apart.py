"""Train a seed of some configs as a training process does, in a process of its own.

It writes a line of JSON: for each config the digest of the weights and, where the programs are
compiled one after another, the file in the folder of programs that is new.
"""

import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lossbench.config.load import load_all
from lossbench.training import program_files
from lossbench.training.startup import import_training_unfiltered


def main(at_once: bool, names: list[str]) -> None:
    import_training_unfiltered()
    from lossbench.training.program import compile_program
    from lossbench.training.tuning import trainer

    where = program_files.folder()
    assert where
    cases = load_all([Path(f"{name}.yaml") for name in names], {}, allow_code=True)
    there = set(where.iterdir())
    new: dict[str, str] = {}
    programs = []
    if at_once:
        with ThreadPoolExecutor(2) as threads:
            compiled = [threads.submit(compile_program, it.experiment, it.split) for it in cases]
        programs = [it.result() for it in compiled]
    else:
        for name, case in zip(names, cases, strict=True):
            programs.append(compile_program(case.experiment, case.split))
            (file,) = set(where.iterdir()) - there
            there.add(file)
            new[name] = file.name
    found: dict[str, list[str]] = {}
    for name, case, program in zip(names, cases, programs, strict=True):
        training = trainer(case.experiment, case.split, program)(3)
        weights = b"".join(it.tobytes() for it in training.weights)
        found[name] = [hashlib.sha256(weights).hexdigest(), new.get(name, "")]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1] == "at once", sys.argv[2:])
