"""What keeps the code readable: how long modules and functions may be, and what they take."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "lossbench"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES, MOST_LINES_OF_FUNCTION, MOST_PARAMETERS = 300, 50, 7


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether typer makes a command of it, whose options are its parameters."""
    return any("app." in ast.unparse(it) for it in function.decorator_list)


@pytest.mark.parametrize("path", MODULES, ids=lambda it: it.relative_to(PACKAGE).as_posix())
def test_modules_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES
    for it in functions(path):
        assert it.end_lineno is not None
        assert it.end_lineno - it.lineno < MOST_LINES_OF_FUNCTION or is_command(it), it.name
        given = it.args
        count = len(given.posonlyargs + given.args + given.kwonlyargs)
        assert count <= MOST_PARAMETERS or is_command(it), it.name
