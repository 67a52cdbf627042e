"""The last page of a session, however it ended."""

from urllib.parse import urlsplit

from app.core.config import Settings
from app.experiments.endings import COMPLETE, EXPIRED, FULL, NO_CONSENT, RETURNED, TIMED_OUT, WITHDRAWN
from app.experiments.schemas import StudyDefinition
from app.participants.completion import own_code
from app.participants.schemas import EndContext, HandIn
from app.participants.service import Visit
from app.participants.withdrawal import key_of

# Keys of the catalogue by how a session ended; all others were screened out.
TITLES = {
    COMPLETE: "end",
    NO_CONSENT: "end-no-consent",
    EXPIRED: "end-expired",
    WITHDRAWN: "end-withdrawn",
    FULL: "end-full",
    RETURNED: "end-returned",
    TIMED_OUT: "end-timed-out",
}
TEXTS = {
    COMPLETE: "end-message",
    NO_CONSENT: "end-no-consent-text",
    EXPIRED: "end-expired-text",
    WITHDRAWN: "end-withdrawn-text",
    FULL: "end-full-text",
    RETURNED: "end-returned-text",
    TIMED_OUT: "end-timed-out-text",
}


def last_page(visit: Visit, settings: Settings, hand_in: HandIn | None) -> EndContext:
    """The page of one whose session has ended; `hand_in` is for workers of MTurk."""
    definition, outcome = visit.definition, visit.participant.outcome or COMPLETE
    key = key_of(visit.study, visit.participant) if outcome != WITHDRAWN else None
    link = f"{settings.base_url.rstrip('/')}/withdraw/{visit.link.code}#{key}" if key else None
    code = None
    recruiting = definition.recruitment
    if outcome == COMPLETE and recruiting and recruiting.one_code_per_participant:
        code = own_code(visit.study, visit.participant)
    return _page(definition, visit.link.code, outcome, link, code, hand_in)


def declined(definition: StudyDefinition, code: str) -> EndContext:
    """The page of one who did not agree to take part."""
    return _page(definition, code, NO_CONSENT, None)


def full(definition: StudyDefinition, code: str) -> EndContext:
    """The page of one who came when the study took nobody any more."""
    return _page(definition, code, FULL, None)


def withdrawn(definition: StudyDefinition, code: str) -> EndContext:
    """The page of one whose data have just been deleted."""
    return _page(definition, code, WITHDRAWN, None)


def example(definition: StudyDefinition, outcome: str) -> EndContext:
    """The last page of a way to end, for who makes the study; the personal link is left out."""
    return _page(definition, "", outcome if outcome in definition.outcomes else COMPLETE, None)


def _page(
    definition: StudyDefinition,
    link_code: str,
    outcome: str,
    withdrawal_link: str | None,
    own: str | None = None,
    hand_in: HandIn | None = None,
) -> EndContext:
    code = own or definition.code_of(outcome)
    leads_back = definition.address_with(code)
    return EndContext(
        study_name=definition.title,
        code=link_code,
        title=TITLES.get(outcome, "end-screened-out"),
        text=TEXTS.get(outcome, "end-screened-out-text"),
        message=definition.completion_message if outcome == COMPLETE else None,
        complete=outcome == COMPLETE,
        completion_code=code,
        leads_back=leads_back,
        host=urlsplit(leads_back).hostname if leads_back else None,
        withdrawal_link=withdrawal_link,
        hand_in=hand_in,
    )
