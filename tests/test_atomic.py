"""A folder is there whole or not at all."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lossbench.atomic import prepare, replace_file, replace_folder

WRITER = """
import itertools, sys
from pathlib import Path
from lossbench.atomic import replace_folder
print(flush=True)
for number in itertools.count():
    content = str(number).encode() * 100_000
    replace_folder(Path(sys.argv[1]), {"mark": content, "b": content, "c": content}, "mark")
"""


def test_a_folder_is_whole_whenever_the_process_is_killed(tmp_path: Path) -> None:
    moments = random.Random(0)
    for trial in range(8):
        folder = tmp_path / str(trial) / "result"
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout
        with writer.stdout:
            writer.stdout.readline()
            time.sleep(moments.uniform(0, 0.1))
            writer.kill()
            writer.wait()
        if folder.exists():
            contents = {path.name: path.read_bytes() for path in folder.iterdir()}
            assert set(contents) == {"mark", "b", "c"}
            assert len(set(contents.values())) == 1


# It kills itself right before or after one of its steps, so that none is left to chance.
KILLED = """
import os, signal, sys
from pathlib import Path
from lossbench.atomic import replace_folder
step, when, replace = int(sys.argv[2]), sys.argv[3], os.replace
def step_and_die(*names):
    global step
    step -= 1
    if not step and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*names)
    if not step:
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = step_and_die
replace_folder(Path(sys.argv[1]), {"mark": b"new"}, "mark")
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_the_next_process_puts_right_what_a_killed_one_left(
    tmp_path: Path, step: int, when: str
) -> None:
    folder = tmp_path / "result"
    replace_folder(folder, {"mark": b"old"}, "mark")
    arguments = [sys.executable, "-c", KILLED, str(folder), str(step), when]
    assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".lossbench-*"))) == 1
    prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]
    # The old one is moved away, the new one put in its place, and the old one given up.
    replaced = step == 3 or (step, when) == (2, "after")
    assert (folder / "mark").read_bytes() == (b"new" if replaced else b"old")


def test_what_another_process_is_about_to_write_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lossbench.atomic import _work_in\n"
        "with _work_in(Path(sys.argv[1])) as work:\n"
        "    print(work, flush=True); sys.stdin.read(); print(work.is_dir())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout
        work = first.stdout.readline().strip()
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.DEVNULL
        ) as second:
            time.sleep(0.5)
            assert second.poll() is None  # it waits
            assert Path(work).is_dir()
            assert first.communicate()[0] == "True\n"
            assert second.wait() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mark").write_text("mine")
    (tmp_path / "result").symlink_to(tmp_path / "elsewhere")
    (tmp_path / ".lossbench-link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError, match="it is not a folder"):
        replace_folder(tmp_path / "result", {"mark": b""}, "mark")
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", "result"}
    assert (tmp_path / "elsewhere" / "mark").read_text() == "mine"


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match=r"mine is in the way: it holds no mark"):
        replace_folder(tmp_path / "mine", {"mark": b""}, "mark")
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


def test_a_file_in_the_way_stays(tmp_path: Path) -> None:
    (tmp_path / "result").write_text("mine")
    with pytest.raises(FileExistsError, match="it is not a folder"):
        replace_folder(tmp_path / "result", {"mark": b""}, "mark")
    assert [path.name for path in tmp_path.iterdir()] == ["result"]
    assert (tmp_path / "result").read_text() == "mine"


def test_a_folder_that_cannot_be_written_leaves_the_older_one_and_nothing_else(
    tmp_path: Path,
) -> None:
    replace_folder(tmp_path / "result", {"mark": b"old"}, "mark")
    with pytest.raises(OSError, match="result"):
        replace_folder(tmp_path / "result", {"mark": b"new", "mark/below/file": b""}, "mark")
    assert [path.name for path in tmp_path.iterdir()] == ["result"]
    assert (tmp_path / "result" / "mark").read_bytes() == b"old"


def test_a_file_is_replaced_and_readable_by_others(tmp_path: Path) -> None:
    replace_file(tmp_path / "new" / "file", b"old")
    replace_file(tmp_path / "new" / "file", b"new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file"]
    assert (tmp_path / "new" / "file").read_bytes() == b"new"
    assert (tmp_path / "new" / "file").stat().st_mode & 0o777 == 0o644


def test_names_may_have_folders_in_them_which_go_with_the_older_one(tmp_path: Path) -> None:
    replace_folder(tmp_path / "result", {"mark": b"", "a/b/file": b"old"}, "mark")
    assert (tmp_path / "result" / "a" / "b" / "file").read_bytes() == b"old"
    replace_folder(tmp_path / "result", {"mark": b""}, "mark")
    assert [path.name for path in (tmp_path / "result").iterdir()] == ["mark"]
