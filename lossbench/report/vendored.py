"""The libraries that stand inside the page, see ``vendor/README.md``."""

from importlib.resources import files
from typing import NamedTuple


class Library(NamedTuple):
    """A library as it came from its package: a script, a style sheet or none, and its licence."""

    name: str
    version: str
    licence: str
    script: str
    style: str
    licence_text: str


def libraries() -> list[Library]:
    """All of them, in the order in which their scripts run."""
    return [
        _library("uplot", "1.6.32", "MIT", "uPlot.iife.min.js", "uPlot.min.css"),
        _library("datatables.net", "3.1.5", "MIT", "dataTables.min.js"),
    ]


def _library(name: str, version: str, licence: str, script: str, style: str = "") -> Library:
    folder = files("lossbench.report") / "vendor" / name
    texts = [
        (folder / file).read_text(encoding="utf-8").strip() if file else ""
        for file in (script, style, "LICENSE")
    ]
    return Library(name, version, licence, *texts)
