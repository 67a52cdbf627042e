"""What the documents point to is there: files, headings, commands with their options."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.cli.commands import app as metamerlab
from synthesis.commands.program import app as synthesis
from tests.architecture.documents import anchors, commands, documents, links
from tests.architecture.sources import relative

PROGRAMS = {"metamerlab": metamerlab, "python -m synthesis": synthesis}
NAME = re.compile(r"[a-z][a-z-]*")


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
    unknown = []
    for program, arguments in commands(document.read_text()):
        if problem := problem_of(program, arguments):
            unknown.append(f"{program} {' '.join(arguments)}: {problem}")
    assert unknown == []


def problem_of(program: str, arguments: list[str]) -> str:
    """What the program does not know of a command; "" if it knows all. Values of options are not judged."""
    import typer

    known: Any = typer.main.get_command(PROGRAMS[program])
    options = {name for option in known.params for name in option.opts}
    for argument in arguments:
        if argument.startswith("--"):
            if argument.split("=")[0] not in options | {"--help"}:
                return f"no option {argument}"
        elif hasattr(known, "list_commands"):
            # In running text dots stand for a command; capitals and alternatives for what the reader fills in.
            if not NAME.fullmatch(argument):
                return ""
            found = known.get_command(None, argument)
            if found is None:
                return f"no command {argument}"
            known = found
            options = options | {name for option in known.params for name in option.opts}
    return ""


def test_the_index_names_every_page() -> None:
    folder = documents()[0].parent / "docs"
    for index in (folder / "README.md", *folder.glob("*/README.md")):
        named = {(index.parent / link.partition("#")[0]).resolve() for link in links(index.read_text())}
        assert {page for page in index.parent.glob("*.md") if page != index} <= named, relative(index)
