"""Where the values of a config come from: a file, or a mapping of Python."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from lossbench.config.bundled import bundled_names, named_as_claims
from lossbench.config.complaints import MAPPING, ConfigError, Mistake
from lossbench.config.data_path import with_expanded_file
from lossbench.config.experiment import NAME
from lossbench.config.pipes import is_piped
from lossbench.config.sections.loss_sum import name_of_sum
from lossbench.config.yaml_reader import Document, YamlError, read
from lossbench.text import close_to


@dataclass(frozen=True)
class Source:
    """The values of a config, with their lines where they have some.

    ``path`` is that of the file, by which messages name it, and ``file_name`` what the file names
    the experiment; a mapping and a pipe have none. The path of a data file in the values starts
    from the working directory.
    """

    path: Path
    values: dict[str, Any]
    document: Document
    file_name: str = ""

    def name(self, values: Mapping[str, Any]) -> str:
        """The name of an experiment that states none: the file's, or without a file its loss's."""
        if self.file_name:
            return self.file_name
        loss = values.get("loss")
        if isinstance(loss, Mapping):
            own = str(loss.get("function")).rpartition(":")[2]
            loss = loss.get("name") or name_of_sum(loss.get("sum")) or own
        return loss if isinstance(loss, str) and re.match(NAME, loss) else "config"


def source_of_file(path: Path) -> Source:
    """The config in a file; raises ConfigError where it cannot be read."""
    if named_as_claims(path):
        message = "holds claims, and no config; 'lossbench run-all' judges those of a folder"
        raise ConfigError([Mistake(path, None, "", message)])
    document = read_document(path)
    if not isinstance(document.values, dict):
        raise ConfigError([Mistake(path, 1, "", MAPPING, document.values)])
    if is_piped(path):
        return Source(path, _with_paths(document.values), document)
    return Source(path, _with_paths(document.values, path.parent), document, path.stem)


def source_of_mapping(values: Mapping[str, Any]) -> Source:
    """The config that a mapping is; messages call it "config"."""
    plain = as_in_yaml(values)
    return Source(Path("config"), _with_paths(plain), Document(plain, {}, ()))


def as_in_yaml(value: Any) -> Any:
    """A value of Python as it would be read from a file: the class 0 is a key by its text "0"."""
    if isinstance(value, Mapping):
        return {str(key): as_in_yaml(it) for key, it in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [as_in_yaml(it) for it in value]
    if isinstance(value, np.generic):
        return value.item()
    return os.fspath(value) if isinstance(value, PurePath) else value


def _with_paths(values: Mapping[str, Any], folder: str | Path = "") -> dict[str, Any]:
    """The values with the path of the data file, if there is one, from a folder."""
    if "dataset" not in values:
        return dict(values)
    return {**values, "dataset": with_expanded_file(values["dataset"], folder)}


def read_document(path: Path) -> Document:
    """The YAML in a file; raises ConfigError where it cannot be read."""
    try:
        return read(path)
    except YamlError as error:
        raise ConfigError([Mistake(path, error.line, "", str(error))]) from None
    except FileNotFoundError:
        close = close_to(path, bundled_names())
        meant = f"did you mean '{close}'? " if close else ""
        hint = f"{meant}'lossbench list experiments' names all"
        message = f"no such file, nor a bundled config of that name; {hint}"
        raise ConfigError([Mistake(path, None, "", message)]) from None
    except IsADirectoryError:
        message = "is a folder; 'lossbench run-all' runs the configs in a folder"
        raise ConfigError([Mistake(path, None, "", message)]) from None
    except OSError as error:
        raise ConfigError([Mistake(path, None, "", f"cannot be read: {error.strerror}")]) from None
