"""What the page of a study's privacy shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from app.accounts.actor import Actor
from app.admin.accounts.dates import minute
from app.db.privacy import Until
from app.db.register import declarations
from app.db.tables import Membership, Study, User
from app.experiments import service as experiments
from app.experiments.privacy import DataProtection, Retention
from app.privacy.service import Agreed
from app.web.templating import PageContext

OF_TABLES = {
    "participants": "The participants, by number",
    "recruitments": "What recruiters call people",
    "planned_trials": "What each was shown",
    "abx_trials": "How much the pictures of each trial were changed",
    "responses": "Answers",
    "step_results": "Consent, questions and checks",
    "events": "What happened in the browser",
    "submissions": "What the recruiter says of visits",
    "payments": "Payments",
    "tombstones": "Marks of people whose ids were deleted",
}


@dataclass(frozen=True)
class ColumnRow:
    name: str
    purpose: str
    until: str


@dataclass(frozen=True)
class TableCard:
    name: str
    title: str
    columns: tuple[ColumnRow, ...]


@dataclass(frozen=True)
class AgreedRow:
    """A version of the text of consent; `text` is empty where it is not kept."""

    version: str
    sha256: str
    participants: int
    when: str
    text: str


@dataclass(frozen=True)
class Numbers:
    """Participants whose ids are stored, and people who are known by a mark only."""

    with_ids: int
    marks: int


@dataclass(frozen=True)
class PrivacyPageContext(PageContext):
    """`periods` says how long ids, data and the rest are kept; `owners` need not be named as members."""

    template: ClassVar[str] = "admin/privacy/privacy.html"

    name: str
    settings: DataProtection | None
    address: str
    periods: dict[Until, str]
    numbers: Numbers
    tables: tuple[TableCard, ...]
    members: tuple[tuple[str, str], ...]
    agreed: tuple[AgreedRow, ...]
    is_owner: bool
    said: str
    problem: str


def privacy_page(
    study: Study,
    actor: Actor,
    code: str,
    numbers: Numbers,
    members: Sequence[tuple[User, Membership]],
    agreed: Sequence[Agreed],
    said: str,
    problem: str,
) -> PrivacyPageContext:
    settings = experiments.definition_of(study).privacy
    periods = periods_in_words(settings)
    return PrivacyPageContext(
        name=study.name,
        settings=settings,
        address=f"/privacy/{code}",
        periods=periods,
        numbers=numbers,
        tables=tuple(_cards(periods)),
        members=tuple((user.name, membership.role) for user, membership in members),
        agreed=tuple(_agreed(one) for one in agreed),
        is_owner=actor.may("owner", study.id),
        said=said,
        problem=problem,
    )


def periods_in_words(settings: DataProtection | None) -> dict[Until, str]:
    """How long each part is kept."""
    data = settings.data if settings else None
    ids = (settings.ids if settings else None) or data
    return {"ids": _period(ids), "data": _period(data), "kept": "not deleted by itself"}


def _period(retention: Retention | None) -> str:
    if retention is None:
        return "kept until somebody deletes it"
    if retention.retention_until is not None:
        return f"until {retention.retention_until + timedelta(days=1)} 00:00 UTC"
    days = retention.retention_days
    return f"{days} {'day' if days == 1 else 'days'} after the end of a session"


def _cards(periods: dict[Until, str]) -> list[TableCard]:
    return [
        TableCard(
            table,
            OF_TABLES[table],
            tuple(ColumnRow(name, one.purpose, periods[one.until]) for name, one in declared.items()),
        )
        for table, declared in declarations().items()
    ]


def _agreed(one: Agreed) -> AgreedRow:
    when = f"{minute(one.first)} to {minute(one.last)}"
    return AgreedRow(one.version, one.sha256, one.participants, when, one.text or "")
