"""The configs that come with lossbench, and where configs are found."""

import os
from pathlib import Path

from lossbench.config.complaints import ConfigError, Mistake

BUNDLED = next(
    folder for folder in (it / "configs" for it in Path(__file__).parents[1:3]) if folder.is_dir()
)
SUFFIX = ".yaml"


def bundled() -> list[Path]:
    """The configs that come with lossbench: the nine of the tutorial, then the others."""
    return sorted(BUNDLED.rglob(f"*{SUFFIX}"), key=lambda path: (len(path.parts), path))


def bundled_names() -> list[str]:
    """Their names, as ``lossbench run`` takes them: "hinge", "5000-samples/hinge"."""
    return [path.relative_to(BUNDLED).with_suffix("").as_posix() for path in bundled()]


def find(config: str | Path) -> Path:
    """The file of a config: a path as it is, or the name of a bundled one ("hinge")."""
    path, shipped = Path(config), BUNDLED / f"{config}{SUFFIX}"
    # Unlike Path.is_file, this takes any path.
    is_file = os.path.isfile(path)  # noqa: PTH113
    return shipped if shipped in bundled() and not is_file else path


def in_folder(folder: str | Path) -> list[Path]:
    """The configs directly in a folder, by name; raises ConfigError where there are none."""
    found = sorted(Path(folder).glob(f"*{SUFFIX}"))
    # To read a pipe or a device would wait. A link to nothing is a config that is missing.
    paths = [path for path in found if path.is_file() or not path.exists()]
    if not paths:
        what = "holds no config" if Path(folder).is_dir() else "is not a folder"
        raise ConfigError([Mistake(Path(folder), None, "", what)])
    return paths
