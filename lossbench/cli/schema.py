"""``lossbench schema``: the JSON Schema of a config."""

from lossbench.cli.app import app, examples
from lossbench.cli.options import Debug, Version


@app.command("schema", epilog=examples("schema > schema.json"))
def print_schema(debug: Debug = False, version: Version = False) -> None:
    """Print the JSON Schema of a config, which editors use.

    An editor with a YAML language server takes it from a first line in the config:
    # yaml-language-server: $schema=schema.json
    """
    from lossbench.cli.terminal import print_json
    from lossbench.config.schema import schema

    print_json(schema())
