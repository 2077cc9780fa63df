"""Files of programs: only whole ones that the user alone could write are read, and not too many."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from lossbench.training import program_files

NAME, OTHER = "a" * 64, "b" * 64
PARTS = {"run": b"code " * 1000, "evaluate": b"\0\1"}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of programs, in which there is one."""
    monkeypatch.setenv(program_files.VARIABLE, str(tmp_path / "cache"))
    program_files.write(NAME, PARTS)
    assert program_files.read(NAME) == PARTS
    return tmp_path / "cache" / "programs"


def file_of(kept: Path, name: str = NAME) -> Path:
    return kept / f"{name}.program"


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-30] ^= 1
    file.write_bytes(content)


def flip_in_seal(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[3] ^= 1
    file.write_bytes(content)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def replace_by_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def replace_by_link(file: Path) -> None:
    file.rename(file.parent / "elsewhere")
    file.symlink_to("elsewhere")


def let_others_write(file: Path) -> None:
    file.chmod(0o620)


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        flip,
        flip_in_seal,
        empty,
        replace_by_folder,
        replace_by_pipe,
        replace_by_link,
        let_others_write,
    ],
)
def test_what_is_no_whole_file_of_the_user_is_not_read(
    kept: Path, damage: Callable[[Path], None]
) -> None:
    damage(file_of(kept))
    assert program_files.read(NAME) == {}
    program_files.write(NAME, PARTS)
    if damage is replace_by_folder:  # which may be anybody's
        assert file_of(kept).is_dir()
    else:
        assert program_files.read(NAME) == PARTS
    assert not list(kept.glob("*.part"))


@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_a_folder_that_others_may_write_to_is_not_used(kept: Path, mode: int) -> None:
    kept.chmod(mode)
    assert program_files.folder() is None
    assert program_files.read(NAME) == {}
    program_files.write(OTHER, PARTS)
    assert [it.name for it in kept.iterdir()] == [file_of(kept).name]


def test_a_new_folder_is_for_the_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(program_files.VARIABLE, str(tmp_path / "a" / "b"))
    before = os.umask(0)
    try:
        folder = program_files.folder()
        program_files.write(NAME, PARTS)
    finally:
        os.umask(before)
    assert folder == tmp_path / "a" / "b" / "programs"
    assert [it.stat().st_mode & 0o777 for it in (folder, file_of(folder))] == [0o700, 0o600]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_another_user_owns_is_not_used(kept: Path, what: str) -> None:
    os.chown(kept if what == "folder" else file_of(kept), 12345, -1)
    assert program_files.read(NAME) == {}


@pytest.mark.parametrize(
    ("variables", "used"),
    [
        ({"LOSSBENCH_CACHE": "off"}, None),
        ({"LOSSBENCH_CACHE": "/proc/none"}, None),  # where nothing can be made
        ({"LOSSBENCH_CACHE": "/dev/null"}, None),
        ({"LOSSBENCH_CACHE": "~nobody-of-this-name/cache"}, None),
        ({"LOSSBENCH_CACHE": "here"}, "here/programs"),
        ({"LOSSBENCH_CACHE": "", "XDG_CACHE_HOME": "TMP/caches"}, "caches/lossbench/programs"),
        ({"LOSSBENCH_CACHE": "", "XDG_CACHE_HOME": ""}, ".cache/lossbench/programs"),
    ],
)
def test_which_folder_is_used(
    variables: dict[str, str],
    used: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("TMP", str(tmp_path)))
    assert program_files.folder() == (used and tmp_path / used)
    assert [it.name for it in tmp_path.iterdir()] == ([Path(used).parts[0]] if used else [])


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """What a full disk does: more cannot be written."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_what_cannot_be_written_leaves_nothing(kept: Path) -> None:
    with files_of_at_most(100):
        program_files.write(OTHER, {"run": os.urandom(1000)})
    assert [it.name for it in kept.iterdir()] == [file_of(kept).name]


def test_a_reader_never_sees_half_of_what_another_writes(kept: Path) -> None:
    versions = [{"run": bytes([number]) * 10**6} for number in range(2)]
    program_files.write(NAME, versions[0])
    with ThreadPoolExecutor(3) as threads:
        writing = [
            threads.submit(lambda it=it: [program_files.write(NAME, it) for _ in range(20)])
            for it in versions
        ]
        read = []
        while not all(it.done() for it in writing):
            read.append(program_files.read(NAME))
        for it in writing:
            it.result()
    assert all(it in versions for it in read)
    assert [it.name for it in kept.iterdir()] == [file_of(kept).name]


def test_what_was_used_longest_ago_makes_room(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = file_of(kept).stat().st_size
    monkeypatch.setattr(program_files, "MOST_BYTES", 3 * size)
    for number, name in enumerate("bc"):
        program_files.write(name * 64, PARTS)
        os.utime(file_of(kept, name * 64), (0, time.time() - 100 + number))
    os.utime(file_of(kept), (0, time.time() - 1000))
    program_files.read(NAME)  # the oldest, and the last to be used
    program_files.write("d" * 64, PARTS)
    assert sorted(it.name[0] for it in kept.iterdir()) == ["a", "c", "d"]


def test_what_was_unused_for_long_goes_and_nothing_that_is_not_of_lossbench(kept: Path) -> None:
    left = kept / f"{NAME}.x1_.part"  # by a process that was killed
    photo, folder = kept / "photo.jpg", file_of(kept, "c" * 64)
    for path in (left, photo):
        path.write_bytes(b"")
    folder.mkdir()
    for path in (left, photo, folder, file_of(kept)):
        os.utime(path, (0, time.time() - program_files.MOST_SECONDS_UNUSED - 1))
    program_files.write(OTHER, PARTS)
    assert {*kept.iterdir()} == {photo, folder, file_of(kept, OTHER)}
