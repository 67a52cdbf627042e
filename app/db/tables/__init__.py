"""All tables, so that importing this package fills the metadata."""

from app.db.tables.admin import AdminSession, SetupToken
from app.db.tables.people import Event, Participant, PlannedTrial, Recruitment
from app.db.tables.responses import Response
from app.db.tables.steps import StepResult
from app.db.tables.stimuli import Bundle, Stimulus
from app.db.tables.study import Study, StudyBundle, StudyLink
from app.db.tables.synthesis import SynthesisRun

__all__ = [
    "AdminSession",
    "Bundle",
    "Event",
    "Participant",
    "PlannedTrial",
    "Recruitment",
    "Response",
    "SetupToken",
    "StepResult",
    "Stimulus",
    "Study",
    "StudyBundle",
    "StudyLink",
    "SynthesisRun",
]
