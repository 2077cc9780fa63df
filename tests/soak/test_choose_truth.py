"""What ``choose`` says of data whose truth is known, drawn anew in every repetition.

A wrong word is a "small" or "clear" difference that is not there, or on the wrong side. Of equal
losses any is wrong. The prints say how often each was said; the documentation has these figures.
"""

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from command import lossbench

from lossbench.evidence.over_splits import of_pairs

ROWS, FEATURES = 120, 2
REPETITIONS = int(os.environ.get("LOSSBENCH_REPETITIONS", "200"))
CONFIG = """\
dataset:
  file: ../d.csv
  target: y
  standardize: {features: train}
  target_transform: standardize
model: {hidden: [4]}
loss: LOSS
optimizer: {learning_rate: 0.01, momentum: 0.9, clipnorm: 1.0}
epochs: 30
"""
SURE = ("small", "clear")


def said(folder: Path, losses: dict[str, str], noise: np.ndarray, metric: str) -> dict[str, str]:
    """The word for each loss, "best" for the best one; the noise is that of the target."""
    rng = np.random.default_rng(int(abs(noise[0]) * 1e9))
    x = rng.normal(size=(ROWS, FEATURES))
    y = x @ [1.0, -0.5] + noise
    np.savetxt(folder / "d.csv", np.column_stack([x, y]), "%.9g", ",", header="a,b,y", comments="")
    (folder / "mine").mkdir(exist_ok=True)
    for name, loss in losses.items():
        (folder / "mine" / f"{name}.yaml").write_text(CONFIG.replace("LOSS", loss))
    quick = ("--seeds", 1, "--jobs", 1, "--force", "--json", "--quiet")
    done = lossbench(folder, "choose", "mine", "--metric", metric, *quick)
    assert done.returncode == 0, done.stderr
    best, *others = json.loads(done.stdout)["losses"]
    return {best["name"]: "best"} | {it["name"]: it["word"] for it in others}


@pytest.mark.soak
def test_equal_losses_are_called_different_in_at_most_5_percent(tmp_path: Path) -> None:
    """The absolute error under two names: the quantile loss at 0.5 is half of it."""
    losses = {"mae": "mae", "quantile": "{name: quantile, quantile: 0.5}"}
    rng = np.random.default_rng(0)
    words = [
        [*said(tmp_path, losses, rng.normal(size=ROWS), "mae").values()][1]
        for _ in range(REPETITIONS)
    ]
    print("equal losses:", Counter(words))
    assert sum(word in SURE for word in words) <= 0.05 * REPETITIONS


@pytest.mark.soak
def test_the_squared_error_is_not_beaten_where_noise_is_gaussian(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    found: Counter[str] = Counter()
    for _ in range(REPETITIONS):
        words = said(tmp_path, {"mse": "mse", "mae": "mae"}, rng.normal(size=ROWS), "mse")
        found[f"mse {words['mse']}, mae {words['mae']}"] += 1
    print("Gaussian noise:", found)
    assert found["mse small, mae best"] + found["mse clear, mae best"] <= 0.05 * REPETITIONS


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["Laplace", "outliers"])
def test_a_robust_loss_is_not_beaten_where_noise_has_long_tails(tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(2)
    found: Counter[str] = Counter()
    losses = {"mse": "mse", "mae": "mae", "huber": "{name: huber, delta: 0.3}"}
    for _ in range(REPETITIONS):
        noise = rng.laplace(size=ROWS)
        if kind == "outliers":
            noise = np.where(rng.random(ROWS) < 0.1, 30, 0.3) * rng.normal(size=ROWS)
        words = said(tmp_path, losses, noise, "mae")
        robust = {words["mae"], words["huber"]}
        wrong = words["mse"] == "best" and robust <= {*SURE}
        found["wrong" if wrong else f"mse {words['mse']}"] += 1
    print(f"{kind}:", found)
    assert found["wrong"] <= 0.05 * REPETITIONS


@pytest.mark.soak
@pytest.mark.parametrize("models", [2, 4, 9, 20])
def test_the_statistics_find_what_is_there_and_little_else(models: int) -> None:
    """The values of splits that share a fifth of their variance, as the correction assumes."""
    rng, repetitions, ahead = np.random.default_rng(models), 2000, 3.5

    def p_values(shift: float) -> dict[tuple[int, int], float]:
        same = np.sqrt(0.2) * rng.normal(size=(models, 1))
        gains = same + np.sqrt(0.8) * rng.normal(size=(models, 10))
        gains[0] += shift
        return of_pairs(gains, 0.25)

    false = np.mean([min(p_values(0).values()) < 0.05 for _ in range(repetitions)])
    power = np.mean([p_values(ahead)[0, 1] < 0.05 for _ in range(repetitions // 4)])
    print(f"{models} models: any false {false:.3f}, found {power:.2f}")
    assert false <= 0.06
