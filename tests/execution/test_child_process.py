"""What trains beside this process: nothing of the working directory, and a cause where it dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from pathlib import Path

import keras
import pytest

from lossbench.config import own_function as own_code
from lossbench.execution.child_process import started
from lossbench.training.startup import WrongSetting, import_training

LOSSBENCH = [str(Path(sys.executable).with_name("lossbench"))]
CONFIG = """\
dataset: {generator: make_circles, n_samples: 100, noise: 0.1, random_state: 1}
model: {hidden: [4]}
loss: hinge
epochs: 2
repeats: 2
"""
OWN = "{function: theirs:%s, labels: -1/1}"
# It says that it was imported, with nothing that would be imported from a file, and is of no use.
PLANTED = """\
import posix
log = posix.open({log!r}, posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND)
posix.write(log, __name__.encode() + b"\\n")
raise ImportError("planted")
"""


def lossbench(
    folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LOSSBENCH, *arguments, "--quiet"],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stranger's folder: a config, and a file with the name of every module there is."""
    (tmp_path / "it.yaml").write_text(CONFIG)
    loaded = {name.partition(".")[0] for name in sys.modules} | {*sys.stdlib_module_names}
    for name in loaded - {"lossbench", "theirs"}:
        path = tmp_path / f"{name}.py"
        path.write_text(PLANTED.format(log=str(tmp_path / "imported")))
    return tmp_path


def test_a_run_imports_nothing_from_the_working_directory(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) > 350
    done = lossbench(folder, "run", "it.yaml", "--jobs", "2", "--save-model")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (folder / "imported").exists()


def test_with_own_code_that_module_alone_is_imported_from_there(folder: Path) -> None:
    (folder / "own.yaml").write_text(CONFIG.replace("hinge", OWN % "loss"))
    (folder / "theirs.py").write_text(
        "import keras, struct, random\ndef loss(y, p):\n    return keras.ops.square(y - p)\n"
    )
    # Python itself looks here for what it starts with, if it is told to as it is here.
    for name in [*sys.stdlib_module_names, "_distutils_hack"]:
        (folder / f"{name}.py").unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "lossbench", "run", "own.yaml", "--allow-code", "--quiet"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f":{folder}/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not (folder / "imported").exists()


def test_that_a_planted_file_would_be_seen(folder: Path) -> None:
    code = [sys.executable, "-c", "import struct"]
    assert subprocess.run(code, cwd=folder, check=False, capture_output=True).returncode == 1
    # From Python 3.13 on others come first, with which it shows where an error was.
    assert {"struct", "linecache"} & set((folder / "imported").read_text().split())


def test_an_own_module_of_a_name_that_is_taken_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "random.py").write_text("def loss(y, p): ...")
    said = own_code.missing("random:loss")
    assert said
    assert "another module has that name" in said
    with pytest.raises(ImportError, match=r"another module has that name .*random\.py"):
        own_code.load("random:loss")


def test_an_own_package_is_imported_whole_and_a_module_without_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "package_of_mine").mkdir()
    (tmp_path / "package_of_mine" / "helper.py").write_text("VALUE = 3")
    (tmp_path / "package_of_mine" / "losses.py").write_text(
        "from package_of_mine.helper import VALUE\ndef loss(): return VALUE"
    )
    assert own_code.missing("package_of_mine.losses:loss") is None
    assert own_code.load("package_of_mine.losses:loss")() == 3

    (tmp_path / "helper_of_mine.py").write_text("VALUE = 3")
    (tmp_path / "losses_of_mine.py").write_text("import helper_of_mine")
    with pytest.raises(ImportError, match="only 'losses_of_mine' is imported; make one package"):
        own_code.load("losses_of_mine:loss")
    assert "helper_of_mine" not in sys.modules
    assert str(tmp_path) not in sys.path


ELSEWHERE = {
    "KERAS_BACKEND": "jax",
    "KERAS_NNX_ENABLED": "true",
    "KERAS_MAX_EPOCHS": "one",
    "TF_USE_LEGACY_KERAS": "1",
    "TF2_BEHAVIOR": "0",
    "TF_XLA_FLAGS": "--unknown",
    "XLA_FLAGS": "--unknown",
}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "results" / "it").iterdir()}


def test_settings_from_outside_change_no_byte(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(CONFIG)
    run = ("run", "it.yaml", "--save-model", "--force")
    lossbench(tmp_path, *run)
    before = content(tmp_path)
    assert "model.keras" in before
    for place, keras_json in (
        (".keras", '{"floatx": "float64", "epsilon": 0.1, "image_data_format": "channels_first"}'),
        ("home", '{"floatx": "float3", "epsilon": 1, "backend": "torch"}'),
    ):
        (tmp_path / place).mkdir()
        (tmp_path / place / "keras.json").write_text(keras_json)
        home = {"KERAS_HOME": place} if place == "home" else {"HOME": str(tmp_path)}
        done = lossbench(tmp_path, *run, **ELSEWHERE, **home)
        assert (done.returncode, done.stderr) == (0, "")
        assert content(tmp_path) == before
        assert (tmp_path / place / "keras.json").read_text() == keras_json


@pytest.mark.parametrize(
    ("change", "back", "said"),
    [
        (
            lambda: keras.config.set_floatx("float64"),
            "float32",
            "floatx float64; .*float32",
        ),
        (
            lambda: keras.config.set_epsilon(1e-3),
            1e-7,
            "epsilon 0.001; .* 1e-07",
        ),
        (
            lambda: keras.config.set_dtype_policy("mixed_bfloat16"),
            "float32",
            "dtype_policy mixed_bfloat16; .*",
        ),
    ],
)
def test_what_a_program_has_set_before_is_refused(
    change: Callable[[], None], back: float | str, said: str
) -> None:
    change()
    try:
        with pytest.raises(WrongSetting, match=said):
            import_training()
    finally:
        if isinstance(back, float):
            keras.config.set_epsilon(back)
        else:
            keras.config.set_floatx(back)
            keras.config.set_dtype_policy(back)
    import_training()


def listen(errors: Connection) -> None:
    os.dup2(errors.fileno(), 2)


def die(how: str) -> None:
    os.write(2, b"I0000 00:00:1.1 1 note.cc:1] of no interest\nlast words\n  not these\n")
    if how == "flood":
        os.write(2, b"x" * 10**6)
    if how == "without a name":
        os.kill(os.getpid(), signal.SIGRTMIN + 3)
    if how in ("exit", "flood"):
        os._exit(3)
    if how == "fatal":
        os.write(2, b"F0000 00:00:1.1 1 file.cc:7] Check failed: 1 == 2\n*** stack trace ***\n")
        os.abort()
    os.kill(os.getpid(), signal.Signals[how])


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("SIGKILL", "was killed by the system; was there memory enough?"),
        ("SIGSEGV", "was ended by SIGSEGV; it last wrote: last words"),
        ("SIGTERM", "was ended by SIGTERM; it last wrote: last words"),
        ("without a name", f"was ended by signal {signal.SIGRTMIN + 3}; it last wrote: last words"),
        ("flood", f"ended with exit code 3; it last wrote: {'x' * 500}"),
        ("exit", "ended with exit code 3; it last wrote: last words"),
        ("fatal", "was ended by SIGABRT; it last wrote: Check failed: 1 == 2"),
    ],
)
def test_how_a_process_died_is_told(how: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    pool, process = started(listen)
    with pytest.raises(BrokenProcessPool):
        pool.submit(die, how).result()
    assert process.death() == said
    deadline = time.monotonic() + 5
    while "last words" not in (written := capfd.readouterr().err) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "last words" in written
    assert "of no interest" not in written


OWN_CODE = """\
import os, sys, keras

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(one)

class Silent(BaseException):
    def __str__(self):
        return 5

def silent(y, p):
    raise Silent

def odd(y, p):
    raise Odd("of two arguments", 2)

def leaving(y, p):
    sys.exit(3)

def deep(y, p):
    return deep(y, p)

def short_of_memory(y, p):
    raise MemoryError

def ending(y, p):
    os._exit(4)
"""


def test_what_own_code_raises_is_told_and_the_others_are_trained(tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(OWN_CODE)
    names = ["odd", "silent", "leaving", "deep", "short_of_memory", "ending"]
    for name in names:
        (tmp_path / f"{name}.yaml").write_text(CONFIG.replace("hinge", OWN % name))
    (tmp_path / "hinge.yaml").write_text(CONFIG)
    # It is still trained when the next one, compiled meanwhile, ends their process.
    (tmp_path / "long.yaml").write_text(CONFIG.replace("epochs: 2", "epochs: 50000"))
    configs = [f"{name}.yaml" for name in [*names[:-1], "long", names[-1], "hinge"]]
    done = lossbench(tmp_path, "run", *configs, "--allow-code")
    assert done.returncode == 1
    said = [
        "odd: ValueError: theirs:odd raised Odd: of two arguments;",
        "silent: Silent",
        "leaving: SystemExit: 3",
        "deep: ValueError: theirs:deep raised RecursionError: maximum recursion depth exceeded;",
        "short_of_memory: ValueError: theirs:short_of_memory raised MemoryError;",
        "ending: the training process ended with exit code 4",
    ]
    for line, text in zip(done.stderr.splitlines(), said, strict=True):
        assert line.startswith(f"Error: {text}")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()[::2]] == ["long", "hinge"]
