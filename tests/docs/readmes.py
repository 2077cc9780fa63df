"""The READMEs and their blocks: what their commands print today, beside what is shown.

The blocks of a README run in order, in one folder, where the files that others make lie already:

- A ``console`` block holds commands after ``$``, with their output below them. A command without
  output only has to work. ``...`` on a line of its own stands for lines that are left out.
- An ``sh`` block is a shell script, a ``python`` block a piece of one program.
- A block whose first line is a comment with a file's name, such as ``# mylosses.py``, is that file.
- Any other ``yaml`` block is a config, or some keys of one.

``<!-- not run: WHY -->`` on the line before a block lets it pass as it is.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import yaml
from command import lossbench, lossbench_process

ROOT = Path(__file__).parents[2]
NAMES = ("README.md", *(f"{it}/README.md" for it in ("configs", "results", "lossbench", "tests")))
READMES = [ROOT / name for name in NAMES]

FENCED = re.compile(
    r"(?:<!-- not run: (?P<why>[^\n]+) -->\n)?```(?P<language>\w+)\n(?P<body>.*?)```\n", re.DOTALL
)
FILE_NAME = re.compile(r"# (\S+\.(?:py|yaml))\n")
FIGURE = re.compile(r"\d+\.\d+|\d+(?= %)")
LEFT_OUT = "..."
# Commands that are not lossbench's are looked for beside this Python first.
ENVIRONMENT = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


@dataclass(frozen=True)
class Block:
    """A fenced block, where its body starts in the text, and why it is not run, if it is not."""

    language: str
    body: str
    start: int
    why_not_run: str | None

    @property
    def file(self) -> str | None:
        """The name of the file that the block shows, if it shows one."""
        match = FILE_NAME.match(self.body)
        return match[1] if match else None

    @property
    def commands(self) -> list[tuple[str, str]]:
        """The commands of a console block, each with its line and with the output below it."""
        first, *others = re.split(r"^\$ ", self.body, flags=re.MULTILINE)
        assert first == "", "a console block begins with a command"
        return [(line, shown) for line, _, shown in (it.partition("\n") for it in others)]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a README, in order."""
    return [
        Block(it["language"], it["body"], it.start("body"), it["why"])
        for it in FENCED.finditer(text)
    ]


def make_files(folder: Path) -> None:
    """Make the files that any of the READMEs shows or has a script for, as others use them."""
    for path in READMES:
        for block in blocks(path.read_text()):
            if not block.why_not_run and (block.file or block.language == "sh"):
                _run(block, folder, {})


def run(text: str, folder: Path) -> str:
    """Run the blocks of a README in a folder, and give its text with what commands print today.

    What is shown stays where it differs in last digits only, as figures of another processor do.
    Raises an exception where a block does not work.
    """
    pieces, end = [], 0
    names: dict[str, Any] = {}
    for block in blocks(text):
        body = block.body if block.why_not_run else _run(block, folder, names)
        pieces += [text[end : block.start], body]
        end = block.start + len(block.body)
    return "".join([*pieces, text[end:]])


def _run(block: Block, folder: Path, names: dict[str, Any]) -> str:
    """Run a block, and give its body with what its commands print; ``names`` are Python's."""
    if block.file:
        (folder / block.file).write_text(block.body)
    elif block.language == "console":
        return "".join(_session(block, folder))
    elif block.language == "python":
        before = Path.cwd()
        os.chdir(folder)
        try:
            exec(block.body, names)
        finally:
            os.chdir(before)
    elif block.language == "sh":
        done = _shell(block.body, folder)
        assert done.returncode == 0, done.stderr
    elif block.language == "yaml":
        _check_config(block.body, folder)
    return block.body


def _session(block: Block, folder: Path) -> Iterator[str]:
    for line, shown in block.commands:
        command = line.partition("  #")[0].strip()
        done = _command(command, folder)
        fails = shown.startswith("Error: ")
        assert (done.returncode != 0) == fails, f"{command}\n{done.stderr}"
        printed = done.stdout + done.stderr * fails
        yield f"$ {line}\n{shown if alike(shown, printed) else cut(printed, shown)}"


def _command(command: str, folder: Path) -> CompletedProcess[str]:
    program, *words = shlex.split(command)
    if program != "lossbench":
        return _shell(command, folder)
    file = words.pop() if ">" in words else None
    words = [word for word in words if word != ">"]
    # Code of one's own is imported from where a process starts.
    run_it = lossbench_process if "--allow-code" in words else lossbench
    done = run_it(folder, *words)
    if file:
        (folder / file).write_text(done.stdout)
        done.stdout = ""
    return done


def _shell(script: str, folder: Path) -> CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


def _check_config(body: str, folder: Path) -> None:
    """Raise AssertionError where no config is right with these keys."""
    values = yaml.safe_load(body)
    code = "--allow-code" if "function:" in body else ""
    complaints = []
    for base in ("mse", "hinge", "categorical_crossentropy"):
        whole = yaml.safe_load((ROOT / "configs" / f"{base}.yaml").read_text())
        del whole["published"]
        (folder / "checked.yaml").write_text(yaml.safe_dump(whole | values))
        done = _command(f"lossbench validate checked.yaml {code}", folder)
        (folder / "checked.yaml").unlink()
        if done.returncode == 0:
            return
        complaints.append(done.stderr)
    raise AssertionError("".join(complaints))


def alike(shown: str, printed: str) -> bool:
    """Whether a shown output is the printed one, but for last digits and for what is left out."""
    expected = cut(printed, shown)
    if FIGURE.sub("", shown) != FIGURE.sub("", expected):
        return False
    pairs = zip(FIGURE.findall(shown), FIGURE.findall(expected), strict=True)
    return all(_near(first, second) for first, second in pairs)


def _near(first: str, second: str) -> bool:
    """Whether two figures, or two percentages, may be of one run on different processors."""
    tolerance = 0.01 if "." in first else 9
    return isclose(float(first), float(second), rel_tol=0.1, abs_tol=tolerance)


def cut(printed: str, shown: str) -> str:
    """An output with as many of its lines as are shown at its beginning and at its end."""
    if not shown:
        return ""
    lines, wanted = printed.splitlines(keepends=True), shown.splitlines()
    if LEFT_OUT not in wanted:
        return printed
    head = wanted.index(LEFT_OUT)
    tail = len(wanted) - head - 1
    return "".join([*lines[:head], f"{LEFT_OUT}\n", *lines[len(lines) - tail :]])
