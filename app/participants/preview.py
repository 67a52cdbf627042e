"""The first page of a study as participants see it, for who makes the study."""

from fastapi import Request

from app.core.languages import BROWSER, FALLBACK
from app.experiments.schemas import StudyDefinition
from app.participants.schemas import LandingContext


def speak(request: Request, definition: StudyDefinition) -> None:
    """Show the page in the study's language; where that is the browser's, in the program's own."""
    request.state.language = FALLBACK if definition.language == BROWSER else definition.language


def landing(definition: StudyDefinition, trials: int) -> LandingContext:
    """Without its form: nobody can begin by it."""
    return LandingContext(
        study_name=definition.title,
        code="",
        summary=definition.parameters.summary,
        counted=definition.parameters.counted,
        task=definition.task.medium.kind,
        consent_paragraphs=definition.consent_paragraphs,
        duration_minutes=definition.duration_minutes,
        trials=trials,
        uuid="",
        fields=(),
        another=None,
        asks_number="none",
        number="",
        problem=None,
        preview=True,
    )
