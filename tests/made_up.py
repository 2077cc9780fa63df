"""Results with made-up figures, for what follows from figures: nothing is trained."""

from collections.abc import Mapping, Sequence

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.config.load import Case, load_all
from lossbench.evidence.sweep import Sweep, sweeps
from lossbench.results.result import Result, Training

NAN = float("nan")


def constant_result(experiment: Experiment, values: Sequence[float]) -> Result:
    """A seed for each value, which the loss and all metrics have in every epoch and at the end.

    NaN is the value of a seed that diverged. The weights, of two features and one hidden layer,
    are random.
    """
    rng = np.random.default_rng(0)
    names = ("loss", *experiment.metrics)
    columns = [f"{part}_{name}" for part in ("train", "test") for name in names]
    trainings = []
    for seed, value in enumerate(values):
        figures = dict.fromkeys(names, value)
        weights = tuple(rng.normal(size=shape) for shape in ((2, 25), (25,), (25, 1), (1,)))
        history = {name: np.full(5, value) for name in columns}
        trainings.append(Training(seed, bool(np.isnan(value)), figures, figures, history, weights))
    return Result(experiment, "abc", tuple(trainings))


def result_of_case(case: Case, value: float, diverged: int = 0) -> Result:
    """Ten seeds near a value, on the test part a tenth less, of which the first ones diverged."""
    trainings = []
    for seed in range(10):
        number = np.nan if seed < diverged else value * (1 + 0.01 * seed)
        train = dict.fromkeys(("loss", *case.experiment.metrics), number)
        test = {name: 0.9 * figure for name, figure in train.items()}
        trainings.append(Training(seed, seed < diverged, train, test, {}, ()))
    return Result(case.experiment, "abc", tuple(trainings))


def sweep_of(config: str, *settings: str, diverged: Mapping[int, int] | None = None) -> Sweep:
    """A sweep whose values grow from point to point; ``diverged`` counts seeds by point."""
    cases = load_all([config], {"repeats": 10}, settings)
    lost = diverged or {}
    values = np.geomspace(0.1, 0.8, len(cases))
    results = [
        result_of_case(case, value, lost.get(number, 0))
        for number, (case, value) in enumerate(zip(cases, values, strict=True))
    ]
    (sweep,) = sweeps(cases, results, {})
    return sweep


# What sweeps are made of.
RATES = "optimizer.learning_rate=0.001,0.01,0.1,1"
LOSSES = "loss=hinge,squared_hinge,binary_crossentropy"
WRONG_LABELS = "dataset.disturb.labels=0,0.1,0.2,0.4"
MANY_RATES = f"optimizer.learning_rate={','.join(f'{0.001 * n:.3f}' for n in range(1, 61))}"
