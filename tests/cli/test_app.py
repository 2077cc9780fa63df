"""The command as a user meets it: each test runs it in a process of its own."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import lossbench
from lossbench.config.load import BUNDLED, in_folder, load

NINE = [path.stem for path in in_folder(BUNDLED)]
SHORT = ("--epochs", "2", "--repeats", "2")
FILES = {"config.yaml", "history.csv", "learning_curves.png", "metrics.json"}
LINE = r"Train: (\d+\.\d{3}), Test: (\d+\.\d{3})"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
CONFIG = """\
dataset: {generator: make_moons, noise: 0.1}
model: {hidden: [5]}
loss: bce
epochs: 2
repeats: 2
"""
# It reaches infinity in the first epoch.
DIVERGING = """\
dataset: {generator: make_regression, n_features: 20, noise: 0.1}
model: {hidden: [5]}
loss: mse
optimizer: {learning_rate: 1e30}
epochs: 2
repeats: 2
"""
COMMANDS = ("run", "run-all", "new", "compare", "report", "list", "validate", "schema")


def run(cwd: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lossbench", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=90)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def folders(path: Path) -> set[str]:
    return {file.parent.relative_to(path).as_posix() for file in path.rglob("metrics.json")}


def assert_plain(text: str) -> None:
    """The text has no control characters, no blank lines at its end and nothing of TensorFlow."""
    assert not CONTROL.search(text)
    assert not text.endswith("\n\n")
    assert not re.search("tensorflow|cuda|oneDNN|absl|XLA", text, re.IGNORECASE)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, str]:
    """The nine in a folder of their own: the folder, the JSON document and standard error."""
    cwd = tmp_path_factory.mktemp("suite")
    done = run(cwd, "run-all", "--json", "--quiet", *SHORT)
    assert done.returncode == 0, done.stderr
    return cwd / "results", json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """One experiment that goes well, one that diverges, one whose folder cannot be written."""
    cwd = tmp_path_factory.mktemp("mixed")
    (cwd / "diverging.yaml").write_text(DIVERGING)
    (cwd / "results").mkdir()
    (cwd / "results" / "5000-samples").write_text("in the way")
    return cwd, run(cwd, "run", "5000-samples/hinge", "diverging.yaml", "mse", *SHORT)


def test_run_all_writes_the_nine_and_the_summary(suite: tuple[Path, Any, str]) -> None:
    results, _, _ = suite
    assert {path.name for path in results.iterdir()} == {*NINE, "summary.json", "summary.md"}
    for name in NINE:
        assert set(contents(results / name)) >= FILES


def test_json_is_one_document_of_what_the_files_say(suite: tuple[Path, Any, str]) -> None:
    results, document, _ = suite
    assert [it["name"] for it in document["experiments"]] == NINE
    assert document["failed"] == {}
    for experiment in document["experiments"]:
        path = results / experiment["name"] / "metrics.json"
        digests = {"files", "sha256"}  # of the files, which the document has not
        stored = json.loads(path.read_text())
        assert digests < stored.keys()
        assert {name: it for name, it in stored.items() if name not in digests} == experiment
        assert [it["seed"] for it in experiment["runs"]] == [0, 1]
        assert experiment["config"]["epochs"] == 2


def test_quiet_leaves_standard_error_empty(suite: tuple[Path, Any, str]) -> None:
    assert suite[2] == ""


def test_run_again_gives_the_same_bytes_from_a_name_and_mirrors_the_configs(
    suite: tuple[Path, Any, str], tmp_path: Path
) -> None:
    done = run(tmp_path, "run", "5000-samples/hinge", "mse", *SHORT)
    assert done.returncode == 0
    assert folders(tmp_path) == {"results/5000-samples/hinge", "results/mse"}
    assert contents(tmp_path / "results" / "mse") == contents(suite[0] / "mse")


def test_resolved_config_run_again_gives_the_same_bytes(
    suite: tuple[Path, Any, str], tmp_path: Path
) -> None:
    names = ("hinge", "categorical_crossentropy")
    configs = [suite[0] / name / "config.yaml" for name in names]
    assert run(tmp_path, "run", *configs, "--out", "again").returncode == 0
    assert folders(tmp_path) == {f"again/{name}" for name in names}
    for name in names:
        assert contents(tmp_path / "again" / name) == contents(suite[0] / name)


def test_run_all_of_a_folder_writes_to_a_folder_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "my configs").mkdir()
    (tmp_path / "my configs" / "moons.yaml").write_text(CONFIG)
    done = run(tmp_path, "run-all", "my configs", "--seed", 7, "--repeats", 1)
    assert done.returncode == 0
    results = tmp_path / "results" / "my configs"
    assert {path.name for path in results.iterdir()} == {"moons", "summary.json", "summary.md"}
    assert re.fullmatch(f"moons: accuracy, seed 7\n{LINE}\n", done.stdout)
    report = "Report: lossbench report 'results/my configs'\n"
    assert done.stderr == f"moons: 1 of 1 trainings done\n{report}"


def test_lines_of_results_are_the_medians(mixed: tuple[Path, Any]) -> None:
    cwd, done = mixed
    diverging, mse = "diverging: mse, median of 2 seeds", "mse: mse, median of 2 seeds"
    lines = done.stdout.splitlines()
    assert lines[:3] == [diverging, "Train: nan, Test: nan", mse]
    assert len(lines) == 4
    printed = re.fullmatch(LINE, lines[3])
    assert printed
    summary = json.loads((cwd / "results" / "mse" / "metrics.json").read_text())["summary"]
    medians = [f"{summary[part]['mse']['median']:.3f}" for part in ("train", "test")]
    assert list(printed.groups()) == medians


def test_failure_is_one_line_and_the_others_run(mixed: tuple[Path, Any]) -> None:
    cwd, done = mixed
    assert done.returncode == 1
    assert folders(cwd) == {"results/diverging", "results/mse"}
    (error,) = (line for line in done.stderr.splitlines() if line.startswith("Error"))
    assert error.startswith("Error: hinge: ")
    assert "5000-samples" in error
    assert error.endswith("(--debug shows the traceback)")
    assert "Traceback" not in done.stderr
    assert (cwd / "results" / "5000-samples").read_text() == "in the way"


def test_divergence_is_warned_of(mixed: tuple[Path, Any]) -> None:
    assert "Warning: diverging: 2 of 2 trainings diverged\n" in mixed[1].stderr


def test_pipe_gets_plain_lines(mixed: tuple[Path, Any]) -> None:
    done = mixed[1]
    assert_plain(done.stdout)
    assert_plain(done.stderr)
    assert "mse: 2 of 2 trainings done\n" in done.stderr


def test_exit_code_1_where_all_seeds_diverged(tmp_path: Path) -> None:
    (tmp_path / "diverging.yaml").write_text(DIVERGING)
    done = run(tmp_path, "run", "diverging.yaml", "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert [it["diverged"] for it in document["experiments"]] == [2]
    assert document["failed"] == {}


# A command whose code catches what a signal raises: for good, or to raise something else.
CATCHING = """
import os, signal, sys, time
from lossbench.cli import app as cli
def app(**_):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    except BaseException:
        if sys.argv[1:]:
            raise SyntaxError("of an import that was cut short")
        while True:
            time.sleep(0.1)
cli.app = app
cli.main()
"""


@pytest.mark.parametrize("arguments", [(), ("raises",)])
def test_a_signal_ends_the_command_whatever_catches_it(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CATCHING, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (143, "Interrupted: what was finished is kept.\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_the_training_at_once_and_keeps_what_was_finished(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "short.yaml").write_text(CONFIG)
    (tmp_path / "long.yaml").write_text(CONFIG.replace("epochs: 2", "epochs: 10000000"))
    command = [sys.executable, "-m", "lossbench", "run", "short.yaml", "long.yaml"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "short: accuracy, median of 2 seeds\n"
        assert re.fullmatch(LINE, process.stdout.readline().strip())
        time.sleep(1)
        sent = time.monotonic()
        process.send_signal(number)
        # Ends with the last process that holds the pipe: the one that trains, too.
        errors = process.stderr.read()
        assert process.wait() == code
        assert time.monotonic() - sent < 2
    assert errors.endswith("Interrupted: what was finished is kept.\n")
    assert "Traceback" not in errors
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["short"]
    assert set(contents(tmp_path / "results" / "short")) >= FILES


@pytest.mark.parametrize("command", ["run", "run-all", "validate"])
def test_wrong_config_is_exit_code_2_and_nothing_is_written(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "configs"
    folder.mkdir()
    (folder / "good.yaml").write_text(CONFIG)
    (folder / "wrong.yaml").write_text(CONFIG.replace("epochs: 2", "epochs: 0"))
    configs = ["configs"] if command == "run-all" else ["configs/good.yaml", "configs/wrong.yaml"]
    done = run(tmp_path, command, *configs)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "Error: configs/wrong.yaml:4: epochs: 0 must be at least 1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["configs"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["validate"],
        ["rum", "hinge"],
        ["run", "hinge", "--epochs", "0"],
        ["run", "hinge", "--repeats", "x"],
        ["run", "hinge", "--seed", "4294967296"],
        ["run", "hinge", "--nonsense"],
        ["run-all", "nowhere"],
        ["run", "hinge", "5000-samples/hinge"],
        ["validate", "hige"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--debug", "validate"], ["validate", "--debug"]])
def test_debug_shows_the_traceback(arguments: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, *arguments, "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("Traceback (most recent call last)")
    assert "ConfigError: nowhere: no such file" in done.stderr


@pytest.mark.parametrize("command", [[], *([it] for it in COMMANDS)], ids=" ".join)
def test_help_has_examples(command: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, *command, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Examples:\n" in done.stdout
    assert f"  lossbench {' '.join(command)}" in done.stdout.partition("Examples:\n")[2]
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("command", [[], *([it] for it in COMMANDS)], ids=" ".join)
def test_version_everywhere(command: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, *command, "--version")
    assert (done.returncode, done.stdout) == (0, f"lossbench {lossbench.__version__}\n")


def test_validate_says_which_configs_are_well(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(CONFIG)
    done = run(tmp_path, "validate", "my.yaml", "hinge")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"my.yaml: ok\n{BUNDLED / 'hinge.yaml'}: ok\n"


def test_list_names_all_there_is(tmp_path: Path) -> None:
    text, document = run(tmp_path, "list"), run(tmp_path, "list", "--json")
    assert text.returncode == document.returncode == 0
    assert_plain(text.stdout)
    catalogue = json.loads(document.stdout)
    assert catalogue["experiments"][:9] == NINE
    assert len(catalogue["experiments"]) == 16
    assert [load(name).name for name in catalogue["experiments"][9:]] == [
        name.removeprefix("5000-samples/") for name in catalogue["experiments"][9:]
    ]
    assert catalogue["losses"]["hinge"]["labels"] == "-1/1"
    lines = [line.split() for line in text.stdout.splitlines()]
    names = [*catalogue["experiments"], *catalogue["losses"], *catalogue["generators"]]
    names += [*catalogue["optimizers"], *catalogue["schedules"]]
    assert max(map(len, text.stdout.splitlines())) <= 80
    for name in names:
        assert name in {line[0] for line in lines if line}
    assert ["hinge", "binary", "1", "tanh", "-1/1"] in lines


def modules_after(statement: str, cwd: Path) -> set[str]:
    """The heavy packages among the modules that a statement imports, in a process of its own."""
    code = (
        f"import sys\ntry:\n    {statement}\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'pandas', 'sklearn'} & set(sys.modules)\n"
        "print(*heavy, file=sys.stderr)"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True, timeout=90)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], set()),
        *(([command, "--help"], set()) for command in COMMANDS),
        (["list"], set()),
        (["list", "--json"], set()),
        (["validate", "hinge"], {"sklearn"}),
        (["validate", "mse"], {"sklearn"}),
    ],
)
def test_light_commands_import_nothing_heavy(
    arguments: list[str], allowed: set[str], tmp_path: Path
) -> None:
    call = f"sys.argv[1:] = {arguments}; from lossbench.cli.app import main; main()"
    assert modules_after(call, tmp_path) <= allowed


def test_the_look_for_heavy_imports_can_fail(tmp_path: Path) -> None:
    found = modules_after(
        "import os; os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'; import lossbench.training.train",
        tmp_path,
    )
    assert {"tensorflow", "keras"} <= found


RESULTS = Path(__file__).parents[2] / "results"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """What ``compare`` prints of the stored results, and its pictures."""
    cwd = tmp_path_factory.mktemp("compared")
    done = run(cwd, "compare", RESULTS, "--pictures", "pictures")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, contents(cwd / "pictures")


def test_compare_tells_of_the_stored_results_and_imports_no_tensorflow(
    compared: tuple[str, dict[str, bytes]],
) -> None:
    stdout, pictures = compared
    assert "\nmake_blobs, 1000 rows: accuracy\nexperiment   " in stdout
    assert "\n- binary_crossentropy is better than hinge on test accuracy: in " in stdout
    assert_plain(stdout)
    assert {"boundaries_1.png", "boundaries_2.png"} <= set(pictures)
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())


@pytest.mark.parametrize("broken", [False, True])
def test_no_setting_of_matplotlib_has_a_say_in_a_picture(
    compared: tuple[str, dict[str, bytes]], tmp_path: Path, broken: bool
) -> None:
    """Nor a home that cannot be written, of which nothing is said."""
    settings = b"text.usetex: True\nfont.size: 30\naxes.formatter.use_locale: True\n"
    settings += b"broken \xff" if broken else b"nonsense: 1\n"
    here, home = tmp_path / "here", tmp_path / "home"
    styles = home / ".config" / "matplotlib" / "stylelib"
    for folder in (here, styles, styles.parent):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "matplotlibrc").write_bytes(settings)
    (styles / "mine.mplstyle").write_bytes(settings)
    environment = {
        "HOME": str(home),
        "MPLBACKEND": "nonsense",
        "MATPLOTLIBRC": str(here / "matplotlibrc"),
        "XDG_CONFIG_HOME": "",
        "MPLCONFIGDIR": str(here / "matplotlibrc") if broken else "",
    }
    command = [sys.executable, "-m", "lossbench", "compare", RESULTS, "--pictures", "pictures"]
    done = subprocess.run(
        command, cwd=here, env=os.environ | environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert contents(here / "pictures") == compared[1]


def test_compare_prints_one_json_document_or_csv(tmp_path: Path) -> None:
    document = json.loads(run(tmp_path, "compare", RESULTS, "--json").stdout)
    assert len(document["groups"]) == 3
    text = run(tmp_path, "compare", RESULTS, "--csv", "--metric", "accuracy").stdout
    head, *rows = csv.reader(text.splitlines())
    assert len(rows) == 12  # two groups of three pairs on two parts
    assert {len(row) for row in rows} == {len(head)}
    markdown = run(tmp_path, "compare", RESULTS, "--md").stdout
    assert "## make_circles, 1000 rows: accuracy\n\n| experiment |" in markdown


@pytest.mark.parametrize("command", ["compare", "report"])
def test_a_missing_folder_is_one_line(command: str, tmp_path: Path) -> None:
    done = run(tmp_path, command, "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: nowhere: does not exist; 'lossbench run-all' makes results\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--json", "--csv")])
def test_compare_of_nothing_or_in_two_formats_is_wrong_usage(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = run(tmp_path, "compare", *(options or (tmp_path,)))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr
