"""Measures lossbench on one core and on two, in some 15 minutes.

Run it by ``python tests/bench/bench_cores.py``.

The two take turns, so that whatever slows the machine slows both. Needs two cores that are idle.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
BESIDE_TRAINING = Path(__file__).with_name("beside_training.py")
ROUNDS = 3
CORES = 16  # of the machine in mind


def learning_rates(count: int) -> list[str]:
    """A sweep of so many learning rates, with ten trainings each."""
    rates = ",".join(f"{number / 20 / count:.6f}" for number in range(1, 1 + count))
    return ["run", "hinge", "--repeats", "10", "--set", f"optimizer.learning_rate={rates}"]


SWEEP = learning_rates(50)
OF_SWEEP = 500  # trainings
LONG_SWEEP = learning_rates(8 * 50)  # with sixteen cores as long as the other with two
NINE = ["run-all", "--repeats", "30"]
HEAD = ("measured", "one core", "two cores", "ratio", "target", "reached")
# Runs a command, and prints the processor seconds of its own process from its first result on, and
# the seconds that took.
SHARE = """
import sys, time
from lossbench.cli import run as cli
from lossbench.cli.main import main
from lossbench.suite import suite
run_plans = suite.run_plans
def timed(*given):
    for outcome in run_plans(*given):
        begun.append((time.process_time(), time.perf_counter()))
        yield outcome
begun = []
suite.run_plans = timed
if __name__ == "__main__":
    try:
        main()
    finally:
        (work, start), *_, (worked, end) = begun
        print(worked - work, end - start, file=sys.stderr)
"""


class Taken(NamedTuple):
    """Seconds of a command, and of all processors."""

    wall: float
    work: float


def measured(arguments: Sequence[str], *cores: set[int]) -> Taken:
    """A whole command on some cores; with several sets of cores, one on each at the same time."""
    with ExitStack() as stack:
        outs = [stack.enter_context(TemporaryDirectory()) for _ in cores]
        start, used = time.perf_counter(), os.times()
        begun = [_begun(arguments, *it) for it in zip(cores, outs, strict=True)]
        failed = [(it.communicate()[1], it.returncode) for it in begun if it.wait()]
        wall, after = time.perf_counter() - start, os.times()
    if failed:
        raise SystemExit(f"{failed[0][0]}\nexit code {failed[0][1]}")
    taken = Taken(wall, sum(after[2:4]) - sum(used[2:4]))
    on = " and ".join(f"{len(it)} cores" for it in cores)
    print(
        f"{on}: {taken.wall:.1f} s, {taken.work:.1f} s of processors",
        *arguments[:2],
        file=sys.stderr,
    )
    return taken


def _begun(arguments: Sequence[str], cores: set[int], out: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lossbench", *arguments, "--quiet", "--out", out]
    return _on(cores, command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _on(cores: set[int], command: Sequence[str], **streams: int) -> subprocess.Popen[str]:
    """A process of this command on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)  # which the command inherits
    try:
        return subprocess.Popen(command, cwd=ROOT, text=True, **streams)
    finally:
        os.sched_setaffinity(0, before)


def row(name: str, one: str, two: str, ratio: float, bound: str, limit: float) -> tuple[str, ...]:
    reached = ratio >= limit if bound == "at least" else ratio <= limit
    shown = f"{ratio:.3f}" if ratio < 1 else f"{ratio:.2f}"
    return (name, one, two, shown, f"{bound} {limit:g}", "yes" if reached else "no")


def turns(arguments: Sequence[str], rounds: int = ROUNDS) -> list[list[Taken]]:
    """A command on one core, on two, and one on each at the same time, in turns."""
    first, second, *_ = ({it} for it in sorted(os.sched_getaffinity(0)))
    ways = ((first,), (first | second,), (first, second))
    taken = [[measured(arguments, *way) for way in ways] for _ in range(rounds)]
    return [[*it] for it in zip(*taken, strict=True)]


def rows(cache: str) -> Iterator[tuple[str, ...]]:
    os.environ["LOSSBENCH_CACHE"] = "off"
    compiled = turns(NINE)
    os.environ["LOSSBENCH_CACHE"] = cache
    for arguments in (NINE, SWEEP):  # what this compiles, all others find
        turns(arguments, 1)
    kept, sweep = turns(NINE), turns(SWEEP)
    for name, (one, two, both), target in (
        ("fifty learning rates, ten seeds each", sweep, 1.85),
        ("the nine, 30 repeats", compiled, 1.7),
        ("the same, with programs that were kept", kept, 1.7),
    ):
        slow, fast, twice = (median(it.wall for it in turn) for turn in (one, two, both))
        yield row(name, f"{slow:.1f} s", f"{fast:.1f} s", slow / fast, "at least", target)
        # They share memory and a cache, so two may be slower than each alone.
        name = "two such commands, each on a core of its own"
        yield (name, f"2 x {slow:.1f} s", f"{twice:.1f} s", f"{2 * slow / twice:.2f}", "-", "-")
    work, programs = median(it.work for it in sweep[1]), OF_SWEEP * seconds_of_program()
    name = "fifty learning rates: seconds of processors, against those of the XLA programs alone"
    yield row(name, "-", f"{work:.1f} s, {programs:.1f} s", work / programs, "at most", 2)
    shared = sorted(share_of_first_process() for _ in range(ROUNDS))
    work, seconds = shared[ROUNDS // 2]
    # Two cores were busy, so more of them would do the same in so much less time.
    share = work / seconds * CORES / 2
    name = f"the process that hands out the work to {CORES}: its share of the time on {CORES} cores"
    yield row(name, "-", f"{work:.2f} s of {seconds:.0f} on two", share, "at most", 0.05)


def seconds_of_program() -> float:
    """Of a training of hinge, those of its XLA program, while another core does the same."""
    first, second, *_ = sorted(os.sched_getaffinity(0))
    command, found = [sys.executable, str(BESIDE_TRAINING)], []
    for _ in range(ROUNDS):
        begun = [_on({core}, command, stdout=subprocess.PIPE) for core in (first, second)]
        found += [float(it.communicate()[0].split()[1]) for it in begun]
    return median(found)


def share_of_first_process() -> tuple[float, float]:
    """Its seconds of a processor from the first result of a sweep to the last, and all.

    There are as many training processes as there would be cores, and as much to do for each as the
    other sweep has for two.
    """
    jobs = "--jobs", str(CORES)
    with TemporaryDirectory() as place:
        script = Path(place) / "share.py"  # which training processes can import
        script.write_text(SHARE)
        done = subprocess.run(
            [sys.executable, str(script), *LONG_SWEEP, *jobs, "--quiet", "--out", place],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    work, seconds = map(float, done.stderr.split()[-2:])
    return work, seconds


def main() -> None:
    table = Table(*HEAD)
    with TemporaryDirectory() as cache:
        for cells in rows(cache):
            table.add_row(*cells)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()
