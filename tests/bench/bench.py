"""Measures lossbench beside plain Keras, in some 20 minutes.

Run it by ``python tests/bench/bench.py [--markdown FILE]``.

The two sides take turns, so that whatever slows the machine slows both. Leave it alone all the
same. Whether or not the targets are reached, it ends with exit code 0.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.table import Table

Row = tuple[str, ...]
# A process's arguments up to the last, which is the folder that it writes to.
Command = Sequence[str]

ROOT = Path(__file__).resolve().parents[2]
PLAIN = ROOT / "tests" / "bench" / "plain"
BESIDE_TRAINING = ROOT / "tests" / "bench" / "beside_training.py"
CHOOSE_BY_FIT = ROOT / "tests" / "bench" / "choose_by_fit.py"
NETWORKS = ROOT / "tests" / "bench" / "networks"
FIT_MILLION = ROOT / "tests" / "bench" / "fit_million.py"
CHOICE_PARTS = 50  # losses times splits
ROUNDS = 3
LARGE_ROUNDS = 2
AGAIN = "the same, with programs that an earlier command kept"
MORE = 100  # trainings whose time is taken together
HEAD = ("measured", "plain `fit`", "lossbench", "ratio", "target", "reached")
NOTES = f"""
Written by `python tests/bench/bench.py` on {os.cpu_count()} cores, Python
{platform.python_version()}, TensorFlow {version("tensorflow")}, Keras {version("keras")}.
Plain is `tests/bench/plain`, run once each; every other time is a median of {ROUNDS}, on large
work and of a choice of {LARGE_ROUNDS}. Cold: whole processes. A choice is measured beside
`tests/bench/choose_by_fit.py`, which does one of its {CHOICE_PARTS} parts, so its time is taken
{CHOICE_PARTS} times.
One more training: {MORE + 1} repeats less 1, divided by {MORE}, against a call of `fit`. An epoch:
many epochs less few, divided by the difference. Memory: Pss of all processes of a command, sampled.
"""
# Runs a plain script, and prints the seconds of its `fit` call before all else.
TIMED_FIT = """
import runpy, sys, time, keras
def timed(*args, fit=keras.Sequential.fit, **kwargs):
    start = time.perf_counter()
    history = fit(*args, **kwargs)
    print(time.perf_counter() - start)
    return history
keras.Sequential.fit = timed
del sys.argv[0]
runpy.run_path(sys.argv[0])
"""
# The hidden layer of tests/bench/plain/binary_crossentropy.py, which large work writes anew.
HIDDEN = 'model.add(keras.layers.Dense({}, activation="relu", kernel_initializer="he_uniform"))\n'


def plain(script: Path) -> Command:
    return [sys.executable, str(script)]


def lossbench(repeats: int, *what: str) -> Command:
    return [sys.executable, "-m", "lossbench", *what, "--quiet", "--repeats", str(repeats), "--out"]


def progress(message: str, command: Command = ()) -> None:
    words = [Path(word).name for word in command[1:] if "\n" not in word]
    print(message, *words, file=sys.stderr, flush=True)


def run(command: Command) -> tuple[float, str]:
    """Seconds of a whole process and what it printed; ends the benchmark where it fails."""
    with TemporaryDirectory() as out:  # always empty, so that no work is done already
        start = time.perf_counter()
        done = subprocess.run([*command, out], cwd=ROOT, capture_output=True, text=True)
        taken = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{done.stderr}\nexit code {done.returncode}: {' '.join(command)}")
    progress(f"{taken:7.1f} s ", command)
    return taken, done.stdout


def seconds(command: Command) -> float:
    return run(command)[0]


def row(name: str, slow: str, fast: str, ratio: float, bound: str, limit: float) -> Row:
    reached = ratio >= limit if bound == "at least" else ratio <= limit
    shown = f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}"
    return (name, slow, fast, shown, f"{bound} {limit:g}", "yes" if reached else "no")


def measure_suite() -> Iterator[Row]:
    slow, once, thirty = 0.0, [], []
    scripts = sorted(PLAIN.glob("*.py"))
    for done, script in enumerate(scripts, start=1):
        slow += seconds(plain(script))
        if done * ROUNDS % len(scripts) == 0:
            once.append(seconds(lossbench(1, "run-all")))
            thirty.append(seconds(lossbench(30, "run-all")))
    fast, more = median(once), median(thirty)
    with TemporaryDirectory() as cache:
        os.environ["LOSSBENCH_CACHE"] = cache
        kept = median([seconds(lossbench(1, "run-all")) for _ in range(1 + ROUNDS)][1:])
    os.environ["LOSSBENCH_CACHE"] = "off"
    for name, it in ("the nine experiments, cold, with pictures", fast), (AGAIN, kept):
        yield row(name, f"{slow:.0f} s", f"{it:.1f} s", slow / it, "at least", 25)
    shown = f"{more:.1f} s, {fast:.1f} s"
    yield row("the nine experiments, 30 repeats against 1", "-", shown, more / fast, "at most", 2.5)


def measure_training() -> Iterator[Row]:
    fits, trainings = [], []
    for _ in range(ROUNDS):
        _, printed = run([sys.executable, "-c", TIMED_FIT, str(PLAIN / "hinge.py")])
        fits.append(float(printed.split()[0]))
        one = seconds(lossbench(1, "run", "hinge"))
        trainings.append((seconds(lossbench(1 + MORE, "run", "hinge")) - one) / MORE)
    slow, fast = median(fits), median(trainings)
    shown = f"{slow:.1f} s", f"{1000 * fast:.0f} ms"
    yield row("one more training of hinge", *shown, slow / fast, "at least", 500)
    timed = (run([sys.executable, str(BESIDE_TRAINING)])[1].split() for _ in range(ROUNDS))
    share = median(1 - float(within) / float(whole) for whole, within in timed)
    name = "Python beside a training, as a share of it"
    yield row(name, "-", f"{share:.0%}", share, "at most", 0.17)  # 3 ms beside 14


def measure_choice() -> Iterator[Row]:
    """Of the loop of ``fit``, one loss in one split is measured, and taken times all of them."""
    choose = [sys.executable, "-m", "lossbench", "choose", "diabetes", "--quiet", "--out"]
    parts, choices = [], []
    for _ in range(LARGE_ROUNDS):
        parts.append(float(run(plain(CHOOSE_BY_FIT))[1].split()[-1]))
        choices.append(seconds(choose))
    slow, fast = CHOICE_PARTS * median(parts), median(choices)
    name = f"choose diabetes, cold: 5 losses, 10 splits; {CHOICE_PARTS} times one loss in one"
    yield row(name, f"{slow:.0f} s", f"{fast:.1f} s", slow / fast, "at least", 200)


def measure_large(
    rows: int, hidden: list[int], batch_size: int, epochs: int, many: int
) -> Iterator[Row]:
    """Both sides do ``epochs``; besides, ``fit`` does 1 and lossbench, to stand out, ``many``."""
    with TemporaryDirectory() as folder:
        (plain_one, _), (plain_some, fast_some), (_, fast_many) = (
            large(Path(folder), rows, hidden, batch_size, n) for n in (1, epochs, many)
        )
        taken = list(map(seconds, (plain_one, fast_some, plain_some, fast_many) * LARGE_ROUNDS))
    one, cold, some, more = (median(taken[turn::4]) for turn in range(4))
    slow, fast = (some - one) / (epochs - 1), (more - cold) / (many - epochs)
    name = f"{rows:,} rows, hidden {hidden}, batches of {batch_size}: an epoch"
    yield row(name, f"{slow:.2f} s", f"{fast:.3f} s", slow / fast, "at least", 1)
    name = f"the same: {epochs} epochs, cold, with pictures"
    yield row(name, f"{some:.1f} s", f"{cold:.1f} s", some / cold, "at least", 1)


def large(
    folder: Path, rows: int, hidden: list[int], batch_size: int, epochs: int
) -> tuple[Command, Command]:
    """Large work on the circles, as a plain script and as a config."""
    text = (PLAIN / "binary_crossentropy.py").read_text()
    for old, new in {
        "n_samples=1000": f"n_samples={rows}",
        "[:500]": f"[:{rows // 2}]",
        "[500:]": f"[{rows // 2}:]",
        HIDDEN.format(50): "".join(map(HIDDEN.format, hidden)),
        "epochs=200": f"epochs={epochs}, batch_size={batch_size}",
    }.items():
        assert old in text, f"binary_crossentropy.py no longer says {old!r}"
        text = text.replace(old, new)
    circles = {"generator": "make_circles", "n_samples": rows, "noise": 0.1, "random_state": 1}
    model = {"model": {"hidden": hidden}, "loss": "binary_crossentropy"}
    values = {"dataset": circles, **model, "epochs": epochs, "batch_size": batch_size}
    script, config = folder / f"epochs_{epochs}.py", folder / f"epochs_{epochs}.yaml"
    script.write_text(text)
    config.write_text(json.dumps(values))  # JSON is YAML
    return plain(script), lossbench(1, "run", str(config))


def measure_network(name: str, title: str, limit: float) -> Iterator[Row]:
    """An epoch of a network that is no perceptron; lossbench does more of them, to stand out.

    A cold start takes a second more or less, so both sides train for some ten seconds.
    """
    few, some, many = 2, 42, 202
    plain = [[sys.executable, str(NETWORKS / f"{name}.py"), str(it)] for it in (few, some)]
    config = str(NETWORKS / f"{name}.yaml")
    ours = [lossbench(1, "run", config, "--epochs", str(it)) for it in (few, many)]
    taken = list(map(seconds, (*plain, *ours) * LARGE_ROUNDS))
    slow_few, slow_some, fast_few, fast_many = (median(taken[turn::4]) for turn in range(4))
    slow, fast = (slow_some - slow_few) / (some - few), (fast_many - fast_few) / (many - few)
    shown = f"{slow:.2f} s", f"{fast:.3f} s"
    yield row(f"{title}: an epoch", *shown, slow / fast, "at least", limit)


def measure_memory() -> Iterator[Row]:
    name = "peak memory, all nine against one script (hinge)"
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        yield (name, "-", "-", "not measured", "at most 1.5", "not measured")
        return
    slow, fast = map(peak_megabytes, (plain(PLAIN / "hinge.py"), lossbench(1, "run-all")))
    yield row(name, f"{slow:.0f} MB", f"{fast:.0f} MB", fast / slow, "at most", 1.5)


def measure_million() -> Iterator[Row]:
    """A file of a million rows of 30 features, 124 MB as float32, and one of a thousand."""
    few, some, many, rows = 1, 3, 5, 1_000_000
    with TemporaryDirectory() as place:
        configs = [million(Path(place), it) for it in (1000, rows)]
        data = str(Path(place) / f"{rows}.npz")
        fits = [[sys.executable, str(FIT_MILLION), data, str(it)] for it in (few, some)]
        ours = [lossbench(1, "run", configs[1], "--epochs", str(it)) for it in (few, many)]
        taken = list(map(seconds, (*fits, *ours) * LARGE_ROUNDS))
        tiny, large = (peak_megabytes(lossbench(1, "run", it)) for it in configs)
        megabytes = rows * 31 * 4 / 1e6
    slow_few, slow_some, fast_few, fast_many = (median(taken[turn::4]) for turn in range(4))
    slow, fast = (slow_some - slow_few) / (some - few), (fast_many - fast_few) / (many - few)
    name = f"{rows:,} rows of 30, hidden [256, 256], batches of 1024: an epoch"
    yield row(name, f"{slow:.2f} s", f"{fast:.2f} s", slow / fast, "at least", 1)
    name = f"the same: peak memory beyond that of 1,000 rows, against {megabytes:.0f} MB of data"
    shown = f"{large - tiny:.0f} MB"
    yield row(name, "-", shown, (large - tiny) * 1.048576 / megabytes, "at most", 1.5)


def million(folder: Path, rows: int) -> str:
    """A config of that many rows, and their file beside it."""
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, 30)).astype(np.float32)
    np.savez(folder / f"{rows}.npz", x=x, y=np.tanh(x[:, :9].sum(axis=1)))
    dataset = {"file": f"{rows}.npz", "target": "y", "train_size": 0.9}
    model = {"model": {"hidden": [256, 256]}, "loss": "mse", "epochs": 1, "batch_size": 1024}
    path = folder / f"rows_{rows}.yaml"
    path.write_text(json.dumps({"dataset": dataset, **model}))
    return str(path)


def peak_megabytes(command: Command) -> float:
    """The most that a process and all below it hold at one time."""
    peak, quiet = 0, subprocess.DEVNULL
    with TemporaryDirectory() as out:
        process = subprocess.Popen([*command, out], cwd=ROOT, stdout=quiet, stderr=quiet)
        while process.poll() is None:
            peak = max(peak, sum(map(kilobytes, family(process.pid))))
            time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"exit code {process.returncode}: {' '.join(command)}")
    progress(f"{peak / 1024:7.0f} MB", command)
    return peak / 1024


def family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has ended since
            for child in children.read_text().split():
                yield from family(int(child))


def kilobytes(pid: int) -> int:
    """Proportional set size: a page that n processes share counts as 1/n."""
    with suppress(OSError, IndexError):  # a process that has ended since
        return int(Path(f"/proc/{pid}/smaps_rollup").read_text().split("Pss:")[1].split()[0])
    return 0


def main() -> None:
    os.environ["LOSSBENCH_CACHE"] = "off"  # each process compiles what it trains
    parser = argparse.ArgumentParser(description=__doc__)
    default = ROOT / "results" / "bench.md"
    parser.add_argument("--markdown", type=Path, default=default, help="default: %(default)s")
    file = parser.parse_args().markdown
    # Everything is imported once, so that neither side pays for a cold disk.
    run([sys.executable, "-c", "import keras, matplotlib.pyplot, sklearn.datasets"])
    rows = [*measure_suite(), *measure_training(), *measure_choice()]
    rows += measure_large(100_000, [50], batch_size=32, epochs=3, many=150)
    rows += measure_large(20_000, [1024, 1024], batch_size=256, epochs=10, many=25)
    rows += measure_network("cnn", "the digits, two convolutions of 64 filters, batches of 32", 5)
    rows += measure_network("lstm", "1,000 sequences of 50 steps, an LSTM of 32, batches of 32", 1)
    rows += [*measure_million(), *measure_memory()]

    table = Table(*HEAD)
    for cells in rows:
        table.add_row(*cells)
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    lines = "".join(f"| {' | '.join(it)} |\n" for it in (HEAD, ["---"] * len(HEAD), *rows))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"# lossbench beside plain Keras\n\n{lines}{NOTES}")


if __name__ == "__main__":
    main()
