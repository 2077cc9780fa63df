"""An experiment as the text of a config."""

from decimal import Decimal

import yaml

from lossbench.config.experiment import Experiment
from lossbench.config.yaml_reader import RESOLVERS


def to_yaml(experiment: Experiment) -> str:
    """The config of an experiment with every default filled in."""
    return yaml.dump(experiment.resolved(), Dumper=_Dumper, sort_keys=False)


def flow(value: object) -> str:
    """A plain value as it stands in a config, on one line."""
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=10**6)
    return text.removesuffix("...\n").rstrip("\n")


class _Dumper(yaml.SafeDumper):
    """The safe dumper. It writes a figure with its decimals, and lists on one line.

    A list of mappings, such as layers, has a line for each of them.
    """


def _figure(dumper: yaml.SafeDumper, figure: Decimal) -> yaml.Node:
    text = f"{figure:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


def _list(dumper: yaml.SafeDumper, values: tuple[object, ...]) -> yaml.Node:
    node = dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=True)
    if any(isinstance(it, yaml.MappingNode) for it in node.value):
        node.flow_style = dumper.default_flow_style
        for it in node.value:
            it.flow_style = True
    return node


_Dumper.yaml_implicit_resolvers = RESOLVERS
_Dumper.add_representer(Decimal, _figure)
_Dumper.add_representer(tuple, _list)
_Dumper.add_multi_representer(float, yaml.SafeDumper.represent_float)
