"""Files and folders that appear whole or not at all, also when the process is killed.

Whatever is written is first made in a hidden work folder beside its place. Whoever writes in a
folder holds a lock on it, which ends with its process however that ends; so a work folder found
under the lock is of a process that was killed. ``prepare`` clears it away.

A folder from a stranger may hold work folders too, made to have a person's own files moved or
removed. So the name of a work folder says which inode a file in it has and when that was last
changed. No archive can bring that along: both are given when it is unpacked. No link is followed.
"""

import os
import re
import shutil
import stat
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import mkdtemp

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

PREFIX = ".lossbench-"
SEAL = "seal"  # the file that the name of a work folder speaks of
DAY = 24 * 60 * 60
HEAD = 4096  # bytes, among which a file has what tells that it was written here
# What systems leave in a folder that a person looks at.
OF_NOBODY = {".DS_Store", "Thumbs.db", "desktop.ini"}


def prepare(folder: Path) -> None:
    """Make a folder to write in, and put right what killed processes left there.

    Raises OSError where nothing can be written.
    """
    with _locked(folder) as alone:
        for left in folder.glob(f"{PREFIX}*"):
            # Without a lock it may be in use, though not for as long as that.
            if alone or time.time() - left.lstat().st_mtime > DAY:
                with suppress(OSError):
                    _clear(left)
    with _work_in(folder):
        pass


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under its name in one step, in place of what was there.

    Raises OSError where it cannot write; what was there stays.
    """
    with _named(path), _work_in(path.parent) as work:
        _write(work / "new", content)
        os.replace(work / "new", path)
        _sync(path.parent)


def replace_folder(path: Path, files: Mapping[str, bytes], names: Collection[str]) -> None:
    """Write a folder of files under its name in one step, in place of an older one.

    The names of the files may have folders in them, with a slash after each. ``names`` and what
    counts as older are those of ``refuse``. Raises FileExistsError at anything else, and OSError
    where it cannot write; what was there stays.
    """
    with _named(path), _work_in(path.parent) as work:
        refuse(path, names)
        new, old = work / "new", work / "old"
        new.mkdir()
        for name, content in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            _write(new / name, content)
        for folder in (new, *(it for it in new.rglob("*") if it.is_dir())):
            _sync(folder)
        if path.exists():
            # A folder with files in it cannot be replaced in one step, only moved away first.
            # A process that is killed before the next step leaves it to be moved back.
            old.mkdir()
            os.replace(path, old / path.name)
        os.replace(new, path)
        if old.exists():
            os.replace(old, work / "outdated")
        _sync(path.parent)


def refuse(path: Path, names: Collection[str]) -> None:
    """Raise FileExistsError if something is in a folder's place that is no older one.

    An older one is a folder, no link to one, that holds files of these ``names`` alone and, unless
    it holds none, the first of them. In names of files in folders, ``*`` stands for anything.
    """
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise FileExistsError(f"{path} is in the way: it is not a folder")
    found = {
        it.relative_to(path).as_posix()
        for it in path.rglob("*")
        if it.name not in OF_NOBODY and (it.is_symlink() or not it.is_dir())
    }
    mark = next(iter(names))
    if found and mark not in found:
        raise FileExistsError(f"{path} is in the way: it holds no {mark}, so it is no older result")
    if others := sorted(it for it in found if not any(fnmatchcase(it, name) for name in names)):
        message = f"it holds {others[0]}, which is no file of a result; move that elsewhere"
        raise FileExistsError(f"{path} is in the way: {message}")


def refuse_file(path: Path, mark: bytes) -> None:
    """Raise FileExistsError if something is in a file's place that is no older one.

    An older one is a file, no link to one, that is empty or near its beginning has what ``mark``,
    a regular expression, finds.
    """
    if not os.path.lexists(path):
        return
    if path.is_file() and not path.is_symlink():
        with path.open("rb") as file:
            head = file.read(HEAD)
        if not head or re.search(mark, head):
            return
    raise FileExistsError(f"{path} is in the way: lossbench did not write it")


def said(error: OSError) -> str:
    """An error of the system in the order of all others: first what it is about."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


@contextmanager
def _work_in(folder: Path) -> Iterator[Path]:
    """A hidden folder to work in, beside what it is for, that is gone afterwards."""
    with _locked(folder):
        with _named(folder):
            made = Path(mkdtemp(dir=folder, prefix=PREFIX))
            (made / SEAL).touch()
            work = made.rename(folder / _sealed_name(made))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _sealed_name(work: Path) -> str:
    """The name of a work folder that was made here."""
    seal = (work / SEAL).lstat()
    return f"{PREFIX}{seal.st_ino:x}-{seal.st_ctime_ns:x}"


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Wait until no other process writes in a folder, which is made if need be.

    False where folders cannot be locked. The lock is on the folder itself, so that no file of a
    lock is left behind. Some network file systems have no such lock.
    """
    there = next(it for it in (folder, *folder.parents) if os.path.lexists(it))
    if not there.is_dir():
        what = "a link that leads nowhere" if there.is_symlink() else "not a folder"
        raise FileExistsError(f"{there} is in the way: it is {what}")
    with _named(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder, exclusive=True) as alone:
        yield alone


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Wait until no other process writes in a folder, and let none do so meanwhile."""
    if os.access(folder, os.R_OK):
        with _lock(folder, exclusive=False):
            yield
    else:
        yield


@contextmanager
def _lock(folder: Path, exclusive: bool) -> Iterator[bool]:
    if not fcntl:
        yield False
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            locked = True
        except OSError:
            locked = False
        yield locked
    finally:
        os.close(descriptor)


def _clear(work: Path) -> None:
    """Remove a work folder that was made here; a folder moved away and not replaced goes back.

    Of others only an empty one goes: a process may be killed before it has given one its name.
    """
    if not stat.S_ISDIR(work.lstat().st_mode):
        return
    seal, old = work / SEAL, work / "old"
    if all(it == seal and not it.lstat().st_size for it in work.iterdir()):
        seal.unlink(missing_ok=True)
        work.rmdir()
    elif os.path.lexists(seal) and work.name == _sealed_name(work):
        if old.is_dir() and not old.is_symlink():
            for moved in old.iterdir():
                if not os.path.lexists(work.parent / moved.name):
                    os.replace(moved, work.parent / moved.name)
        shutil.rmtree(work, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    # Written through to the disk before anything is renamed: a machine that loses power would
    # else be left with the new names of files that are empty, and without the old ones. It costs
    # some milliseconds for each experiment, while the next one is trained.
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Write the names in a folder through to the disk."""
    if not fcntl:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let an error of the system name what was to be written, not a file on the way there."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
