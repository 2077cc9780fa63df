"""What ``import lossbench`` offers: its names, its examples, and that it imports little."""

import ast
import doctest
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import lossbench
from lossbench.results.result import Result

FUNCTIONS = {"load", "run", "read", "compare"}
TYPES = {"Experiment", "Result", "Comparison"}
ERRORS = {"ConfigError", "DatasetError", "DamagedResult", "NothingToCompare", "WrongSetting"}
EXAMPLES: dict[str, ModuleType | Callable[..., object]] = {
    "lossbench": lossbench,
    **{name: getattr(lossbench, name) for name in sorted(FUNCTIONS)},
    "Result": Result,
    "Result.to_frame": Result.to_frame,
    "Result.history_frame": Result.history_frame,
}


def test_all_is_what_is_documented_and_can_be_reached() -> None:
    assert {*lossbench.__all__} == {*FUNCTIONS, *TYPES, *ERRORS, "__version__"}
    assert lossbench.__doc__
    documented = {*re.findall(r"``(\w+)``", lossbench.__doc__)}
    assert documented == {*FUNCTIONS, *TYPES, *ERRORS}
    for name in {*lossbench.__all__} - {"__version__"}:
        thing = getattr(lossbench, name)
        assert thing.__name__ == name
        assert thing.__doc__
    assert lossbench.__all__ == sorted(lossbench.__all__)
    assert {*lossbench.__all__} <= {*dir(lossbench)}
    with pytest.raises(AttributeError, match="module 'lossbench' has no attribute 'trane'"):
        lossbench.trane  # noqa: B018


def test_errors_can_be_caught_and_types_are_types() -> None:
    assert all(issubclass(getattr(lossbench, name), Exception) for name in ERRORS)
    assert all(inspect.isclass(getattr(lossbench, name)) for name in TYPES)


def test_type_checkers_see_what_is_imported_when_it_is_asked_for() -> None:
    """The imports for type checkers name the same modules as those that are made."""
    assert lossbench.__file__
    tree = ast.parse(Path(lossbench.__file__).read_text())
    seen = {
        name.name: node.module.removeprefix("lossbench.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("lossbench.")
        for name in node.names
    }
    assert seen == lossbench._MODULES
    assert (Path(lossbench.__file__).parent / "py.typed").exists()
    assert {*seen, "__version__"} == {*lossbench.__all__}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with the results that the examples read."""
    folder = tmp_path_factory.mktemp("notebook")
    for name in ("hinge", "squared_hinge"):
        lossbench.run(lossbench.load(name, {"repeats": 3, "epochs": 2}), folder / "results")
    return folder


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_in_a_docstring_gives_what_it_shows(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(EXAMPLES[name], name)
    assert example.examples
    said: list[str] = []
    outcome = doctest.DocTestRunner().run(example, out=said.append)
    assert outcome.failed == 0, "".join(said)


def imported_by(statement: str) -> Iterator[str]:
    """The packages that a statement imports in a process of its own, beside Python's and ours."""
    code = (
        "import json, sys\n"
        "before = {*sys.modules}\n"
        f"{statement}\n"
        "print(json.dumps([*{*sys.modules} - before]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    for name in {it.partition(".")[0] for it in json.loads(done.stdout)}:
        if name not in {*sys.stdlib_module_names, "lossbench"}:
            yield name


def test_importing_lossbench_imports_nothing_else() -> None:
    assert {*imported_by("import lossbench; dir(lossbench)")} == set()


def test_the_look_for_imports_can_fail() -> None:
    assert {"numpy", "pydantic"} <= {*imported_by("from lossbench import Result")}
