"""Results with noisy curves and random data, for pictures: nothing is trained."""

from collections.abc import Mapping

import numpy as np

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.results.result import Result, Training


def experiment(
    loss: str = "hinge", epochs: int = 20, published: Mapping | None = None
) -> Experiment:
    return Experiment.model_validate(
        {
            "name": "synthetic",
            "dataset": {"generator": "make_circles"},
            "model": {"hidden": [2]},
            "loss": loss,
            "epochs": epochs,
            "published": published or {},
        }
    )


def history(of: Experiment, seed: int) -> dict[str, np.ndarray]:
    """Noisy curves that fall from 1 towards 0.01, or rise to 0.99 where they are accuracies."""
    random = np.random.default_rng(seed)
    decay = np.exp(-5 * np.arange(of.epochs) / of.epochs)
    curves = {}
    for name in ("loss", *of.metrics):
        for part in ("train", "test"):
            noisy = decay * random.uniform(0.8, 1.2, of.epochs) + 0.01
            curves[f"{part}_{name}"] = 1 - noisy / 2 if "accuracy" in name else noisy
    return {name: curve.astype(np.float32) for name, curve in curves.items()}


def training(of: Experiment, seed: int) -> Training:
    curves = history(of, seed)
    finals = [
        {name: float(curves[f"{part}_{name}"][-1]) for name in ("loss", *of.metrics)}
        for part in ("train", "test")
    ]
    return Training(seed, False, *finals, curves, ())


def exploding(finished: Training, epoch: int) -> Training:
    """The training, with errors that explode up to an epoch and NaN from there on."""
    curves = {name: curve.copy() for name, curve in finished.history.items()}
    for name, curve in curves.items():
        if "accuracy" not in name:
            curve[max(epoch - 3, 0) : epoch] = 3e38
        curve[epoch:] = np.nan
    nan = dict.fromkeys(finished.train, float("nan"))
    return Training(finished.seed, True, nan, nan, curves, ())


def result(of: Experiment, seeds: int = 7, diverged: int = 0, at: int = 10) -> Result:
    """Trainings of which the first so many explode before an epoch."""
    trainings = [training(of, seed) for seed in range(seeds)]
    trainings[:diverged] = [exploding(it, at) for it in trainings[:diverged]]
    return Result(of.model_copy(update={"repeats": seeds}), "", tuple(trainings))


def split(classes: int = 3, rows: int = 60, features: int = 2, stretch: float = 1.0) -> Split:
    """Random features and, as the target, class numbers; or real numbers where classes is 0."""
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, features)).astype(np.float32)
    x[:, 0] *= stretch
    y = np.arange(rows) % classes if classes else random.normal(size=rows)
    part = rows // 2
    return Split(x[:part], y[:part], x[part:], y[part:], tuple(f"{i}" for i in range(classes)))
