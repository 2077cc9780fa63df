"""What a user's own loss may do in a training process."""

from pathlib import Path

import pytest
from command import lossbench_process
from small_experiments import CIRCLES

pytestmark = [pytest.mark.slow, pytest.mark.thorough]
OWN = "{function: theirs:%s, labels: -1/1}"


OWN_CODE = """\
import os, sys, keras

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(one)

class Silent(BaseException):
    def __str__(self):
        return 5

def silent(y, p):
    raise Silent

def odd(y, p):
    raise Odd("of two arguments", 2)

def leaving(y, p):
    sys.exit(3)

def deep(y, p):
    return deep(y, p)

def short_of_memory(y, p):
    raise MemoryError

def ending(y, p):
    os._exit(4)
"""


def test_what_own_code_raises_is_told_and_the_others_are_trained(tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(OWN_CODE)
    names = ["odd", "silent", "leaving", "deep", "short_of_memory", "ending"]
    for name in names:
        (tmp_path / f"{name}.yaml").write_text(CIRCLES.replace("hinge", OWN % name))
    (tmp_path / "hinge.yaml").write_text(CIRCLES)
    # It is still trained when the next one, compiled meanwhile, ends their process.
    (tmp_path / "long.yaml").write_text(CIRCLES.replace("epochs: 2", "epochs: 50000"))
    configs = [f"{name}.yaml" for name in [*names[:-1], "long", names[-1], "hinge"]]
    done = lossbench_process(tmp_path, "run", *configs, "--allow-code", "--quiet", timeout=120)
    assert done.returncode == 1
    said = [
        "odd: ValueError: theirs:odd raised Odd: of two arguments;",
        "silent: Silent",
        "leaving: SystemExit: 3",
        "deep: ValueError: theirs:deep raised RecursionError: maximum recursion depth exceeded;",
        "short_of_memory: ValueError: theirs:short_of_memory raised MemoryError;",
        "ending: the training process ended with exit code 4",
    ]
    for line, text in zip(done.stderr.splitlines(), said, strict=True):
        assert line.startswith(f"Error: {text}")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()[::2]] == ["long", "hinge"]
