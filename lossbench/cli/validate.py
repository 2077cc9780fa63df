"""``lossbench validate``: check configs and train nothing."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from lossbench.cli.app import app, examples
from lossbench.cli.options import AllowCode, ConfigFiles, Debug, Version

MOST_NAMED = 3  # configs in the command that can follow


@app.command(epilog=examples("validate my/*.yaml", "validate hinge"))
def validate(
    configs: ConfigFiles,
    allow_code: AllowCode = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Check configs and the data they ask for, and train nothing.

    A claims.yaml among them is checked with the configs in its folder.
    """
    from lossbench.cli.terminal import print_end
    from lossbench.cli.written import end
    from lossbench.config.bundled import in_folder, named_as_claims
    from lossbench.config.complaints import ConfigError, Mistake
    from lossbench.config.load import load_all

    claims = [path for path in map(Path, configs) if named_as_claims(path)]
    others = [it for it in configs if Path(it) not in claims]
    wrong: list[Mistake] = []
    right: list[Path] = []
    try:
        right += [case.path for case in load_all(others, allow_code=allow_code, later=True)]
    except ConfigError as error:
        wrong += error.mistakes
    for path in claims:
        from lossbench.config.claims import load_with_claims

        try:
            load_with_claims(in_folder(path.parent), path, allow_code=allow_code, later=True)
            right.append(path)
        except ConfigError as error:
            wrong += error.mistakes
    if wrong:
        # Those of a config are found twice where it is given, and lies beside claims, too.
        raise ConfigError([*{str(it): it for it in wrong}.values()])
    for path in right:
        print(f"{path}: ok")
    print_end(*end([], _next(configs, allow_code)))


def _next(configs: Sequence[str], allow_code: bool) -> list[str]:
    """The command that runs configs, named as they were given; a pipe cannot be read again."""
    from lossbench.config.bundled import named_as_claims
    from lossbench.config.pipes import is_piped

    given = [it for it in configs if not named_as_claims(Path(it))]
    if not 0 < len(given) <= MOST_NAMED or any(is_piped(Path(it)) for it in given):
        return []
    return [f"lossbench run {shlex.join(given)}{' --allow-code' if allow_code else ''}"]
