"""What is stored is not trained again, and what is left is what one run would have left."""

import json
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil
import pytest
import typer

from lossbench.cli import app as cli
from lossbench.cli.terminal import MOST_BARS, Bars
from lossbench.config.experiment import Experiment
from lossbench.config.load import Case
from lossbench.evidence import summary
from lossbench.execution.process import Event, TrainingProcess, Work
from lossbench.results.read import read_result
from lossbench.results.result import Result, Training, shortest
from lossbench.suite import run as runner
from lossbench.training.train import trainer

FILES = {"config.yaml", "history.csv", "learning_curves.png", "metrics.json", "weights.npz"}
MOONS = """\
dataset: {generator: make_moons, noise: 0.1}
model: {hidden: [5]}
loss: bce
epochs: 2
repeats: 2
"""
LINEAR = """\
dataset: {generator: make_regression, n_features: 20, noise: 0.1, standardize: {target: all}}
model: {hidden: [4]}
loss: mse
epochs: 2
repeats: 2
"""


class Here(TrainingProcess):
    """Trains in this process, which has TensorFlow already, and remembers what."""

    def __init__(self) -> None:
        super().__init__()
        self.trained: list[tuple[str, int]] = []

    def train(self, works: Sequence[Work]) -> Iterator[Event]:
        for number, work in enumerate(works):
            train = trainer(work.experiment, work.split)
            for seed in work.seeds:
                self.trained.append((work.experiment.name, seed))
                yield number, train(seed)


Cases = Callable[..., list[Case]]
Suite = Callable[..., tuple[list[tuple[str, int]], list[runner.Plan]]]


@pytest.fixture(scope="module")
def cases(experiment_of: Callable[..., Experiment]) -> Cases:
    """Two small experiments; some seeds of the second diverge."""
    kinds = {
        "hinge": ("binary classification", {}),
        "mse": ("regression", {"optimizer": {"learning_rate": 0.15}}),
    }

    def make(names: Sequence[str] = ("hinge", "mse"), **changes: Any) -> list[Case]:
        made = []
        for name in names:
            problem, its = kinds[name]
            experiment = experiment_of(problem, name, model={"hidden": [4]}, **its, **changes)
            made.append(Case(Path(f"{name}.yaml"), experiment, experiment.dataset.load()))
        return made

    return make


@pytest.fixture(scope="module")
def suite(cases: Cases) -> Suite:
    """Runs them; gives the trainings that there were, by name and seed, and the plans."""

    def run(
        out: Path, force: bool = False, **changes: Any
    ) -> tuple[list[tuple[str, int]], list[runner.Plan]]:
        made = cases(**changes)
        process = Here()
        plans = list(runner.plan(made, [out / case.experiment.name for case in made], force))
        for outcome in runner.run_suite(process, plans, lambda *_: None):
            assert isinstance(outcome, Result), outcome
        return process.trained, plans

    return run


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def strays(folder: Path) -> list[Path]:
    return [*folder.rglob(".*"), *folder.rglob("tmp*")]


@pytest.fixture(scope="module")
def at_once(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seeds of each, trained at once."""
    out = tmp_path_factory.mktemp("at once")
    trained, _ = suite(out, repeats=4)
    assert trained == [(name, seed) for name in ("hinge", "mse") for seed in range(4)]
    return out


@pytest.fixture
def out(at_once: Path, tmp_path: Path) -> Path:
    """A copy of those results."""
    return shutil.copytree(at_once, tmp_path / "out")


def test_some_trainings_diverged_and_some_did_not(at_once: Path) -> None:
    assert 0 < read_result(at_once / "mse").diverged < 4


def test_what_is_stored_is_not_trained_and_not_touched(suite: Suite, out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    trained, plans = suite(out, repeats=4)
    assert trained == []
    assert [plan.stored for plan in plans] == [4, 4]
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_force_trains_again(suite: Suite, out: Path, at_once: Path) -> None:
    trained, plans = suite(out, force=True, names=["hinge"], repeats=4)
    assert trained == [("hinge", seed) for seed in range(4)]
    assert plans[0].stored == 0
    assert tree(out) == tree(at_once)


def test_more_repeats_train_the_missing_seeds_and_leave_what_one_run_leaves(
    suite: Suite, tmp_path: Path, at_once: Path
) -> None:
    # The last first, so that those missing lie on both sides of those stored.
    suite(tmp_path, repeats=1, seed=1)
    trained, plans = suite(tmp_path, repeats=4)
    assert trained == [(name, seed) for name in ("hinge", "mse") for seed in (0, 2, 3)]
    assert [plan.stored for plan in plans] == [1, 1]
    assert tree(tmp_path) == tree(at_once)


@pytest.mark.parametrize("seeds", [{"repeats": 2}, {"seed": 3, "repeats": 1}])
def test_fewer_seeds_leave_all_that_is_stored_untouched_and_it_is_said(
    suite: Suite, out: Path, seeds: dict[str, int]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    trained, (plan, _) = suite(out, **seeds)
    assert trained == []
    assert plan.remark == f"more than the {seeds['repeats']} asked for; all are kept"
    assert (plan.stored, plan.case.experiment.seeds) == (4, range(4))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_what_changes_beside_fewer_seeds_is_written_for_all_that_are_stored(
    suite: Suite, out: Path, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {"published": {"f1": {"test": 0.5}}, "metrics": ["f1"]}
    suite(tmp_path / "new", names=["hinge"], repeats=4, **changes)
    assert suite(out, names=["hinge"], repeats=1, **changes)[0] == []
    assert tree(out / "hinge") == tree(tmp_path / "new" / "hinge")


def planned(case: Case, folder: Path, *options: str, force: bool = False) -> runner.Plan:
    """The plan for a case of which some keys were given as options."""
    (plan,) = runner.plan([replace(case, options=frozenset(options))], [folder], force)
    return plan


@pytest.mark.parametrize("options", [(), ("seed",)])
def test_seeds_of_which_only_some_are_stored_replace_nothing(
    cases: Cases, out: Path, options: tuple[str, ...]
) -> None:
    (case,) = cases(["hinge"], seed=2, repeats=4)
    plan = planned(case, out / "hinge", *options)
    assert str(plan.error) == (
        f"{out / 'hinge'} holds the trainings from seeds 0 to 3, which the trainings from seeds 2 "
        "to 5 would replace: --out DIR writes elsewhere, --force replaces what is there"
    )
    process, before = Here(), tree(out)
    (outcome,) = runner.run_suite(process, [plan], lambda *_: None)
    assert isinstance(outcome, runner.Failure)
    assert (process.trained, tree(out)) == ([], before)
    assert not planned(case, out / "hinge", *options, force=True).error


@pytest.mark.parametrize("trouble", ["history.csv", "config.yaml", ""])
def test_an_option_of_other_epochs_replaces_nothing_that_is_stored(
    cases: Cases, out: Path, trouble: str
) -> None:
    if trouble:
        (out / "hinge" / trouble).unlink()
    for changes, options, stays in (
        ({"epochs": 1}, ("epochs",), True),
        ({"epochs": 9}, ("epochs",), True),
        ({"epochs": 1, "repeats": 9}, ("epochs", "repeats"), True),
        ({"epochs": 1}, (), True),  # the config was edited, or the longer one was an option's
        ({"epochs": 9}, (), False),
        ({"epochs": 1, "batch_size": 7}, ("epochs",), False),
    ):
        (case,) = cases(["hinge"], **{"repeats": 4, **changes})
        plan = planned(case, out / "hinge", *options)
        assert not planned(case, out / "hinge", *options, force=True).error
        if trouble == "config.yaml":  # of what it is nobody can tell
            said = "holds a result, which is not used (" if options else "None"
        elif stays:
            asks = f"--epochs {case.experiment.epochs}" if options else "1 epoch"
            said = f"holds 4 trainings of 5 epochs, which {asks} would replace: --set epochs="
        else:
            said = "None"
        assert str(plan.error).removeprefix(f"{out / 'hinge'} ").startswith(said)


def test_no_summary_is_written_without_the_results_that_stay(
    cases: Cases, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_all(**changes: Any) -> None:
        made = [replace(it, options=frozenset(changes)) for it in cases(repeats=4, **changes)]
        folders = [out / case.experiment.name for case in made]
        cli._run(Here(), made, folders, out, False, runner.NO_EXTRAS, False, True, False)

    run_all()
    before = tree(out)
    capsys.readouterr()
    with pytest.raises(typer.Exit) as end:
        run_all(epochs=1)
    assert end.value.exit_code == 1
    assert tree(out) == before
    *_, last = capsys.readouterr().err.splitlines()
    assert last.startswith(f"Warning: {out / 'summary.md'} stays as it was")


def test_an_option_of_fewer_seeds_replaces_no_result_that_is_of_no_use(
    cases: Cases, out: Path
) -> None:
    (out / "hinge" / "history.csv").unlink()
    (case,) = cases(["hinge"], repeats=1)
    assert str(planned(case, out / "hinge", "repeats").error) == (
        f"{out / 'hinge'} holds the trainings from seeds 0 to 3, which the training from seed 0 "
        "would replace (its history.csv is missing): --out DIR writes elsewhere, --force replaces "
        "what is there"
    )
    assert planned(case, out / "hinge").error is None
    (case,) = cases(["hinge"], repeats=5)
    assert planned(case, out / "hinge", "repeats").error is None


def test_published_figures_are_rewritten_without_training(suite: Suite, out: Path) -> None:
    published = {"rounded_accuracy": {"test": 0.5}}
    before = tree(out / "hinge")
    assert suite(out, names=["hinge"], repeats=4, published=published)[0] == []
    document = json.loads((out / "hinge" / "metrics.json").read_text())
    assert document["published"]["rounded_accuracy"]["test"]["value"] == 0.5
    assert tree(out / "hinge")["weights.npz"] == before["weights.npz"]
    assert suite(out, names=["hinge"], repeats=4, published={})[0] == []
    assert tree(out / "hinge") == before


def test_further_metrics_are_taken_without_training(
    suite: Suite, out: Path, tmp_path: Path
) -> None:
    suite(tmp_path / "new", names=["hinge"], repeats=4, metrics=["f1"])
    assert suite(out, names=["hinge"], repeats=4, metrics=["f1"])[0] == []
    assert tree(out / "hinge") == tree(tmp_path / "new" / "hinge")


def test_the_bar_of_many_experiments_counts_what_is_stored(cases: Cases) -> None:
    many = [
        case.experiment.model_copy(update={"name": f"it-{number}"})
        for number in range(MOST_BARS + 1)
        for case in cases(["hinge"], repeats=4)
    ]
    with Bars(many, quiet=True) as bars:
        bars.note(many[0], 3, "")
        bars.advance(many[0], 4)
        bars.note(many[1].model_copy(update={"repeats": 9}), 9, "more than the 4 asked for")
        assert bars._bars.tasks[0].completed == 13
        assert bars._bars.tasks[0].total == 4 * len(many) + 5
        assert bars._bars.tasks[2].finished


def test_a_missing_picture_is_drawn_without_training(suite: Suite, out: Path) -> None:
    before = tree(out)
    (out / "hinge" / "dataset.png").unlink()
    assert suite(out, repeats=4)[0] == []
    assert tree(out) == before


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        text = text.replace(old, new)
        if name == "metrics.json":  # without the digest of itself, as in older results
            values = json.loads(text)
            del values["sha256"]
            text = json.dumps(values)
        (folder / name).write_text(text)

    return change


def _cut(name: str) -> Callable[[Path], None]:
    # By a single byte: the last number of history.csv would be another one.
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-3])


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (lambda folder: (folder / "history.csv").unlink(), "its history.csv is missing"),
        (lambda folder: (folder / "weights.npz").unlink(), r"weights\.npz: is missing$"),
        (_cut("history.csv"), r"history\.csv: is damaged or half-written$"),
        (_cut("weights.npz"), r"weights\.npz: is damaged or half-written$"),
        (_cut("metrics.json"), r"metrics\.json: is damaged or half-written$"),
        (_replace("metrics.json", '"TensorFlow": "2', '"TensorFlow": "1'), "is of TensorFlow 1"),
        (_replace("metrics.json", '"lossbench": "1.', '"lossbench": "1.9'), "is of lossbench 1.9"),
        (_replace("metrics.json", '"platform": "', '"platform": "Old'), "is of platform Old"),
        (_replace("metrics.json", '"processor": "', '"processor": "Old'), "is of processor Old"),
        (_replace("metrics.json", '"data_sha256": "', '"data_sha256": "0'), "is of other data"),
        (None, "it is of another config"),
    ],
)
def test_what_is_not_the_result_asked_for_is_trained_again(
    cases: Cases, out: Path, change: Callable[[Path], None] | None, remark: str
) -> None:
    if change:
        change(out / "hinge")
    changes = {} if change else {"batch_size": 500}
    (plan,) = runner.plan(cases(["hinge"], repeats=4, **changes), [out / "hinge"])
    assert (plan.stored, list(plan.missing)) == (0, [0, 1, 2, 3])
    assert re.search(remark, plan.remark), plan.remark


def test_every_float32_comes_back_from_its_text() -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 200_000, dtype=np.uint32)
    values = bits.view(np.float32)
    values = values[~np.isnan(values)]
    texts = [repr(value) for value in shortest(values).tolist()]
    with np.errstate(over="ignore"):
        again = np.loadtxt(texts).astype(np.float32)
    np.testing.assert_array_equal(again.view(np.uint32), values.view(np.uint32))


def test_a_failure_is_no_result(cases: Cases, tmp_path: Path) -> None:
    class Failing(Here):
        def train(self, works: Sequence[Work]) -> Iterator[Event]:
            for number, event in super().train(works):
                if isinstance(event, Training) and event.seed == 1:
                    yield number, ValueError("no more")
                    return
                yield number, event

    for process, trained in ((Failing(), [0, 1]), (Here(), [0, 1, 2])):
        plans = list(runner.plan(cases(["hinge"], repeats=3), [tmp_path / "hinge"]))
        (outcome,) = runner.run_suite(process, plans, lambda *_: None)
        assert isinstance(outcome, runner.Failure) == isinstance(process, Failing)
        assert process.trained == [("hinge", seed) for seed in trained]
        assert (tmp_path / "hinge").exists() != isinstance(process, Failing)


def test_what_cannot_be_written_is_not_trained(cases: Cases, out: Path) -> None:
    (out / "hinge" / "metrics.json").unlink()  # so that it is some other folder
    before = tree(out)
    process = Here()
    plans = list(runner.plan(cases(repeats=4), [out / "hinge", out / "mse"]))
    first, second = runner.run_suite(process, plans, lambda *_: None)
    assert isinstance(first, runner.Failure)
    assert str(first).startswith(f"{out / 'hinge'} is in the way: it holds no metrics.json")
    assert isinstance(second, Result)
    assert process.trained == []
    assert tree(out) == before


def test_a_folder_that_vanishes_is_made_again(cases: Cases, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plans = list(runner.plan(cases(["hinge"], repeats=1), [out / "hinge"]))
    (outcome,) = runner.run_suite(Here(), plans, lambda *_: shutil.rmtree(out))
    assert isinstance(outcome, Result)
    read_result(out / "hinge")


# From here on in processes, as a user runs them.


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "lossbench", *map(str, arguments)]


def run(cwd: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("configs")
    for name, text in (("a", MOONS), ("b", LINEAR)):
        (folder / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture(scope="module")
def reference(configs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of two processes that ran on one folder at the same time."""
    cwd = tmp_path_factory.mktemp("reference")
    both = [
        subprocess.Popen(
            command("run-all", configs, "--out", "out", "--force"),
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    return cwd / "out"


def test_two_processes_on_one_folder_leave_whole_results(reference: Path) -> None:
    assert {path.name for path in reference.iterdir()} == {"a", "b", "summary.json", "summary.md"}
    assert strays(reference) == []
    for name in "ab":
        assert {path.name for path in (reference / name).iterdir()} >= FILES
        read_result(reference / name)


def test_all_stored_is_said_and_starts_no_tensorflow(
    configs: Path, reference: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(reference, tmp_path / "out")
    code = (
        "import sys; import lossbench.execution.process as w\n"
        "def start(self): raise AssertionError('started')\n"
        "w.TrainingProcess.start = start\n"
        f"sys.argv[1:] = ['run-all', {str(configs)!r}, '--out', 'out', '--json']\n"
        "from lossbench.cli.app import main\n"
        "try:\n    main()\n"
        "finally:\n    assert 'tensorflow' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    stored = "".join(f"{name}: 2 of 2 trainings stored\n" for name in "ab")
    assert done.stderr == f"{stored}Report: lossbench report out\n"
    document = json.loads(done.stdout)
    assert document["stored"] == dict.fromkeys("ab", 2)
    assert [it["name"] for it in document["experiments"]] == [*"ab"]
    assert tree(out) == tree(reference)


def check_valid(out: Path) -> None:
    """Every result that can be seen is whole."""
    for folder in out.glob("[!.]*") if out.exists() else ():
        if folder.is_dir():
            assert {path.name for path in folder.iterdir()} >= FILES
            read_result(folder)


class Run(NamedTuple):
    """How a run ended, what it had started, and when the first result was there and all were."""

    code: int
    below: Sequence[psutil.Process]
    first: float
    seconds: float


def run_until(configs: Path, out: Path, moment: float = inf, after_first: bool = False) -> Run:
    """Kill run-all so many seconds after its start or after its first result, if not at the end."""
    begun = time.monotonic()
    with subprocess.Popen(
        command("run-all", configs, "--out", out),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout
        if after_first:
            process.stdout.readline()
        first = time.monotonic() - begun
        below: Sequence[psutil.Process] = []
        try:
            process.wait(timeout=min(moment, 120))
        except subprocess.TimeoutExpired:
            below = psutil.Process(process.pid).children(recursive=True)
            process.kill()
    return Run(process.wait(), below, first, time.monotonic() - begun)


def has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE  # whom nobody may wait for
    except psutil.NoSuchProcess:
        return True


def finish(configs: Path, reference: Path, out: Path, killed: Run) -> None:
    """Look at what a killed run has left, and let the next one end."""
    check_valid(out)
    done = run(out.parent, "run-all", configs, "--out", out)
    assert done.returncode == 0, done.stderr
    assert strays(out) == []
    assert tree(out) == tree(reference)
    assert all(map(has_ended, killed.below))


def test_killed_at_some_moments_the_next_run_finishes(
    configs: Path, reference: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    killed = run_until(configs, out, random.Random(1).uniform(0, 0.3), after_first=True)
    assert (out / "a").exists()
    finish(configs, reference, out, killed)


@pytest.mark.soak
def test_killed_at_50_moments_the_next_run_finishes(
    configs: Path, reference: Path, tmp_path: Path
) -> None:
    """At random ones, every other after the first result, where most is written."""
    whole = run_until(configs, tmp_path / "whole", after_first=True)
    assert whole.code == 0
    random_ones = random.Random(0)
    left: Counter[str] = Counter()
    for trial in range(200):
        out, after_first = tmp_path / str(trial), trial % 2 == 1
        within = whole.seconds - whole.first if after_first else whole.seconds
        killed = run_until(configs, out, random_ones.uniform(0, within), after_first)
        if killed.code:  # else it had ended before
            names = {path.name.partition("-")[0] for path in out.glob("*")}
            left[" ".join(sorted(names)) or "nothing"] += 1
        finish(configs, reference, out, killed)
        if left.total() == 50:
            break
    print(*(f"{count} killed runs left {what}" for what, count in left.most_common()), sep="\n")
    assert left.total() == 50


@pytest.mark.parametrize(
    ("number", "code", "moment"),
    [(signal.SIGINT, 130, 0.6), (signal.SIGTERM, 143, 1.5), (signal.SIGHUP, 129, 1.0)],
)
def test_signal_ends_the_start_at_once(
    configs: Path, tmp_path: Path, number: signal.Signals, code: int, moment: float
) -> None:
    with subprocess.Popen(
        command("run-all", configs, "--out", "out"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        time.sleep(moment)
        sent = time.monotonic()
        process.send_signal(number)
        errors = process.stderr.read()
        assert process.wait() == code
        assert time.monotonic() - sent < 2
    assert errors == "Interrupted: what was finished is kept.\n"
    assert tree(tmp_path) == {}


IN_THE_WAY = """
set -e
mount -t tmpfs -o size=2m none {disk}
cp -r {reference} {disk}/out
{trouble}
set +e
{command}
code=$?
diff -r {reference} {disk}/out || exit 99
exit $code
"""


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        ("head -c 9m /dev/zero > {disk}/filler 2> /dev/null || true", "No space left on device"),
        ("mount -o remount,ro {disk}", "Read-only file system"),
    ],
)
def test_a_disk_that_takes_nothing_is_one_message_and_the_results_stay(
    configs: Path,
    reference: Path,
    own_disk: tuple[list[str], Path],
    tmp_path: Path,
    trouble: str,
    message: str,
) -> None:
    apart, disk = own_disk
    # Nothing needs to be trained for other published figures.
    for path in configs.glob("*.yaml"):
        metric = "accuracy" if "bce" in path.read_text() else "mse"
        text = path.read_text() + f"published: {{{metric}: {{train: 0.5}}}}\n"
        (tmp_path / path.name).write_text(text)
    script = IN_THE_WAY.format(
        disk=disk,
        reference=reference,
        trouble=trouble.format(disk=disk),
        command=shlex.join(command("run-all", tmp_path, "--out", disk / "out", "--quiet")),
    )
    done = subprocess.run([*apart, script], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert re.fullmatch(
        rf"Error: {disk}/out\S*: {message} \(--debug shows the traceback\)\n", done.stderr
    )


def test_a_file_in_place_of_the_folder_is_one_message(configs: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    done = run(tmp_path, "run-all", configs, "--out", "out")
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == (
        "",
        "Error: out is in the way: it is not a folder (--debug shows the traceback)\n",
    )
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("name", ["tensorboard", "tensorboard/mine", "notes.txt", "config.yaml/x"])
def test_a_folder_with_a_person_s_files_in_it_is_not_replaced(
    cases: Cases, out: Path, name: str
) -> None:
    mine = out.parent / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")
    path = out / "hinge" / name
    if name.startswith("config.yaml"):
        path.parent.unlink()
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(mine) if name == "tensorboard" else path.write_text("mine")
    before = tree(out)
    for force in (False, True):
        (plan,) = runner.plan(cases(["hinge"], repeats=4), [out / "hinge"], force)
        assert str(plan.error) == (
            f"{out / 'hinge'} is in the way: it holds {name}, which is no file of a result; move "
            "that elsewhere"
        )
    assert tree(out) == before


def test_a_link_among_files_for_other_programs_is_not_copied(suite: Suite, out: Path) -> None:
    (out.parent / "thesis.tex").write_text("years of work")
    (out / "hinge" / "model.keras").symlink_to(out.parent / "thesis.tex")
    (out / "hinge" / "learning_curves.png").unlink()  # so that it is written anew
    suite(out, names=["hinge"], repeats=4)
    assert not (out / "hinge" / "model.keras").exists()
    assert (out.parent / "thesis.tex").read_text() == "years of work"


def test_metrics_of_another_program_are_not_replaced(cases: Cases, tmp_path: Path) -> None:
    (tmp_path / "hinge").mkdir()
    (tmp_path / "hinge" / "metrics.json").write_text('{"accuracy": 0.9}')
    (plan,) = runner.plan(cases(["hinge"]), [tmp_path / "hinge"])
    assert "metrics.json is in the way: lossbench did not write it" in str(plan.error)


def test_what_another_run_stored_meanwhile_is_kept(cases: Cases, suite: Suite, out: Path) -> None:
    """As of a quick look that was planned before it, and ends after it."""
    slow = out.parent / "slow"
    (few,) = cases(["hinge"], repeats=1)
    (short,) = cases(["hinge"], epochs=2)
    plans = [
        *runner.plan([few], [slow / "hinge"]),
        *runner.plan([replace(short, options=frozenset({"epochs"}))], [slow / "hinge"]),
    ]
    gone = replace(plans[0], seen=(0, 0))  # a result was there and is no more
    (outcome,) = runner.run_suite(Here(), [gone], lambda *_: None)
    assert isinstance(outcome, Result)
    assert (slow / "hinge").is_dir()
    suite(slow, names=["hinge"], repeats=4)
    before = tree(slow)
    for plan, said in zip(plans, ("Result(", "holds 4 trainings of 5 epochs, which"), strict=True):
        (outcome,) = runner.run_suite(Here(), [plan], lambda *_: None)
        assert said in str(outcome)
        assert tree(slow) == before


@pytest.mark.parametrize("name", ["summary.json", "summary.md"])
def test_a_summary_of_somebody_else_is_not_replaced(tmp_path: Path, name: str) -> None:
    for file, content in summary.files([], {"it": "why"}).items():
        (tmp_path / file).write_bytes(content)
    summary.refuse(tmp_path)
    (tmp_path / name).write_text("# Results\n\nof my thesis")
    with pytest.raises(FileExistsError, match=f"{name} is in the way: lossbench did not write it"):
        summary.refuse(tmp_path)
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(FileExistsError):
        summary.refuse(tmp_path)


@pytest.mark.parametrize("name", ["sweep.json", "sweep.md", "sweep.png"])
def test_a_table_of_somebody_else_is_not_replaced_by_that_of_a_sweep(
    tmp_path: Path, name: str
) -> None:
    runner.refuse_sweep(tmp_path)
    (tmp_path / name).write_text("# my own")
    with pytest.raises(FileExistsError, match=f"{name} is in the way: lossbench did not write it"):
        runner.refuse_sweep(tmp_path)
