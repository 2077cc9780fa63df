"""Measures a sweep with one and with two processes, in some 4 minutes.

Run it by ``python tests/bench/bench_cluster.py``.

The two take turns, so that whatever slows the machine slows both. Needs two cores that are idle.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
MOONS = {"generator": "make_moons", "n_samples": 1000, "noise": 0.1}


def measure(configs: Path, jobs: int, repeats: int) -> tuple[float, float]:
    """Wall-clock seconds and processor seconds of a whole command."""
    command = [sys.executable, "-m", "lossbench", "run-all", str(configs), "--quiet"]
    with TemporaryDirectory() as out:
        options = ["--jobs", str(jobs), "--repeats", str(repeats), "--out", out]
        start, before = time.perf_counter(), os.times()
        done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)
        wall, after = time.perf_counter() - start, os.times()
    if done.returncode:
        raise SystemExit(f"{done.stderr}\nexit code {done.returncode}")
    work = sum(after[2:4]) - sum(before[2:4])
    print(
        f"{jobs} processes: {wall:.1f} s, {work:.1f} s of processors", file=sys.stderr, flush=True
    )
    return wall, work


def main() -> None:
    os.environ["LOSSBENCH_CACHE"] = "off"  # each process compiles what it trains
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in {"widths": 8, "repeats": 100, "rounds": 3}.items():
        parser.add_argument(f"--{name}", type=int, default=default, help="default: %(default)s")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        for width in range(10, 10 + given.widths):
            values = {"dataset": MOONS, "model": {"hidden": [width]}, "loss": "bce", "epochs": 200}
            # JSON is YAML.
            (Path(folder) / f"width_{width}.yaml").write_text(json.dumps(values))
        turns = [
            [measure(Path(folder), jobs, given.repeats) for jobs in (1, 2)]
            for _ in range(given.rounds)
        ]
    one, two = (median(wall for wall, _ in taken) for taken in zip(*turns, strict=True))
    work = median(work for (_, work), _ in turns)
    trainings = given.widths * given.repeats
    hours = work / trainings * 100_000 / 3600
    print(f"{given.widths} widths, {given.repeats} seeds each, 200 epochs of 500 rows:")
    print(f"one process {one:.1f} s, two {two:.1f} s: {one / two:.2f} times as fast")
    print(f"{1000 * work / trainings:.0f} ms of a core for a training, with all that belongs to it")
    print(f"100,000 trainings: {hours:.2f} hours of one core")


if __name__ == "__main__":
    main()
