"""``lossbench validate``: check configs and train nothing."""

from lossbench.cli.app import app, examples
from lossbench.cli.options import AllowCode, ConfigFiles, Debug, Version


@app.command(epilog=examples("validate my/*.yaml", "validate hinge"))
def validate(
    configs: ConfigFiles,
    allow_code: AllowCode = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Check configs and the data they ask for, and train nothing."""
    from lossbench.config.load import load_all

    for case in load_all(configs, allow_code=allow_code):
        print(f"{case.path}: ok")
