"""The command ``lossbench`` itself: its own options, and what all commands are registered with.

Every module of this package that holds a command imports ``app``; ``main`` imports them all. What
is slow to import waits until a command needs it.
"""

import typer

from lossbench.cli.options import Debug, Version

FAILED, WRONG_USAGE = 1, 2  # exit codes

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def examples(*commands: str) -> str:
    """The end of a command's help."""
    return "\n".join(["\b", "Examples:", *(f"  lossbench {command}" for command in commands)])


@app.callback(epilog=examples("run hinge", "run-all", "compare", "report --open"))
def lossbench(version: Version = False, debug: Debug = False) -> None:
    """Which loss function, and how much does it matter?

    An experiment is a YAML file: a dataset, a multilayer perceptron, a loss. It is trained by
    Keras from many seeds; metrics and learning curves go to results/.
    """
