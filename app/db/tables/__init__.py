"""All tables, so that importing this package fills the metadata."""

from app.db.tables.accounts import (
    AccountLink,
    AdminSession,
    ApiToken,
    Membership,
    Passkey,
    RecoveryCode,
    User,
)
from app.db.tables.adaptive import AbxTrial, PictureRequest
from app.db.tables.audit import AuditRow
from app.db.tables.drafts import DraftJob, StudyDraft, StudyDraftVersion
from app.db.tables.people import Event, Participant, PlannedTrial, Recruitment
from app.db.tables.privacy import ConsentText, InstallationSecret, Tombstone
from app.db.tables.recruiting import (
    Campaign,
    Payment,
    StudyBudget,
    StudyExclusion,
    Submission,
    WebhookDelivery,
)
from app.db.tables.responses import Response
from app.db.tables.steps import StepResult
from app.db.tables.stimuli import Bundle, Stimulus
from app.db.tables.stimulus_sets import RunSet, StimulusFile, StimulusSet
from app.db.tables.study import Study, StudyBundle, StudyLink, StudyStimulus
from app.db.tables.synthesis import SynthesisRun

__all__ = [
    "AbxTrial",
    "AccountLink",
    "AdminSession",
    "ApiToken",
    "AuditRow",
    "Bundle",
    "Campaign",
    "ConsentText",
    "DraftJob",
    "Event",
    "InstallationSecret",
    "Membership",
    "Participant",
    "Passkey",
    "Payment",
    "PictureRequest",
    "PlannedTrial",
    "RecoveryCode",
    "Recruitment",
    "Response",
    "RunSet",
    "StepResult",
    "Stimulus",
    "StimulusFile",
    "StimulusSet",
    "Study",
    "StudyBudget",
    "StudyBundle",
    "StudyDraft",
    "StudyDraftVersion",
    "StudyExclusion",
    "StudyLink",
    "StudyStimulus",
    "Submission",
    "SynthesisRun",
    "Tombstone",
    "User",
    "WebhookDelivery",
]
