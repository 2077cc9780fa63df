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
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def replace_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files under its name in one step, in place of what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(dir=path.parent, prefix=PREFIX))
    for name, content in files.items():
        (new / name).write_bytes(content)
    new.chmod(0o755)
    old = Path(mkdtemp(dir=path.parent, prefix=PREFIX))
    if path.exists():
        os.replace(path, old / path.name)
    os.replace(new, path)
    shutil.rmtree(old)
