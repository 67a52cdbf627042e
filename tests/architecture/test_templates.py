"""Each template uses the names that its context declares: no more, and no fewer."""

from dataclasses import fields, is_dataclass

import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

import app.main  # noqa: F401  (imports every context)
from app.web.templating import COMMON_NAMES, PageContext
from tests.architecture.sources import ROOT

FOLDER = ROOT / "templates"
ENVIRONMENT = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)


def contexts(base: type[PageContext] = PageContext) -> list[type[PageContext]]:
    """All classes of contexts that name a template."""
    found = [cls for child in base.__subclasses__() for cls in (child, *contexts(child))]
    return [cls for cls in found if "template" in vars(cls)]


def family(name: str) -> set[str]:
    """A template with all that it extends and includes."""
    tree = ENVIRONMENT.parse((FOLDER / name).read_text())
    named = [reference for reference in meta.find_referenced_templates(tree) if reference]
    return {name}.union(*(family(reference) for reference in named))


def used_names(name: str) -> set[str]:
    """Names that a page expects from its context. Imported macros are not: Jinja forgets that in blocks."""
    trees = [ENVIRONMENT.parse((FOLDER / member).read_text()) for member in family(name)]
    used: set[str] = set().union(*(meta.find_undeclared_variables(tree) for tree in trees))
    imported = {
        str(name) for tree in trees for node in tree.find_all(nodes.FromImport) for name in node.names
    }
    return used - imported


@pytest.mark.parametrize("context", contexts(), ids=lambda cls: cls.__name__)
def test_names_used_are_names_declared(context: type[PageContext]) -> None:
    assert is_dataclass(context)
    declared = {field.name for field in fields(context)}
    assert used_names(context.template) - COMMON_NAMES == declared


@pytest.mark.parametrize("context", contexts(), ids=lambda cls: cls.__name__)
def test_contexts_are_frozen(context: type[PageContext]) -> None:
    assert context.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_every_page_has_a_context() -> None:
    pages = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*.html")
        if not path.name.startswith("_") and path.name != "base.html"
    }
    extended = {
        str(node.template.value)
        for page in pages
        for node in ENVIRONMENT.parse((FOLDER / page).read_text()).find_all(nodes.Extends)
        if isinstance(node.template, nodes.Const)
    }
    assert pages - extended == {context.template for context in contexts()}


def test_scripts_and_styles_carry_the_nonce_or_come_from_the_site() -> None:
    for path in FOLDER.rglob("*.html"):
        text = path.read_text()
        assert " onclick=" not in text
        for tag in ("<script", "<style"):
            for part in text.split(tag)[1:]:
                opening = part.split(">", 1)[0]
                assert "nonce=" in opening or 'src="/static/' in opening, path.name
