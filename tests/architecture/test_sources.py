"""Rules of the house that no other tool checks."""

import ast

from tests.architecture.sources import own_files, python_files, relative

MAXIMUM_LINES = 300
MAXIMUM_FUNCTION_LINES = 50
FOLDERS = ("app", "synthesis", "static", "templates", "migrations", "tests")
SUFFIXES = (".py", ".js", ".mjs", ".ts", ".css", ".html")


def test_files_stay_short() -> None:
    lengths = {
        relative(path): len(path.read_text().splitlines())
        for path in own_files(*FOLDERS, suffixes=SUFFIXES)
        if not relative(path).startswith("migrations/versions/")
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAXIMUM_LINES} == {}


def test_functions_stay_short() -> None:
    long = {
        f"{relative(path)}: {node.name}": lines_of(node)
        for path in python_files("app", "synthesis")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if lines_of(node) > MAXIMUM_FUNCTION_LINES
    }
    assert long == {}


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    documented = len((ast.get_docstring(function, clean=False) or "").splitlines())
    return (function.end_lineno or function.lineno) - function.lineno + 1 - documented


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        relative(path)
        for path in python_files("app", "synthesis")
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
