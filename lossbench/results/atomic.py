"""Atomic writing: files and folders appear whole or not at all, also if the process is killed.

Everything is first written to a hidden work folder beside its place, and then renamed. A process
holds a lock on the folder around it while it makes or renames something there, and no longer: many
processes may write at the same time. As long as it works, it holds a lock on a file in its work
folder, the seal. Locks end with the process, however it ends. So a work folder whose seal is free
was left by a killed process: ``prepare`` clears it away.

A folder from a stranger may contain work folders too, made to get a person's own files moved or
removed. So the name of a work folder contains the inode of its seal, and the time when that was
last changed. An archive cannot bring these along, because the system sets both when
it is unpacked. No link is followed.
"""

import os
import re
import shutil
import stat
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import mkdtemp

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

PREFIX = ".lossbench-"
SEAL = "seal"  # the file whose inode and time are in the name of a work folder
DAY = 24 * 60 * 60
HEAD = 4096  # bytes at the beginning of a file, where its mark is looked for
# Files that systems add to a folder when a person looks at it.
OF_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}


def prepare(folder: Path) -> None:
    """Make a folder to write in, and clean up what killed processes left there.

    Raises OSError where nothing can be written.
    """
    with _locked(folder) as locked:
        for left in folder.glob(f"{PREFIX}*"):
            # Without locks the work folder may be in use, but not for longer than a day.
            if not _in_use(left) if locked else time.time() - left.lstat().st_mtime > DAY:
                with suppress(OSError):
                    _clear(left)
    with _work_in(folder):
        pass


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step, in place of an older one.

    Raises OSError where it cannot be written; then the older one stays.
    """
    with _errors_about(path), _work_in(path.parent) as work:
        _write(work / "new", content)
        with _locked(path.parent):
            os.replace(work / "new", path)
        _sync(path.parent)


def replace_folder(path: Path, files: Mapping[str, bytes], names: Collection[str]) -> None:
    """Write a folder of files in one step, in place of an older one.

    A file in a folder inside has a name such as ``tensorboard/events``. ``names`` are all that such
    a folder may hold, see ``refuse``. Raises FileExistsError where something else is there, and
    OSError where the folder cannot be written; then what was there stays.
    """
    with _errors_about(path), _work_in(path.parent) as work:
        refuse(path, names)
        new, old = work / "new", work / "old"
        new.mkdir()
        for name, content in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            _write(new / name, content)
        for folder in (new, *(it for it in new.rglob("*") if it.is_dir())):
            _sync(folder)
        with _locked(path.parent):
            refuse(path, names)  # again: it may be there by now
            if path.exists():
                # A folder with files cannot be replaced in one step, so it is moved away first. If
                # the process is killed before the next step, ``prepare`` moves it back.
                old.mkdir()
                os.replace(path, old / path.name)
            os.replace(new, path)
            if old.exists():
                os.replace(old, work / "outdated")
        _sync(path.parent)


def refuse(path: Path, names: Collection[str]) -> None:
    """Raise FileExistsError if a folder's place is taken by something else than an older one.

    An older one is a folder, not a link to one. It is empty, or it has the first of ``names`` and
    only files that ``names`` allows. In ``names``, ``*`` stands for anything.
    """
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise FileExistsError(f"{path} is in the way: it is not a folder")
    found = {
        it.relative_to(path).as_posix()
        for it in path.rglob("*")
        if it.name not in OF_SYSTEM and (it.is_symlink() or not it.is_dir())
    }
    mark = next(iter(names))
    if found and mark not in found:
        raise FileExistsError(f"{path} is in the way: it holds no {mark}, so it is no older result")
    if others := sorted(it for it in found if not any(fnmatchcase(it, name) for name in names)):
        message = f"it holds {others[0]}, which is no file of a result; move that elsewhere"
        raise FileExistsError(f"{path} is in the way: {message}")


def refuse_file(path: Path, mark: bytes, within: int = HEAD) -> None:
    """Raise FileExistsError if a file's place is taken by something else than an older one.

    An older one is a file, not a link to one, that is empty, or in whose first ``within`` bytes
    ``mark``, a regular expression, is found.
    """
    if not os.path.lexists(path):
        return
    if path.is_file() and not path.is_symlink():
        with path.open("rb") as file:
            head = file.read(within)
        if not head or re.search(mark, head):
            return
    raise FileExistsError(f"{path} is in the way: lossbench did not write it")


def os_error_message(error: OSError) -> str:
    """The message of a system error, which names the file first as other messages do."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


@contextmanager
def _work_in(folder: Path) -> Iterator[Path]:
    """A hidden folder to work in, beside what is written, that is removed afterwards."""
    with ExitStack() as until_done:
        with _locked(folder), _errors_about(folder):
            made = Path(mkdtemp(dir=folder, prefix=PREFIX))
            (made / SEAL).touch()
            work = made.rename(folder / _sealed_name(made))
            until_done.enter_context(_lock(work / SEAL, exclusive=True))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _in_use(work: Path) -> bool:
    """Whether a process holds the lock on the seal of a work folder."""
    if not fcntl:
        return False
    try:
        descriptor = os.open(work / SEAL, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _sealed_name(work: Path) -> str:
    """The name that a work folder has if this module made it."""
    seal = (work / SEAL).lstat()
    return f"{PREFIX}{seal.st_ino:x}-{seal.st_ctime_ns:x}"


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Make a folder if it is missing, wait until no other process renames in it, and lock it.

    Yields False where folders cannot be locked, as on some network file systems. The lock is on the
    folder itself, so that no lock file is left behind.
    """
    there = next(it for it in (folder, *folder.parents) if os.path.lexists(it))
    if not there.is_dir():
        what = "a link that leads nowhere" if there.is_symlink() else "not a folder"
        raise FileExistsError(f"{there} is in the way: it is {what}")
    with _errors_about(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder, exclusive=True) as locked:
        yield locked


@contextmanager
def shared_lock(folder: Path) -> Iterator[None]:
    """Wait until no other process renames in a folder, and keep others from it meanwhile."""
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
    """Remove a work folder that this module made, and move back the older folder in it.

    Another one is removed only if it is empty: it may be left by a process that was killed before
    it had renamed it.
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
    # It is written through to the disk before anything is renamed: else, after a loss of power, the
    # new names could stand for empty files, and the old files be gone. This takes some milliseconds
    # for each experiment, while the next one is trained.
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
def _errors_about(path: Path) -> Iterator[None]:
    """Make a system error name what was to be written, not a temporary file."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
