"""A folder is there whole or not at all."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lossbench.results.atomic import prepare, replace_file, replace_folder

NAMES = ("mark", "a/*")
WRITER = """
import itertools, sys
from pathlib import Path
from lossbench.results.atomic import replace_folder
print(flush=True)
for number in itertools.count():
    content = str(number).encode() * 100_000
    files = {"mark": content, "b": content, "c": content}
    replace_folder(Path(sys.argv[1]), files, list(files))
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
from lossbench.results.atomic import replace_folder
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
replace_folder(Path(sys.argv[1]), {"mark": b"new"}, ["mark"])
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_the_next_process_puts_right_what_a_killed_one_left(
    tmp_path: Path, step: int, when: str
) -> None:
    folder = tmp_path / "result"
    replace_folder(folder, {"mark": b"old"}, NAMES)
    arguments = [sys.executable, "-c", KILLED, str(folder), str(step), when]
    assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".lossbench-*"))) == 1
    prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]
    # The old one is moved away, the new one put in its place, and the old one given up.
    replaced = step == 3 or (step, when) == (2, "after")
    assert (folder / "mark").read_bytes() == (b"new" if replaced else b"old")


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The work folder of a process that was killed when the older folder was moved away."""
    replace_folder(tmp_path / "result", {"mark": b"old"}, NAMES)
    arguments = [sys.executable, "-c", KILLED, str(tmp_path / "result"), "1", "after"]
    assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL
    (work,) = tmp_path.glob(".lossbench-*")
    assert (work / "old" / "result" / "mark").is_file()
    return work


def tree(folder: Path) -> dict[str, str]:
    """What lies in a folder: links with where they point, and files with their content."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else path.read_text()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def test_only_who_prepares_a_folder_puts_right_what_was_left(killed: Path) -> None:
    folder = killed.parent
    left = tree(killed)
    replace_file(folder / "report.html", b"")
    assert tree(killed) == left
    replace_folder(folder / "another", {"mark": b""}, NAMES)
    assert tree(killed) == left
    prepare(folder)
    assert {path.name for path in folder.iterdir()} == {"another", "report.html", "result"}


def test_a_copy_of_what_was_left_is_left_alone(killed: Path) -> None:
    # It is what an archive brings along, with all that an archive can hold.
    copy = killed.parent.parent / "copy"
    subprocess.run(["cp", "-a", killed.parent, copy], check=True)
    before = tree(copy)
    assert before
    prepare(copy)
    assert tree(copy) == before


@pytest.mark.parametrize("name", ["sealed", "x", "old"])
@pytest.mark.parametrize("place", ["old", "old/result", ""])
def test_nothing_of_a_stranger_is_moved_or_removed(tmp_path: Path, name: str, place: str) -> None:
    documents = tmp_path / "home" / "documents"
    documents.mkdir(parents=True)
    (documents / "thesis.tex").write_text("years of work")
    (documents / "photos").mkdir()
    (documents / "photos" / "1.jpg").write_text("a photo")
    results = tmp_path / "results"
    work = results / f".lossbench-{name}"
    (work / place).parent.mkdir(parents=True)
    if place:
        (work / "seal").touch()
    if name == "sealed" and place:  # as far as a stranger can know
        seal = (work / "seal").lstat()
        work = work.rename(results / f".lossbench-{seal.st_ino:x}-{seal.st_mtime_ns:x}0")
    (work / place).symlink_to(documents)
    before = tree(tmp_path)
    prepare(results)
    replace_file(results / "report.html", b"")
    replace_folder(results / "another", {"mark": b""}, NAMES)
    after = tree(tmp_path)
    assert {name: it for name, it in after.items() if name in before} == before
    assert {*after} - {*before} == {"results/report.html", "results/another/mark"}


def test_a_link_in_a_folder_of_ours_is_not_followed(killed: Path) -> None:
    mine = killed.parent.parent / "mine"
    (mine / "thesis").mkdir(parents=True)
    (killed / "old" / "result" / "mark").unlink()
    (killed / "old" / "result").rmdir()
    (killed / "old").rmdir()
    (killed / "old").symlink_to(mine)
    prepare(killed.parent)
    assert [path.name for path in mine.iterdir()] == ["thesis"]


def test_of_what_is_not_known_only_empty_folders_go(tmp_path: Path) -> None:
    (tmp_path / ".lossbench-empty").mkdir()
    (tmp_path / ".lossbench-begun").mkdir()
    (tmp_path / ".lossbench-begun" / "seal").touch()
    (tmp_path / ".lossbench-full").mkdir()
    (tmp_path / ".lossbench-full" / "seal").write_text("a person's")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "seal").touch()
    (tmp_path / ".lossbench-link").symlink_to(elsewhere)
    prepare(tmp_path)
    assert tree(tmp_path) == {
        ".lossbench-full/seal": "a person's",
        ".lossbench-link": str(elsewhere),
        "elsewhere/seal": "",
    }


def test_what_another_process_is_about_to_write_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lossbench.results.atomic import _work_in\n"
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
        work = Path(first.stdout.readline().strip())
        # Others do not wait for it, and write meanwhile.
        prepare(tmp_path)
        replace_file(tmp_path / "other", b"")
        assert {it.name for it in tmp_path.iterdir()} == {work.name, "other"}
        assert first.communicate()[0] == "True\n"
    assert [it.name for it in tmp_path.iterdir()] == ["other"]


def test_a_link_in_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mark").write_text("mine")
    (tmp_path / "result").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError, match="it is not a folder"):
        replace_folder(tmp_path / "result", {"mark": b""}, NAMES)
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", "result"}
    assert (tmp_path / "elsewhere" / "mark").read_text() == "mine"


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match=r"mine is in the way: it holds no mark"):
        replace_folder(tmp_path / "mine", {"mark": b""}, NAMES)
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("target", ["nowhere", "results"])
def test_a_link_that_leads_nowhere_is_named(tmp_path: Path, target: str) -> None:
    (tmp_path / "results").symlink_to(target)  # to itself, too
    for folder in (tmp_path / "results", tmp_path / "results" / "5000-samples"):
        with pytest.raises(FileExistsError, match=r"results is in the way: it is a link that lea"):
            prepare(folder)


def test_a_folder_with_a_file_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    replace_folder(tmp_path / "result", {"mark": b"old", "a/b": b""}, NAMES)
    (tmp_path / "result" / "thesis.tex").write_text("years of work")
    (tmp_path / "result" / ".DS_Store").touch()
    before = tree(tmp_path)
    with pytest.raises(FileExistsError, match=r"result is in the way: it holds thesis\.tex"):
        replace_folder(tmp_path / "result", {"mark": b"new"}, NAMES)
    assert tree(tmp_path) == before
    (tmp_path / "result" / "thesis.tex").unlink()
    replace_folder(tmp_path / "result", {"mark": b"new"}, NAMES)
    assert tree(tmp_path) == {"result/mark": "new"}


def test_a_file_in_the_way_stays(tmp_path: Path) -> None:
    (tmp_path / "result").write_text("mine")
    with pytest.raises(FileExistsError, match="it is not a folder"):
        replace_folder(tmp_path / "result", {"mark": b""}, NAMES)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]
    assert (tmp_path / "result").read_text() == "mine"


def test_a_folder_that_cannot_be_written_leaves_the_older_one_and_nothing_else(
    tmp_path: Path,
) -> None:
    replace_folder(tmp_path / "result", {"mark": b"old"}, NAMES)
    with pytest.raises(OSError, match="result"):
        replace_folder(tmp_path / "result", {"mark": b"new", "mark/below/file": b""}, NAMES)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]
    assert (tmp_path / "result" / "mark").read_bytes() == b"old"


def test_a_file_is_replaced_and_readable_by_others(tmp_path: Path) -> None:
    replace_file(tmp_path / "new" / "file", b"old")
    replace_file(tmp_path / "new" / "file", b"new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file"]
    assert (tmp_path / "new" / "file").read_bytes() == b"new"
    assert (tmp_path / "new" / "file").stat().st_mode & 0o777 == 0o644


def test_names_may_have_folders_in_them_which_go_with_the_older_one(tmp_path: Path) -> None:
    replace_folder(tmp_path / "result", {"mark": b"", "a/b/file": b"old"}, NAMES)
    assert (tmp_path / "result" / "a" / "b" / "file").read_bytes() == b"old"
    replace_folder(tmp_path / "result", {"mark": b""}, NAMES)
    assert [path.name for path in (tmp_path / "result").iterdir()] == ["mark"]
