"""The command line as a whole: help, versions, wrong usage and what is imported."""

import subprocess
import sys
from pathlib import Path

import pytest
from command import lossbench
from small_experiments import MOONS

from lossbench import __version__
from lossbench.config.bundled import BUNDLED

COMMANDS = (
    *("run", "run-all", "new", "compare", "report"),
    *("list", "explain", "validate", "schema"),
)
NINE = [str(it) for it in sorted(BUNDLED.glob("*.yaml"))]  # with their claims
HEAVY = {"tensorflow", "keras", "matplotlib", "pandas", "scipy", "sklearn"}


@pytest.mark.parametrize("command", ["run", "run-all", "validate"])
def test_wrong_config_is_exit_code_2_and_nothing_is_written(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "configs"
    folder.mkdir()
    (folder / "good.yaml").write_text(MOONS)
    (folder / "wrong.yaml").write_text(MOONS.replace("epochs: 2", "epochs: 0"))
    configs = ["configs"] if command == "run-all" else ["configs/good.yaml", "configs/wrong.yaml"]
    done = lossbench(tmp_path, command, *configs)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "Error: configs/wrong.yaml:4: epochs: 0 must be at least 1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["configs"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["validate"],
        ["rum", "hinge"],
        ["run", "hinge", "--epochs", "0"],
        ["run", "hinge", "--repeats", "x"],
        ["run", "hinge", "--seed", "4294967296"],
        ["run", "hinge", "--nonsense"],
        ["run-all", "nowhere"],
        ["run", "hinge", "5000-samples/hinge"],
        ["validate", "hige"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], tmp_path: Path) -> None:
    done = lossbench(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--debug", "validate"], ["validate", "--debug"]])
def test_debug_shows_the_traceback(arguments: list[str], tmp_path: Path) -> None:
    done = lossbench(tmp_path, *arguments, "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("Traceback (most recent call last)")
    assert "ConfigError: nowhere: no such file" in done.stderr


@pytest.mark.parametrize("command", [[], *([it] for it in COMMANDS)], ids=" ".join)
def test_help_has_examples(command: list[str], tmp_path: Path) -> None:
    done = lossbench(tmp_path, *command, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Examples:\n" in done.stdout
    assert f"  lossbench {' '.join(command)}" in done.stdout.partition("Examples:\n")[2]
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("command", [[], *([it] for it in COMMANDS)], ids=" ".join)
def test_version_everywhere(command: list[str], tmp_path: Path) -> None:
    done = lossbench(tmp_path, *command, "--version")
    assert (done.returncode, done.stdout) == (0, f"lossbench {__version__}\n")


def modules_after(statements: list[str], cwd: Path) -> set[str]:
    """The heavy packages among the modules that statements import, in a process of their own."""
    code = (
        f"import sys\nfor it in {statements}:\n    try:\n        exec(it)\n"
        "    except SystemExit as end:\n        assert end.code == 0, it\n"
        f"print(*{HEAVY} & set(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True, timeout=90)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param([["--help"], *([command, "--help"] for command in COMMANDS)], id="help"),
        pytest.param(
            [
                *(["list"], ["list", "losses"], ["explain"], ["explain", "hinge", "--json"]),
                *(["schema"], ["validate", *NINE], ["validate", "5000-samples/mse"]),
            ],
            id="what needs no data",
        ),
    ],
)
def test_light_commands_import_nothing_heavy(commands: list[list[str]], tmp_path: Path) -> None:
    """They share a process: what one imports stays to be seen."""
    calls = [
        f"sys.argv[1:] = {arguments}; from lossbench.cli.main import main; main()"
        for arguments in commands
    ]
    assert modules_after(calls, tmp_path) == set()


def test_the_look_for_heavy_imports_can_fail(tmp_path: Path) -> None:
    assert "matplotlib" in modules_after(["import lossbench.pictures.of_result"], tmp_path)
