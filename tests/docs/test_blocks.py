"""The blocks of the READMEs work, and the commands in them print what is shown."""

import shlex
from pathlib import Path

import pytest
from command import lossbench
from docs import readmes
from docs.readmes import READMES, ROOT, alike, cut

# Keras reads an optimizer's learning rate in a way that NumPy deprecates.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")]
NOT_RUN = [
    ("README.md", "installs from the network"),
    ("README.md", "takes a minute"),
    ("configs/README.md", "takes minutes"),
    ("results/README.md", "takes a minute"),
    ("results/README.md", "installs from the network, and serves until it is stopped"),
    ("lossbench/README.md", "needs several machines"),
]


# The first page has a module of its own, so that another process may run it.
@pytest.mark.thorough
@pytest.mark.parametrize("path", READMES[1:], ids=lambda it: it.relative_to(ROOT).as_posix())
def test_the_blocks_work_and_print_what_is_shown(path: Path, tmp_path: Path) -> None:
    readmes.make_files(tmp_path)
    text = path.read_text()
    assert readmes.run(text, tmp_path) == text


def test_few_blocks_are_not_run_and_their_commands_are_known(tmp_path: Path) -> None:
    not_run = [
        (path.relative_to(ROOT).as_posix(), block)
        for path in READMES
        for block in readmes.blocks(path.read_text())
        if block.why_not_run
    ]
    assert [(name, block.why_not_run) for name, block in not_run] == NOT_RUN
    commands = [
        shlex.split(line, comments=True)
        for _, block in not_run
        if block.language == "console"
        for line, _ in block.commands
    ]
    ours = [words for program, *words in commands if program == "lossbench"]
    assert len(ours) == 9
    for name, *words in ours:
        help_text = lossbench(tmp_path, name, "--help").stdout
        for option in (it for it in words if it.startswith("--")):
            assert f"{option} " in help_text


def test_every_block_is_of_a_language_that_is_run_or_drawn() -> None:
    languages = {block.language for it in READMES for block in readmes.blocks(it.read_text())}
    assert languages == {"console", "python", "sh", "text", "yaml"}


PRINTED = "hinge: accuracy\nTrain: 0.836, Test: 0.848\nin 70 % of pairs\n"


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        (PRINTED, True),
        ("hinge: accuracy\nTrain: 0.835, Test: 0.849\nin 72 % of pairs\n", True),
        ("hinge: accuracy\n...\n", True),
        ("...\nin 70 % of pairs\n", True),
        ("hinge: accuracy\n...\nin 70 % of pairs\n", True),
        ("hinge: accuracy\nTrain: 0.836, Test: 0.748\nin 70 % of pairs\n", False),
        ("hinge: accuracy\nTrain: 0.836, Test: 0.848\nin 50 % of pairs\n", False),
        ("hinge: mse\n...\n", False),
        ("hinge: accuracy\n", False),
        ("...\nin most of pairs\n", False),
    ],
)
def test_an_output_may_differ_in_last_digits_only(shown: str, same: bool) -> None:
    assert alike(shown, PRINTED) is same
    assert cut(PRINTED, PRINTED) == PRINTED


def test_what_a_command_prints_now_takes_the_place_of_what_is_shown(tmp_path: Path) -> None:
    text = "```console\n$ echo one\n1\n$ printf '1\\n2\\n3\\n4\\n'   # counts\nx\n...\nx\n```\n"
    assert readmes.run(text, tmp_path) == (
        "```console\n$ echo one\none\n$ printf '1\\n2\\n3\\n4\\n'   # counts\n1\n...\n4\n```\n"
    )


@pytest.mark.parametrize(
    "block",
    [
        "```console\n$ lossbench validate nowhere.yaml\n```\n",
        "```console\n$ lossbench list\nError: none\n```\n",
        "```console\n$ false\n```\n",
        "```python\n1 / 0\n```\n",
        "```yaml\noptimizer: {lerning_rate: 1}\n```\n",
        "```sh\nfalse\n```\n",
    ],
)
def test_a_block_that_does_not_work_is_found(tmp_path: Path, block: str) -> None:
    with pytest.raises((AssertionError, ZeroDivisionError)):
        readmes.run(block, tmp_path)
    assert readmes.run(f"<!-- not run: WHY -->\n{block}", tmp_path).endswith(block)
