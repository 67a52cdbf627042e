"""The catalogues of languages: complete, alike in their messages and values, and without dead texts."""

import re
from pathlib import Path

import pytest
from fluent.syntax import ast, parse
from fluent.syntax.visitor import Visitor

from app.core.languages import FALLBACK, catalogue, folder, languages
from app.tasks.registry import TASKS
from tests.architecture.sources import ROOT, own_files, relative

# Keys that are put together of a word and a name of the program.
PUT_TOGETHER = ("category-", "error-title-", "error-text-")
SOURCES = own_files("app", "static/participant", "templates", suffixes=(".py", ".js", ".html"))
TEXT = {relative(path): path.read_text() for path in SOURCES}
TEMPLATES = sorted((ROOT / "templates/participant").glob("*.html"))
EVERYTHING = "\n".join(TEXT.values())
SAID = re.compile(r'\b(?:say|paragraphs|SaidError|DeviceError)\(\s*"([^"]+)"')
EITHER = re.compile(r'\bsay\([^\n]*? \? "([^"]+)" : "([^"]+)"\)')
TITLED = re.compile(r'\bSorryContext\([^"]*"([^"]+)", "([^"]+)"')
OF_TASK = re.compile(r'\bofTask\([\w.#]+, "([^"]+)"')
QUOTED = re.compile(r'"([a-z][a-z0-9-]*)"')


class Values(Visitor):
    """The names of the values that a message is given."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def messages(language: str) -> dict[str, set[str]]:
    """The values of each message. A line that is not Fluent, or a key that comes twice, fails."""
    found: dict[str, set[str]] = {}
    for entry in parse((folder() / f"{language}.ftl").read_text()).body:
        assert not isinstance(entry, ast.Junk), f"{language}.ftl: {entry.content}"
        if isinstance(entry, ast.Message):
            assert entry.id.name not in found, f"{language}.ftl: {entry.id.name} comes twice"
            values = Values()
            values.visit(entry)
            found[entry.id.name] = values.names
    return found


KEYS = set(messages(FALLBACK))


def task_keys() -> set[str]:
    """What each task says in words of its own."""
    return {f"{kind}-{name}" for kind in TASKS for name in OF_TASK.findall(EVERYTHING)}


def named_keys() -> set[str]:
    """Keys that a source asks for, outright or by the names of a task's messages and presets."""
    pairs = [*EITHER.findall(EVERYTHING), *TITLED.findall(EVERYTHING)]
    presets = [preset for task in TASKS.values() for preset in task.presets.values()]
    of_presets = {key for preset in presets for key in (preset.summary, preset.instructions)}
    return {*SAID.findall(EVERYTHING), *(key for pair in pairs for key in pair), *task_keys(), *of_presets}


def test_german_is_there_beside_english() -> None:
    assert {"en", "de"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_messages_with_the_same_values(language: str) -> None:
    assert messages(language) == messages(FALLBACK)


def test_what_is_said_is_in_the_catalogue() -> None:
    named = named_keys()
    assert len(named) > 80
    assert named - KEYS == set()


def test_nothing_in_the_catalogue_is_never_said() -> None:
    quoted = set(QUOTED.findall(EVERYTHING))
    dead = {key for key in KEYS - quoted - task_keys() if not key.startswith(PUT_TOGETHER)}
    assert dead == set()


def test_errors_with_a_text_of_their_own_are_raised_somewhere() -> None:
    codes = {key.removeprefix("error-text-") for key in KEYS if key.startswith("error-text-")}
    raised = {code for code in codes if f'"{code}"' in EVERYTHING}
    assert codes - raised == {"other", "own_fault"}


def test_categories_with_a_label_are_those_with_an_icon() -> None:
    icons = {path.stem for path in (ROOT / "static/vendor/icons").glob("*.webp")}
    assert {key.removeprefix("category-") for key in KEYS if key.startswith("category-")} == icons


@pytest.mark.parametrize("language", languages())
def test_no_two_categories_look_alike(language: str) -> None:
    labels = [catalogue(language)(key) for key in KEYS if key.startswith("category-")]
    assert len(set(labels)) == len(labels) == 16


def written_out(path: Path) -> list[str]:
    """Words of a template that are neither in a tag or an expression, nor in a script or style."""
    left_out = (
        r"<script.*?</script>|<style.*?</style>|{% block body_attributes %}.*?{% endblock %}"
        r"|{%.*?%}|{{.*?}}|<[^>]*>"
    )
    return re.findall(r"[A-Za-z]{2,}", re.sub(left_out, " ", path.read_text(), flags=re.DOTALL))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates/participant").glob("*.html")), ids=lambda p: p.name
)
def test_templates_of_participants_hold_no_text_of_their_own(path: Path) -> None:
    assert written_out(path) == []
