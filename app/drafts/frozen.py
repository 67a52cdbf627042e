"""A stored study as YAML text, and how two texts differ."""

from difflib import unified_diff
from typing import Any

from app.db.tables import Study
from app.drafts.text import snippet
from app.experiments.schemas import StudyDefinition
from app.experiments.service import definition_of
from app.steps.step import StepParameters

# Drawn for each study, so that a copy has its own.
DRAWN = ("completion_code", "completion_codes")


def text_of_study(study: Study) -> str:
    """The study's definition without what is so by default, in the order of its fields."""
    definition = definition_of(study)
    content: dict[str, Any] = definition.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    for name in DRAWN:
        content.pop(name, None)
    content["steps"] = [_step(one) for one in definition.course]
    ordered = {name: content[name] for name in StudyDefinition.model_fields if name in content}
    return f"# The study {study.name} as it was stored.\n{snippet(ordered)}"


def _step(step: StepParameters) -> Any:
    """A step as a study file has it: by its kind alone if it has no parameters of its own."""
    own = step.model_dump(mode="json", exclude_defaults=True, exclude={"kind"})
    return {"kind": step.kind, **own} if own else step.kind


def difference(before: str, after: str, names: tuple[str, str]) -> list[str]:
    """The lines that differ, as `diff -u` shows them; none if the texts are the same."""
    lines = unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="", n=2)
    return [line.rstrip() for line in lines]
