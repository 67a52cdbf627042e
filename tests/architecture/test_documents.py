"""What the documents point to is there: files, headings, commands with their options."""

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli.commands import app as metamerlab
from docs.make_architecture_picture import PICTURE, picture
from synthesis.commands.program import app as synthesis
from tests.architecture.documents import anchors, commands, documents, links
from tests.architecture.sources import ROOT, relative

PROGRAMS = {"metamerlab": metamerlab, "python -m synthesis": synthesis}
NAME = re.compile(r"[a-z][a-z-]*")
PATH = re.compile(r"`((?:app|docs|migrations|static|synthesis|templates|tests)/[\w./-]*\w)[/`]")
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_links_lead_to_files_and_headings(document: Path) -> None:
    assert [link for link in links(document.read_text()) if not leads_somewhere(document, link)] == []


def leads_somewhere(document: Path, link: str) -> bool:
    if link.startswith(("https://", "http://", "mailto:")):
        return True
    place, _, anchor = link.partition("#")
    path = (document.parent / place).resolve() if place else document
    if not path.exists():
        return False
    return not anchor or anchor in anchors(path.read_text())


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_commands_that_are_shown_exist(document: Path) -> None:
    shown = list(commands(document.read_text()))
    assert [command for command in shown if problem_of(*command)] == []


def test_commands_with_mistakes_are_found() -> None:
    shown = (
        "`metamerlab analyse mine`, `metamerlab study open mine --fast`, `python -m synthesis run S --out D`"
    )
    problems = [problem_of(*command) for command in commands(shown)]
    assert problems == ["no command analyse", "no option --fast", ""]


def problem_of(program: str, arguments: list[str]) -> str:
    """What the program does not know of a command; "" if it knows all. Values of options are not judged."""
    known: Any = typer.main.get_command(PROGRAMS[program])
    options = {name for option in known.params for name in option.opts}
    for argument in arguments:
        if argument.startswith("--"):
            if argument.split("=")[0] not in options | {"--help"}:
                return f"no option {argument}"
        elif hasattr(known, "list_commands"):
            # Dots, capitals and alternatives stand for what the reader fills in.
            if not NAME.fullmatch(argument):
                return ""
            found = known.get_command(None, argument)
            if found is None:
                return f"no command {argument}"
            known = found
            options = options | {name for option in known.params for name in option.opts}
    return ""


def test_the_index_names_every_page() -> None:
    for index in sorted((ROOT / "docs").rglob("README.md")):
        named = {(index.parent / link.partition("#")[0]).resolve() for link in links(index.read_text())}
        assert {page for page in index.parent.glob("*.md") if page != index} <= named, relative(index)


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_files_of_the_project_that_are_named_exist(document: Path) -> None:
    named = PATH.findall(document.read_text())
    assert [path for path in named if not (ROOT / path.rstrip(".")).exists()] == []


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_what_examples_import_exists(document: Path) -> None:
    for example in PYTHON.findall(document.read_text()):
        for node in ast.walk(ast.parse(example)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"app", "synthesis"}:
                module = import_module(str(node.module))
                assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == []


def test_the_picture_of_the_architecture_follows_the_import_contracts() -> None:
    assert PICTURE.read_text() == picture(), "run: python docs/make_architecture_picture.py"
