"""All kinds of steps, and how a study file names them; pure."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, SerializeAsAny, ValidationError

from app.steps.consent import Consent
from app.steps.debrief import Debrief
from app.steps.device_check import DeviceCheck
from app.steps.fullscreen import Fullscreen
from app.steps.gate import Gate
from app.steps.headphone_check import HeadphoneCheck
from app.steps.instructions import Instructions
from app.steps.practice import Practice
from app.steps.practice_done import PracticeDone
from app.steps.rest_break import RestBreak
from app.steps.screen_scale import ScreenScale
from app.steps.sound_level import SoundLevel
from app.steps.step import StepKind, StepParameters
from app.steps.survey import Survey
from app.steps.trials import MainTrials

ALL: tuple[StepKind, ...] = (
    Consent(),
    DeviceCheck(),
    Survey(),
    ScreenScale(),
    Fullscreen(),
    Instructions(),
    SoundLevel(),
    HeadphoneCheck(),
    Practice(),
    PracticeDone(),
    Gate(),
    MainTrials(),
    RestBreak(),
    Debrief(),
)
KINDS: dict[str, StepKind] = {kind.name: kind for kind in ALL}


def parameters_of(given: Any) -> StepParameters:
    """A step from its kind's name, or from a mapping of `kind` and the kind's parameters.

    Raises `ValueError` with one line: no kind of this name, or parameters that are not the kind's.
    """
    if isinstance(given, StepParameters):
        return given
    fields = {"kind": given} if isinstance(given, str) else given
    if not isinstance(fields, Mapping) or not isinstance(fields.get("kind"), str):
        raise ValueError("give a step's kind, or its kind and parameters as in {kind: trials, breaks: 3}")
    kind = KINDS.get(fields["kind"])
    if kind is None:
        raise ValueError(f"no kind of step {fields['kind']!r}; known kinds: {', '.join(KINDS)}")
    try:
        return kind.parameters.model_validate(dict(fields))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise ValueError(f"{kind.name}: {where}: {problem['msg']}") from None


StepOfFile = Annotated[SerializeAsAny[StepParameters], BeforeValidator(parameters_of)]
