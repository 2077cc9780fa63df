"""Measures lossbench beside plain Keras: python tests/bench.py [--markdown FILE], some 12 minutes.

The two sides take turns, so that whatever slows the machine slows both. Whether or not the
targets are reached, it ends with exit code 0.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from math import inf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
PLAIN = ROOT / "tests" / "plain"
ROUNDS = 3
MORE = 100  # trainings whose time is taken together
HEAD = ("measured", "plain `fit`", "lossbench", "ratio", "target", "reached")
NOTES = f"""
Written by `python tests/bench.py` on {os.cpu_count()} cores, Python {platform.python_version()},
TensorFlow {version("tensorflow")}, Keras {version("keras")}. The plain side is `tests/plain`, run
once each; of the other times in the upper three rows, the median of {ROUNDS}. Cold: whole processes.
One more training: {MORE + 1} repeats less 1 repeat, divided by {MORE}, against the `fit` call alone.
An epoch: many epochs less few, divided by their difference. Memory: Pss of all processes, sampled.
"""
# Runs a plain script, and prints the seconds of its `fit` call before all else.
TIMED_FIT = """
import runpy, sys, time
import keras
def timed(*args, fit=keras.Sequential.fit, **kwargs):
    start = time.perf_counter()
    history = fit(*args, **kwargs)
    print(time.perf_counter() - start)
    return history
keras.Sequential.fit = timed
del sys.argv[0]
runpy.run_path(sys.argv[0])
"""
# The hidden layer of tests/plain/binary_crossentropy.py, which large work writes anew.
HIDDEN = 'model.add(keras.layers.Dense({}, activation="relu", kernel_initializer="he_uniform"))\n'
Row = tuple[str, ...]
# The arguments of a process, up to the last: the folder that it writes to.
Command = list[str]


@dataclass(frozen=True)
class Work:
    """Large work on the circles by binary cross-entropy.

    Both sides do ``epochs``. For the time of one epoch ``fit`` also does 1, and lossbench,
    where that would drown in the noise of starting, ``many_epochs``.
    """

    rows: int
    hidden: tuple[int, ...]
    batch_size: int
    epochs: int
    many_epochs: int

    def commands(self, folder: str, epochs: int) -> tuple[Command, Command]:
        """The work as a plain script and as a config."""
        text = (PLAIN / "binary_crossentropy.py").read_text()
        for old, new in {
            "n_samples=1000": f"n_samples={self.rows}",
            "[:500]": f"[:{self.rows // 2}]",
            "[500:]": f"[{self.rows // 2}:]",
            HIDDEN.format(50): "".join(map(HIDDEN.format, self.hidden)),
            "epochs=200": f"epochs={epochs}, batch_size={self.batch_size}",
        }.items():
            assert old in text, f"binary_crossentropy.py no longer says {old!r}"
            text = text.replace(old, new)
        config = yaml.safe_load((ROOT / "configs" / "binary_crossentropy.yaml").read_text())
        config["dataset"]["n_samples"] = self.rows
        config["model"]["hidden"] = list(self.hidden)
        config |= {"batch_size": self.batch_size, "epochs": epochs, "published": {}}
        script, yaml_file = Path(folder, f"{epochs}.py"), Path(folder, f"{epochs}.yaml")
        script.write_text(text)
        yaml_file.write_text(yaml.safe_dump(config))
        return plain(script), lossbench(1, "run", str(yaml_file))


WORKS = (Work(100_000, (50,), 32, 4, 60), Work(20_000, (1024, 1024), 256, 5, 15))


def plain(script: Path) -> Command:
    return [sys.executable, str(script)]


def lossbench(repeats: int, *what: str) -> Command:
    return [sys.executable, "-m", "lossbench", *what, "--quiet", "--repeats", str(repeats), "--out"]


def words(command: Command) -> str:
    """A command for people."""
    return " ".join(Path(word).name for word in command[1:] if "\n" not in word)


def progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def run(command: Command) -> tuple[float, str]:
    """Seconds of a whole process and what it printed; ends the benchmark where it fails."""
    with TemporaryDirectory() as out:  # always empty, so that no work is done already
        start = time.perf_counter()
        done = subprocess.run([*command, out], cwd=ROOT, capture_output=True, text=True)
        seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{done.stderr}\nexit code {done.returncode}: {' '.join(command)}")
    progress(f"{seconds:7.1f} s  {words(command)}  {' '.join(done.stdout.split())}")
    return seconds, done.stdout


def seconds(command: Command) -> float:
    return run(command)[0]


def to_row(
    name: str, slow: str, fast: str, ratio: float, at_least: float = 0, at_most: float = inf
) -> Row:
    target = f"at least {at_least:g}" if at_least else f"at most {at_most:g}"
    reached = "yes" if at_least <= ratio <= at_most else "no"
    return (name, slow, fast, f"{ratio:,.1f}", target, reached)


def measure_suite() -> Iterator[Row]:
    """The nine experiments, once and thirty times."""
    slow, once, thirty = 0.0, [], []
    scripts = sorted(PLAIN.glob("*.py"))
    for done, script in enumerate(scripts, start=1):
        slow += seconds(plain(script))
        if done * ROUNDS % len(scripts) == 0:
            once.append(seconds(lossbench(1, "run-all")))
            thirty.append(seconds(lossbench(30, "run-all")))
    fast, more = median(once), median(thirty)
    name = "the nine experiments, cold, with pictures"
    yield to_row(name, f"{slow:.0f} s", f"{fast:.1f} s", slow / fast, at_least=20)
    name = "the nine experiments, 30 repeats against 1"
    yield to_row(name, "-", f"{more:.1f} s, {fast:.1f} s", more / fast, at_most=2.5)


def measure_training() -> Iterator[Row]:
    """One more training of the hinge experiment, when lossbench has compiled its program."""
    fits, trainings = [], []
    for _ in range(ROUNDS):
        _, printed = run([sys.executable, "-c", TIMED_FIT, str(PLAIN / "hinge.py")])
        fits.append(float(printed.split()[0]))
        one = seconds(lossbench(1, "run", "hinge"))
        trainings.append((seconds(lossbench(1 + MORE, "run", "hinge")) - one) / MORE)
    slow, fast = median(fits), median(trainings)
    name = "one more training of hinge"
    yield to_row(name, f"{slow:.1f} s", f"{1000 * fast:.0f} ms", slow / fast, at_least=500)


def measure_large(work: Work) -> Iterator[Row]:
    """Large work: one epoch, and whole processes."""
    with TemporaryDirectory() as folder:
        plain_1, _ = work.commands(folder, 1)
        plain_some, fast_some = work.commands(folder, work.epochs)
        _, fast_many = work.commands(folder, work.many_epochs)
        one, some, cold, many = map(seconds, (plain_1, plain_some, fast_some, fast_many))
    slow, fast = (some - one) / (work.epochs - 1), (many - cold) / (work.many_epochs - work.epochs)
    name = f"{work.rows:,} rows, hidden {list(work.hidden)}, batches of {work.batch_size}"
    yield to_row(f"{name}: an epoch", f"{slow:.2f} s", f"{fast:.3f} s", slow / fast, at_least=1)
    name = f"the same: {work.epochs} epochs, cold, with pictures"
    yield to_row(name, f"{some:.1f} s", f"{cold:.1f} s", some / cold, at_least=1)


def measure_memory() -> Iterator[Row]:
    """Peak memory of the nine experiments in lossbench, and of one plain script."""
    name = "peak memory of all nine, against one script (hinge)"
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        yield (name, *["not measured"] * 3, "at most 1.5", "not measured")
        return
    slow, fast = peak_memory(plain(PLAIN / "hinge.py")), peak_memory(lossbench(1, "run-all"))
    yield to_row(name, f"{slow:.0f} MB", f"{fast:.0f} MB", fast / slow, at_most=1.5)


def peak_memory(command: Command) -> float:
    """The most megabytes that a process and all below it hold at one time."""
    peak, quiet = 0, subprocess.DEVNULL
    with (
        TemporaryDirectory() as out,
        subprocess.Popen([*command, out], cwd=ROOT, stdout=quiet, stderr=quiet) as process,
    ):
        while process.poll() is None:
            peak = max(peak, sum(map(kilobytes, family(process.pid))))
            time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"exit code {process.returncode}: {' '.join(command)}")
    progress(f"{peak / 1000:7.0f} MB {words(command)}")
    return peak / 1000


def family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has ended since
            for child in children.read_text().split():
                yield from family(int(child))


def kilobytes(pid: int) -> int:
    """Proportional set size: a page that n processes share counts as 1/n."""
    with suppress(OSError):  # a process that has ended since
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = ROOT / "results" / "bench.md"
    parser.add_argument("--markdown", type=Path, default=default, help="default: %(default)s")
    file = parser.parse_args().markdown
    progress("Importing everything once, so that neither side pays for a cold disk")
    run([sys.executable, "-c", "import keras, matplotlib.pyplot, sklearn.datasets"])
    rows = [*measure_suite(), *measure_training()]
    for work in WORKS:
        rows += measure_large(work)
    rows += measure_memory()

    table = Table(*HEAD)
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    lines = "".join(f"| {' | '.join(row)} |\n" for row in (HEAD, ["---"] * len(HEAD), *rows))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"# lossbench beside plain Keras\n\n{lines}{NOTES}")


if __name__ == "__main__":
    main()
