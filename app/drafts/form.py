"""The form of a draft: its sections, and what the text becomes when it is sent; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.adaptive.registry import PROCEDURES
from app.core.languages import BROWSER, languages
from app.drafts import chosen, course
from app.drafts.course import STEPS, Sent, StepRow, kinds_to_add
from app.drafts.form_fields import FieldGroup, FormField, every_field, fields_of, given, shown
from app.drafts.places import Places
from app.drafts.schemas import Offer
from app.drafts.text import ABSENT, Path, changed, content_of
from app.experiments.schemas import StudyDefinition
from app.tasks.registry import preset_names, task_of

# What has a part of the form of its own.
OWN = ("bundle", "layers", "stimuli", STEPS)
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Study", ("name", "title", "language", "preset")),
    (
        "Trials",
        ("trials_per_condition", "trials", "practice_trials", "timing", "display", "vocabulary", "seed"),
    ),
    ("Adaptive", ("adaptive",)),
    ("Texts", ("consent", "instructions", "completion_message")),
    ("Participants", ("participants", "duration_minutes", "stop_when_sem", "close_at", "repeats")),
    ("Exclusions", ("exclusions",)),
    ("Recruitment", ("recruitment", "participant_number")),
    ("Data protection", ("privacy",)),
    ("Ends", ("completion_url", "completion_code", "completion_codes", "resume")),
)
MORE = "More"
NO_CHANGE = "stay"


@dataclass(frozen=True)
class Section:
    title: str
    fields: tuple[FormField | FieldGroup, ...]

    @property
    def id(self) -> str:
        return self.title.lower()


@dataclass(frozen=True)
class Form:
    """What the form of a draft shows. `values` are those of all fields by name."""

    sections: tuple[Section, ...]
    bundles: tuple[chosen.BundleRow, ...]
    steps: tuple[StepRow, ...]
    kinds: tuple[str, ...]
    own_steps: bool
    values: Mapping[str, str | list[str]]


def sections() -> tuple[Section, ...]:
    """The sections: a field of the study file that none of them names comes under `MORE`."""
    choices = {
        "preset": preset_names(),
        "language": (*languages(), BROWSER),
        "adaptive.procedure": tuple(PROCEDURES),
    }
    fields = {str(one.path[0]): one for one in fields_of(StudyDefinition, choices=choices, leave_out=OWN)}
    named = {name for _, names in SECTIONS for name in names}
    parts = [*SECTIONS, (MORE, tuple(name for name in fields if name not in named))]
    found = (
        Section(title, tuple(fields[name] for name in names if name in fields)) for title, names in parts
    )
    return tuple(section for section in found if section.fields)


def form_of(text: str, offered: Sequence[Offer], places: Places) -> Form:
    """Raises `SpecError` if the text cannot be read as YAML: it is mended as text then."""
    content = _plain(content_of(text))
    parts, steps = sections(), course.rows_of(content)
    known = [field for section in parts for field in every_field(section.fields)]
    with_steps = {**content, STEPS: course.steps_of(content)}
    known += [field for step in steps for field in every_field(step.fields)]
    return Form(
        sections=parts,
        bundles=chosen.rows_of(content, offered, places, adaptive=_is_adaptive(content.get("preset"))),
        steps=steps,
        kinds=kinds_to_add(content),
        own_steps=isinstance(content.get(STEPS), list | dict),
        values={field.name: shown(field, with_steps) for field in known},
    )


def text_of(text: str, sent: Sent, places: Places, action: str = "") -> str:
    """The text with what was sent; fields that are not in it stay. `action` is a button of the steps.

    Raises `SpecError` if the text cannot be read as YAML.
    """
    content = _plain(content_of(text))
    changes: dict[Path, Any] = {}
    for section in sections():
        for field in every_field(section.fields):
            if field.name in sent and (value := _sent(field, sent, content)) is not NO_CHANGE:
                changes[field.path] = value
    steps = course.with_sent(content, sent)
    if action == "preset":
        steps = ABSENT
    elif (after := course.moved({**content, STEPS: steps} if steps else content, action)) is not None:
        steps = after
    if steps is not None:
        changes[STEPS,] = steps
    adaptive = _is_adaptive(changes.get(("preset",), content.get("preset")))
    return changed(text, changes | chosen.changes(content, sent, places, adaptive=adaptive))


def _is_adaptive(preset: Any) -> bool:
    """Whether a preset's task chooses levels from answers; of one that is not known nothing is said."""
    return preset in preset_names() and task_of(preset).adaptive


def _sent(field: FormField, sent: Sent, content: Mapping[str, Any]) -> Any:
    values = course.sent_value(field, sent)
    return NO_CHANGE if course.same_lines(values, shown(field, content)) else given(field, values)


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """Short forms of the study file written out, as the form has fields for them."""
    resume = content.get("resume")
    return {**content, "resume": {"policy": resume}} if isinstance(resume, str) else dict(content)
