"""What the participants' page on data protection shows. Texts are keys of the catalogues."""

from dataclasses import dataclass
from typing import ClassVar

from app.db.privacy import Kind
from app.db.register import kinds
from app.experiments.privacy import DataProtection, Retention
from app.experiments.recruiting import NAMING
from app.experiments.schemas import StudyDefinition
from app.web.templating import PageContext

# What is stored, and why: a short name, and a sentence.
TEXTS: dict[Kind, tuple[str, str]] = {
    "identity": ("privacy-identity", "privacy-identity-text"),
    "session": ("privacy-session", "privacy-session-text"),
    "access": ("privacy-access", "privacy-access-text"),
    "plan": ("privacy-plan", "privacy-plan-text"),
    "answers": ("privacy-answers", "privacy-answers-text"),
    "questions": ("privacy-questions", "privacy-questions-text"),
    "events": ("privacy-events", "privacy-events-text"),
    "submission": ("privacy-submission", "privacy-submission-text"),
    "payment": ("privacy-payment", "privacy-payment-text"),
    "mark": ("privacy-mark", "privacy-mark-text"),
}
# Only where a recruiter is told who took part, or pays.
OF_RECRUITERS: tuple[Kind, ...] = ("submission", "payment")


@dataclass(frozen=True)
class Kept:
    """How long something is kept: a key of the catalogue, and its values."""

    key: str
    values: dict[str, str | int]


@dataclass(frozen=True)
class Stored:
    """Something that is stored, why, and how long."""

    title: str
    text: str
    kept: Kept


@dataclass(frozen=True)
class PrivacyContext(PageContext):
    """`settings` are the study's own; None where the study file has no section `privacy`."""

    template: ClassVar[str] = "participant/privacy.html"

    study_name: str
    code: str
    settings: DataProtection | None
    stored: tuple[Stored, ...]


def privacy_page(definition: StudyDefinition, code: str) -> PrivacyContext:
    """The page of a study, by one of its links."""
    settings, recruiting = definition.privacy, definition.recruitment
    recruited = recruiting is not None and recruiting.recruiter in NAMING
    periods = periods_of(settings)
    stored = tuple(
        Stored(*TEXTS[kind], periods[until])
        for kind, until in kinds().items()
        if recruited or kind not in OF_RECRUITERS
    )
    return PrivacyContext(definition.title, code, settings, stored)


def periods_of(settings: DataProtection | None) -> dict[str, Kept]:
    """How long each is kept. Ids go with all other data at the latest."""
    data = settings.data if settings else None
    ids = (settings.ids if settings else None) or data
    return {"ids": _kept(ids), "data": _kept(data), "kept": Kept("privacy-kept", {})}


def _kept(retention: Retention | None) -> Kept:
    if retention is None:
        return Kept("privacy-kept-open", {})
    if retention.retention_days is not None:
        return Kept("privacy-kept-days", {"days": retention.retention_days})
    return Kept("privacy-kept-until", {"date": str(retention.retention_until)})
