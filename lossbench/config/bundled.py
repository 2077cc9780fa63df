"""The configs that come with lossbench, and where configs are found.

Their names are wanted where nothing slow may be imported, so complaints are only when there is one.
"""

import os
from pathlib import Path

from lossbench.text import nearest

BUNDLED = next(
    folder for folder in (it / "configs" for it in Path(__file__).parents[1:3]) if folder.is_dir()
)
SUFFIX = ".yaml"  # of a config that is written
SUFFIXES = (SUFFIX, ".yml")  # of those that are read, in small letters or in capitals
SCHEMA = "schema.json"  # beside configs, for editors
CLAIMS = "claims"  # the file of this name beside configs is none of them


def bundled() -> list[Path]:
    """The configs that come with lossbench: the nine of the tutorial, then the others."""
    found = filter(_named_as_config, BUNDLED.rglob("*"))
    return sorted(found, key=lambda path: (len(path.parts), path))


def bundled_names() -> list[str]:
    """Their names, as ``lossbench run`` takes them: "hinge", "5000-samples/hinge"."""
    return [path.relative_to(BUNDLED).with_suffix("").as_posix() for path in bundled()]


def bundled_folders() -> list[Path]:
    """The folders of the other ones, such as "5000-samples", by name."""
    return [*dict.fromkeys(path.parent for path in bundled() if path.parent != BUNDLED)]


def find(config: str | Path) -> Path:
    """The file of a config: a path as it is, or the name of a bundled one ("hinge")."""
    # Unlike Path.is_file, this takes any path.
    if os.path.isfile(config):  # noqa: PTH113
        return Path(config)
    shipped = {BUNDLED / f"{config}{suffix}" for suffix in SUFFIXES}
    found = next((path for path in bundled() if path in shipped), None)
    return found or find_folder(config)  # whose name is told to be that of a folder


def find_folder(folder: str | Path) -> Path:
    """A folder of configs: a path as it is, or the name of a bundled one ("5000-samples")."""
    if os.path.exists(folder):  # noqa: PTH110
        return Path(folder)
    return next((it for it in bundled_folders() if it.name == str(folder)), Path(folder))


def in_folder(folder: str | Path) -> list[Path]:
    """The configs directly in a folder, by name; raises ConfigError where there are none."""
    found = sorted(filter(_named_as_config, Path(folder).glob("*")))
    # To read a pipe or a device would wait. A link to nothing is a config that is missing.
    paths = [path for path in found if path.is_file() or not path.exists()]
    if not paths:
        from lossbench.config.complaints import ConfigError, Mistake

        hint = nearest(folder, (it.name for it in bundled_folders()))
        unknown = f"is not a folder, nor the name of a bundled one; {hint}"
        what = "holds no config" if Path(folder).is_dir() else unknown
        raise ConfigError([Mistake(Path(folder), None, "", what)])
    return paths


def claims_in_folder(folder: str | Path) -> Path | None:
    """The claims about the configs in a folder, if it has some; ConfigError where there are two."""
    found = sorted(filter(named_as_claims, Path(folder).glob("*")))
    if len(found) > 1:
        from lossbench.config.complaints import ConfigError, Mistake

        raise ConfigError([Mistake(found[1], None, "", f"is beside {found[0].name}; take one")])
    return found[0] if found else None


def named_as_claims(path: Path) -> bool:
    """Whether the name of a file is that of claims.yaml."""
    return _named_as_yaml(path) and path.stem.lower() == CLAIMS


def _named_as_config(path: Path) -> bool:
    return _named_as_yaml(path) and not named_as_claims(path)


def _named_as_yaml(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)
