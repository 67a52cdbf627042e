"""What is done when Prolific calls: each event once, in whatever order they come.

A call only says that something changed. What is true now is asked for; without an API token, the call is
believed as far as it cannot be late.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.db.session import Database
from app.db.tables import Study
from app.recruitment import queries
from app.recruitment.prolific.recruiter import Prolific, status_of
from app.recruitment.prolific.webhook import SUBMISSION_CHANGED, Delivery, read_delivery
from app.recruitment.recruiter import Refused, RemoteSubmission
from app.recruitment.service import Office
from app.recruitment.sync import apply

PROLIFIC = "prolific"


async def heed(office: Office, secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether the call changed something here. Raises `Forbidden`, `BadRequest`, or `NotReached`.

    With `NotReached` nothing is noted, so that Prolific calls again.
    """
    delivery = read_delivery(secret, headers, body, now)
    async with office.database.reading() as session:
        if await queries.delivery(session, delivery.id):
            return False
    if delivery.event.event_type != SUBMISSION_CHANGED:
        return False
    prolific = office.recruiters.prolific
    remote = await _submission(prolific, delivery)
    try:
        return await _stored(
            office.database, delivery, remote, hearsay=not prolific.client.has_token, now=now
        )
    except IntegrityError:
        return False  # the same event was heeded at this very moment


async def _submission(prolific: Prolific, delivery: Delivery) -> RemoteSubmission:
    event = delivery.event
    if prolific.client.has_token:
        try:
            return await prolific.submission(event.resource_id)
        except Refused:
            pass  # not one of this account's any more
    return RemoteSubmission(event.resource_id, "", event.status, status_of(event.status))


async def _stored(
    database: Database, delivery: Delivery, remote: RemoteSubmission, *, hearsay: bool, now: datetime
) -> bool:
    async with database.writing() as session:
        await queries.add_delivery(session, delivery.id, delivery.event.event_type, now)
        study: Study | None = None
        if remote.campaign:
            study = await queries.study_of_campaign(session, remote.campaign, PROLIFIC)
        study = study or await queries.study_of_visit(session, remote.remote_id, PROLIFIC)
        campaign = await queries.campaign_of_study(session, study.id) if study else None
        if study is None or campaign is None:
            return False  # of another study of the workspace
        await apply(session, study, campaign, [remote], now, hearsay=hearsay)
        return True
