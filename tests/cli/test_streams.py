"""What cannot be printed is lost alone, and said."""

import errno
import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lossbench.cli import terminal
from lossbench.cli.streams import Stream

CONFIG = """\
dataset: {generator: make_moons, noise: 0.1}
model: {hidden: [5]}
loss: bce
epochs: 2
repeats: 1
"""
COMMAND = [sys.executable, "-m", "lossbench"]


def shell(command: str) -> tuple[int, str]:
    """The exit code of a command and what it wrote to standard error, where there is one."""
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_stream_whose_reader_went_away_takes_all_and_remembers_it() -> None:
    reader, writer = os.pipe()
    stream = Stream(os.fdopen(writer, "wb"), "utf-8")
    print("first", file=stream)
    assert os.read(reader, 99) == b"first\n"
    assert stream.error is None
    os.close(reader)
    for _ in range(3):
        print("lost", file=stream)
    assert stream.error
    assert stream.error.errno == errno.EPIPE
    stream.close()  # what was in the buffer is no error any more


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "utf-16"])
def test_a_json_document_and_text_can_be_printed_in_every_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"names": ["π", "naïve", "\N{GRINNING FACE}", "\udcff"]}
    file = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Stream(file, encoding, "backslashreplace"))
    terminal.print_json(document)
    assert json.loads(file.getvalue().decode(encoding)) == document
    if encoding != "utf-16":
        assert json.loads(file.getvalue().decode("utf-8")) == document
    terminal.out.print("\N{GREEK SMALL LETTER PI}")
    assert file.getvalue().decode(encoding).endswith(("π\n", "\\u03c0\n"))


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("lossbench list > /dev/full", 1, "Error: standard output: No space left on device\n"),
        ("lossbench list >&-", 1, "Error: standard output: Bad file descriptor\n"),
        ("lossbench list | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("lossbench validate nowhere 2> /dev/full", 2, ""),
        ("lossbench validate nowhere 2>&- >&-", 2, ""),
    ],
)
def test_a_command_that_only_prints_says_in_a_line_that_it_could_not(
    command: str, code: int, said: str
) -> None:
    assert shell(command.replace("lossbench", shlex.join(COMMAND))) == (code, said)


def test_what_is_closed_is_open_to_nowhere_also_in_a_process_that_is_started() -> None:
    child = "import os; [os.fstat(number) for number in range(3)]"
    code = (
        "import os, subprocess, sys; from lossbench.cli import streams; streams.protect()\n"
        "with open(os.devnull) as file: assert file.fileno() > 2\n"
        f"sys.exit(subprocess.call([sys.executable, '-c', {child!r}]))"
    )
    line = shlex.join([sys.executable, "-c", code])
    assert shell(f"{line} <&- >&- 2>&-") == (0, "")


def test_a_reader_that_goes_away_ends_no_training(tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    for name in names:
        (tmp_path / f"{name}.yaml").write_text(CONFIG)
    line = [*COMMAND, "run", *(f"{name}.yaml" for name in names), "--quiet"]
    with subprocess.Popen(
        line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "a: accuracy, seed 0\n"
        process.stdout.close()
        assert process.stderr.read() == (
            "Error: standard output: Broken pipe; the results are written all the same\n"
        )
    assert process.returncode == 1
    for name in names:
        assert (tmp_path / "results" / name / "metrics.json").exists()
