"""The names of experiments, as far as a glance at a config tells them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from lossbench.config.grid import read_settings, with_values
from lossbench.config.yaml_reader import YamlError, read


def names_of(path: Path, settings: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """The sweep, if any, and the name of each experiment, without a check of the config."""
    try:
        values = read(path).values
    except (OSError, YamlError):
        values = {}
    name = values.get("name", path.stem) if isinstance(values, dict) else path.stem
    grid = read_settings(settings)
    for point in grid.points():
        base = str(with_values({"name": name}, grid.settings(point))["name"])
        yield grid.sweep(base) if grid.varying else "", grid.name(base, point)
