"""The form of a draft: it changes what was changed and nothing else, whatever the study file."""

from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from app.core.resources import resource_folder
from app.drafts import form_fields
from app.drafts.checking import read
from app.drafts.form import Form, form_of, sections, text_of
from app.drafts.form_fields import FieldGroup, every_field, fields_of
from app.drafts.new import new_text
from app.drafts.places import Places
from app.drafts.text import ABSENT, changed, content_of, snippet
from app.experiments.schemas import StudyDefinition
from app.steps.registry import ALL
from synthesis.common.safe_yaml import is_blank
from synthesis.common.yaml_file import load_yaml

EXAMPLES = resource_folder("examples")
STUDIES = sorted([*EXAMPLES.glob("*study.yaml"), *EXAMPLES.glob("published/*/studies/*.yaml")])
PLACES = Places(EXAMPLES, EXAMPLES)
TEXT = new_text("new", 7)


def unchanged(form: Form) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody touched, with the line ends that browsers send."""
    sent: dict[str, list[str]] = {}
    for name, value in form.values.items():
        sent[name] = ["", *value] if isinstance(value, list) else [value.replace("\n", "\r\n")]
    for row in form.bundles:
        name = f"bundle.{row.number}"
        sent[f"{name}.place"] = [row.place]
        sent[f"{name}.network"] = [row.choice.network if row.choice else ""]
        if row.choice:
            sent[f"{name}.use"] = ["yes"]
            sent[f"{name}.kept"] = list(row.choice.layers or ())
    return sent


def test_there_are_all_the_published_studies() -> None:
    assert len(STUDIES) >= 21


@pytest.mark.parametrize("file", STUDIES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_form_that_nobody_touched_leaves_the_text_as_it_is(file: Path) -> None:
    text = file.read_text()
    sent = unchanged(form_of(text, [], PLACES))
    assert text_of(text, sent, PLACES) == text
    after = text_of(text, sent | {"title": ["Another title"]}, PLACES)
    assert content_of(after) == content_of(text) | {"title": "Another title"}
    comments = [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in comments if line not in after] == []


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(max_examples=60, deadline=None)
def test_whatever_is_typed_can_be_read_again(typed: str) -> None:
    sent = unchanged(form_of(TEXT, [], PLACES))
    after = text_of(TEXT, sent | {"consent": [typed], "title": [typed], "participants": [typed]}, PLACES)
    content = content_of(after)
    for name in ("consent", "title"):
        shown = " ".join(str(content.get(name, "")).split())
        assert shown == ("" if is_blank(typed.replace("\r\n", "\n").strip()) else " ".join(typed.split()))
    again = text_of(after, unchanged(form_of(after, [], PLACES)), PLACES)
    assert again == after


def test_every_field_of_the_study_file_has_a_place_in_the_form() -> None:
    named = {str(field.path[0]) for section in sections() for field in every_field(section.fields)}
    own = {"bundle", "layers", "stimuli", "steps"}
    assert named | own == set(StudyDefinition.model_fields)
    assert sections()[-1].title != "More", "a new field: give it a place in form.SECTIONS"


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_every_kind_of_step_has_a_field_for_each_parameter(kind: Any) -> None:
    names = {str(field.path[-1]) for field in every_field(fields_of(kind.parameters))}
    assert names == set(kind.parameters.model_fields) - {"kind"}


class Inner(BaseModel):
    """`depth` of it."""

    depth: int = Field(default=2, ge=1, le=9)


class Parameters(BaseModel):
    kind: Literal["new"] = "new"
    speed: float | None = Field(default=None, gt=0)
    loud: bool = False
    colour: Literal["red", "light_blue"] = "red"
    colours: tuple[Literal["red", "blue"], ...] = ()
    words: list[str] = []
    places: tuple[int, ...] = ()
    story: str | None = Field(default=None, max_length=5000)
    table: dict[str, int] = {}
    inner: Inner = Inner()
    name: str


def test_a_form_follows_from_any_model() -> None:
    fields = fields_of(Parameters, ("steps", 0))
    kinds = {str(one.path[-1]): one.kind for one in every_field(fields)}
    assert kinds == {
        "speed": "number",
        "loud": "choice",
        "colour": "choice",
        "colours": "choices",
        "words": "list",
        "places": "list",
        "story": "text",
        "table": "yaml",
        "depth": "number",
        "name": "line",
    }
    group = next(one for one in fields if isinstance(one, FieldGroup))
    assert (group.about, group.fields[0].limits) == ("depth of it.", "1 to 9")  # type: ignore[union-attr]
    by_name = {str(one.path[-1]): one for one in every_field(fields)}
    for name, sent, value in (
        ("speed", "1.5", 1.5),
        ("speed", "fast", "fast"),
        ("loud", "true", True),
        ("loud", "", ABSENT),
        ("colours", ["red"], ["red"]),
        ("colours", [], ABSENT),
        ("words", "a\r\n\r\n b ", ["a", "b"]),
        ("places", "1\n2\nx", [1, 2, "x"]),
        ("table", "a: 1\r\nb: 2", {"a": 1, "b": 2}),
        ("table", "a: [", "a: ["),
        ("depth", "0x10", "0x10"),
        ("name", "<b>", "<b>"),
    ):
        assert form_fields.given(by_name[name], sent) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("resume", "within_minutes"), 30),
        (("exclusions", "trials", "rt_below_ms"), 200),
        (("exclusions",), ABSENT),
        (("consent",), "one\n\n  two\ttabs  \n"),
        (("vocabulary",), ["yes", "no", "1", "null"]),
        (("completion_codes",), {"gate": "007"}),
    ],
)
def test_a_change_at_a_path_is_what_is_read_there(path: tuple[str, ...], value: Any) -> None:
    after = yaml.safe_load(changed(TEXT, {path: value}))
    for part in path[:-1]:
        after = after[part]
    if value is ABSENT:
        assert path[-1] not in after
    elif isinstance(value, str):
        assert after[path[-1]].split() == value.split()
    else:
        assert after[path[-1]] == value
    assert "\n# What people agree to" in changed(TEXT, {path: value}) or path == ("consent",)


def test_a_snippet_is_yaml_of_its_own() -> None:
    value = [{"id": "a", "options": ["x", "y"]}, {"id": "b", "text": "one\ntwo\n"}]
    assert yaml.safe_load(snippet(value)) == value
    assert snippet(None) == snippet(ABSENT) == ""


def test_a_new_draft_lacks_nothing_but_its_stimuli(tmp_path: Path) -> None:
    problems = read(TEXT, PLACES).problems
    assert [one.message.split(":")[0] for one in problems] == ["give bundle"]
    file = tmp_path / "study.yaml"
    file.write_text(changed(TEXT, {("bundle",): "somewhere"}))
    assert load_yaml(file, StudyDefinition).close_at == "participants"
