"""The project's own source files, and what they import."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FETCHED = {"vendor", "node_modules", "__pycache__"}


def own_files(*folders: str, suffixes: tuple[str, ...]) -> list[Path]:
    """Files of the project itself; third-party files are fetched into folders that are left out."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return [path for path in paths if path.suffix in suffixes and not FETCHED & set(path.parts)]


def python_files(*folders: str) -> list[Path]:
    return own_files(*folders, suffixes=(".py",))


def imports_of(path: Path) -> Iterator[str]:
    """Full names of everything that a file imports, at any depth: `package.module.name`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """The dotted name of a file's module."""
    return relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
