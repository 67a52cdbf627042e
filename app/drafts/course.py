"""The steps of a draft as a form shows and changes them; pure."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app.drafts.form_fields import FieldGroup, FormField, every_field, fields_of, given, plain, shown
from app.drafts.text import ABSENT
from app.steps.course import amended, preset_course
from app.steps.registry import KINDS
from app.steps.step import StepParameters
from app.tasks.registry import preset_names, preset_of, task_of

STEPS = "steps"
Sent = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class StepRow:
    """One step of a form. `kind` is that which the text names, whether there is such a kind or not."""

    position: int
    kind: str
    about: str
    fields: tuple[FormField | FieldGroup, ...]
    raw: Mapping[str, Any]


def steps_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps, each as a mapping: those of the text, or of the preset with the text's changes."""
    written = content.get(STEPS)
    if isinstance(written, list):
        return [dict(one) if isinstance(one, dict) else {"kind": one} for one in written]
    course = _course_of_preset(content)
    if isinstance(written, dict):
        with suppress(ValueError):  # the check says what is wrong with it
            course = tuple(amended(course, written))
    return [step.model_dump(mode="json", exclude_unset=True) | {"kind": step.kind} for step in course]


def rows_of(content: Mapping[str, Any]) -> tuple[StepRow, ...]:
    return tuple(_row(position, step) for position, step in enumerate(steps_of(content)))


def kinds_to_add(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of steps that the preset's task can have. Breaks come by themselves between blocks."""
    preset = content.get("preset")
    medium = None if preset not in preset_names() else _task_medium(str(preset))
    return tuple(
        name for name, kind in KINDS.items() if kind.medium in (None, medium) and name != "rest_break"
    )


def with_sent(content: Mapping[str, Any], sent: Sent) -> Any:
    """The steps with what the form's fields say; what the text has, if nothing was changed."""
    steps = steps_of(content)
    changed = False
    for row in rows_of(content):
        for field in every_field(row.fields):
            if field.name not in sent:
                continue
            values = (
                [one for one in sent[field.name] if one] if field.kind == "choices" else sent[field.name][-1]
            )
            if same_lines(values, shown(field, {STEPS: steps})):
                continue
            changed = True
            steps[row.position] = _with(steps[row.position], str(field.path[-1]), given(field, values))
    return [_short(step) for step in steps] if changed else content.get(STEPS)


def moved(content: Mapping[str, Any], action: str) -> list[Any] | None:
    """The steps after a button was pressed: `up:N`, `down:N`, `remove:N`, `add:KIND`.

    None for what is no such button, or leads nowhere.
    """
    steps = [_short(step) for step in steps_of(content)]
    what, _, where = action.partition(":")
    if what == "add":
        return [*steps, _new(where)] if where in KINDS else None
    if what not in BUTTONS or not where.isdecimal() or int(where) >= len(steps):
        return None
    BUTTONS[what](steps, int(where))
    return steps


def _up(steps: list[Any], place: int) -> None:
    if place > 0:
        steps[place - 1], steps[place] = steps[place], steps[place - 1]


def _down(steps: list[Any], place: int) -> None:
    if place + 1 < len(steps):
        _up(steps, place + 1)


def _remove(steps: list[Any], place: int) -> None:
    del steps[place]


BUTTONS: dict[str, Callable[[list[Any], int], None]] = {"up": _up, "down": _down, "remove": _remove}


def _new(kind: str) -> Any:
    """A step with what it cannot be without, for the experimenter to write."""
    required = [
        field
        for field in every_field(fields_of(KINDS[kind].parameters))
        if field.required and field.name not in ("kind",)
    ]
    if not required:
        return kind
    words = {"questions": [{"id": "age", "type": "number", "text": "How old are you?"}], "text": "Thank you."}
    return {"kind": kind, **{one.name: words.get(one.name, "…") for one in required}}


def _short(step: Mapping[str, Any]) -> Any:
    """A step without parameters is written as its name alone."""
    return step["kind"] if set(step) == {"kind"} and isinstance(step["kind"], str) else dict(step)


def _with(step: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    rest = {key: one for key, one in step.items() if key != name}
    return rest if value is ABSENT else {**step, name: value}


def sent_value(field: FormField, sent: Sent) -> str | list[str]:
    """What a form sent of a field, which must be in it."""
    return [one for one in sent[field.name] if one] if field.kind == "choices" else sent[field.name][-1]


def same_lines(sent: str | list[str], known: str | list[str]) -> bool:
    """Whether a form sends what it showed; browsers send line ends of old."""
    if isinstance(sent, list) or isinstance(known, list):
        return sent == known
    return sent.replace("\r\n", "\n").strip() == known.strip()


def _row(position: int, step: dict[str, Any]) -> StepRow:
    kind = str(step.get("kind", ""))
    known = KINDS.get(kind)
    if known is None:
        return StepRow(position, kind, "", (), step)
    model = known.parameters
    about = plain(model.__doc__ or "") if model is not StepParameters else ""
    return StepRow(position, kind, about, fields_of(model, (STEPS, position)), step)


def _course_of_preset(content: Mapping[str, Any]) -> tuple[StepParameters, ...]:
    name = content.get("preset")
    if name not in preset_names():
        return ()
    preset = preset_of(str(name))
    practice = content.get("practice_trials", preset.practice_trials)
    return preset_course(preset.course, practice if isinstance(practice, int) else 1)


def _task_medium(preset: str) -> str:
    return task_of(preset).medium.kind
