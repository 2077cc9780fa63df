"""Prints the mean seconds of a training of hinge, and of those the seconds of the compiled program.

All seeds are new ones, so that nothing is kept of what they draw.
"""

import gc
import time
from typing import Any

from lossbench.config.bundled import find
from lossbench.config.load import load_all
from lossbench.training.startup import import_training

import_training()

from lossbench.training.program import compile_program  # noqa: E402
from lossbench.training.train import trainer  # noqa: E402

TRAININGS = 100


def main() -> None:
    (case,) = load_all([find("hinge")])
    program = compile_program(case.experiment, case.split)
    within: list[float] = []

    def run(*given: Any) -> Any:
        start = time.perf_counter()
        epochs = program.run(*given)
        epochs.figures.numpy()
        within.append(time.perf_counter() - start)
        return epochs

    train = trainer(case.experiment, case.split, program._replace(run=run))
    train(0)
    within.clear()
    gc.freeze()  # as the processes that train do
    start = time.perf_counter()
    for seed in range(1, 1 + TRAININGS):
        train(seed)
    print((time.perf_counter() - start) / TRAININGS, sum(within) / TRAININGS)


if __name__ == "__main__":
    main()
