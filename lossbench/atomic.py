"""Files and folders that appear whole or not at all, also when the process is killed."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp

PREFIX = ".lossbench-"


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under its name in one step, in place of what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=PREFIX, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)


def replace_folder(path: Path, files: Mapping[str, bytes], mark: str) -> None:
    """Write a folder of files under its name in one step, in place of an older one.

    The names of the files may have folders in them, after a slash each.
    A folder that is there counts as older only if it is empty or has a file named ``mark``.
    Raises FileExistsError at anything else, and OSError where it cannot write; what was there
    stays.
    """
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise FileExistsError(f"{path} is in the way: it is not a folder")
    if path.is_dir() and any(path.iterdir()) and not (path / mark).is_file():
        raise FileExistsError(f"{path} is in the way: it holds no {mark}, so it is no older result")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(dir=path.parent, prefix=PREFIX))
    try:
        for name, content in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(content)
        new.chmod(0o755)
        if path.exists():
            # A folder with files in it cannot be replaced in one step, only moved away first.
            old = Path(mkdtemp(dir=path.parent, prefix=PREFIX))
            os.replace(path, old)
            os.replace(new, path)
            shutil.rmtree(old)
        else:
            os.replace(new, path)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)
        raise
