"""All commands: each module registers its own, and the help lists them in this order."""

# ruff: noqa: F401
# isort: off
from lossbench.cli.app import app
import lossbench.cli.run
import lossbench.cli.list
import lossbench.cli.explain
import lossbench.cli.validate
import lossbench.cli.schema
import lossbench.cli.compare
import lossbench.cli.report
import lossbench.cli.plot
import lossbench.cli.new
import lossbench.cli.choose
# isort: on

__all__ = ["app"]
