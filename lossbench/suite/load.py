"""Which configs run, where their results go, and how they are read."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossbench.config.bundled import BUNDLED, claims_in_folder, find, find_folder, in_folder
from lossbench.config.names import names_of
from lossbench.config.pipes import is_piped
from lossbench.results.files import HISTORY
from lossbench.results.folders import RESULTS
from lossbench.suite.extras import NO_EXTRAS, Extras

if TYPE_CHECKING:
    from lossbench.suite.suite import Suite


@dataclass(frozen=True)
class Configs:
    """The files of configs that run together, and the folder for their results.

    Without ``out`` the results go to results/, and those of the bundled 5000-samples/hinge to
    results/5000-samples/, so that they do not replace the results of the bundled hinge. With
    ``summarized`` the folder gets a table of all results. ``claims`` is the file of the claims
    about the configs, if there is one.
    """

    paths: tuple[Path, ...]
    out: Path | None = None
    summarized: bool = False
    claims: Path | None = None

    def folder(self, config: Path, sweep: str, name: str) -> Path:
        """The folder for the result of an experiment; ``sweep`` is empty if it belongs to none."""
        return (self.out or RESULTS / _bundled_folder(config)) / sweep / name

    def seem_stored(self, settings: Sequence[str]) -> bool:
        """Whether every result seems to be stored, as far as a glance can tell.

        A pipe would be empty after the glance.
        """
        if any(map(is_piped, self.paths)):
            return False
        files = (
            self.folder(path, *names) / HISTORY
            for path in self.paths
            for names in names_of(path, settings)
        )
        # Unlike Path.is_file, this takes any path: what a name may be is not checked yet.
        return all(map(os.path.isfile, files))


@dataclass(frozen=True)
class Options:
    """How configs are read, and what is written of their results.

    ``overrides`` and ``settings`` change keys of the configs, see ``load_all``. ``force`` trains
    what is stored again, ``allow_code`` permits losses that are a person's own functions.
    """

    overrides: Mapping[str, Any] = field(default_factory=dict)
    settings: Sequence[str] = ()
    force: bool = False
    allow_code: bool = False
    extras: Extras = NO_EXTRAS


def of_files(configs: Sequence[str], out: Path | None = None) -> Configs:
    """Configs given by their paths, or by their names if they are bundled."""
    return Configs(tuple(map(find, configs)), out)


def of_folder(folder: Path | None = None, out: Path | None = None) -> Configs:
    """The configs directly in a folder, or the bundled nine, with a summary.

    The folder is a path, or the name of a bundled one. Its results go to results/NAME, where NAME
    is that of the folder. Raises ConfigError if there are no configs.
    """
    named = RESULTS / folder.resolve().name if folder else RESULTS
    of = find_folder(folder) if folder else BUNDLED
    return Configs(tuple(in_folder(of)), out or named, True, claims_in_folder(of))


def load(configs: Configs, options: Options) -> "Suite":
    """Read configs and their data.

    Raises ConfigError with all that is wrong with configs and claims, and FileExistsError as
    ``Suite`` does.
    """
    # These import much. Before that, a command lets training processes start.
    from lossbench.config.claims import load_with_claims
    from lossbench.suite.suite import Suite

    changes, code = (options.overrides, options.settings), options.allow_code
    cases, claims = load_with_claims(configs.paths, configs.claims, *changes, allow_code=code)
    folders = [configs.folder(it.path, it.sweep, it.experiment.name) for it in cases]
    summary_folder = configs.out if configs.summarized else None
    return Suite(cases, folders, summary_folder, options.force, options.extras, claims)


def _bundled_folder(config: Path) -> Path:
    """The folder of a bundled config below BUNDLED; empty for any other config."""
    parent, bundled = config.resolve().parent, BUNDLED.resolve()
    return parent.relative_to(bundled) if parent.is_relative_to(bundled) else Path()
