"""What bundled experiments are about, and which losses they show, as their files say."""

from pathlib import Path
from typing import Any, NamedTuple

from lossbench.config.bundled import BUNDLED, bundled
from lossbench.config.yaml_reader import read
from lossbench.tables.losses import NAMES


class About(NamedTuple):
    """The name by which an experiment is run, what its file says of it, and its losses' names."""

    name: str
    what: str
    losses: tuple[str, ...]


def about_bundled() -> list[About]:
    """What each bundled experiment is about, in the order of ``bundled``."""
    return [
        About(
            path.relative_to(BUNDLED).with_suffix("").as_posix(),
            _first_comment(path),
            _losses(read(path).values["loss"]),
        )
        for path in bundled()
    ]


def _first_comment(path: Path) -> str:
    """The first comment of a config, but for the line that names its schema."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = (it.removeprefix("#").strip() for it in lines if it.startswith("#"))
    return next((it for it in comments if not it.startswith("yaml-language-server")), "")


def _losses(choice: Any) -> tuple[str, ...]:
    """The losses of the table that a config names: one, those of a sum, or none but its own."""
    if isinstance(choice, str):
        named = [choice]
    else:
        named = [*choice["sum"]] if "sum" in choice else [choice.get("name", "")]
    return tuple(NAMES[it] for it in named if it in NAMES)
