"""Ids of people who are to be paid, and of people who withdrew; on both databases."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Campaign, Payment, Recruitment, Study, Submission, Tombstone
from app.privacy.retention import Deleted
from app.recruitment import sync
from app.recruitment.recruiter import RemoteSubmission
from tests.database import rows_of
from tests.http import enter, new_client
from tests.integration.test_privacy import IDS_30_DAYS, PERSON, WHO, comes_in, delete_due, make, take_part

pytestmark = pytest.mark.anyio


async def recruited(database: Database, status: str, state: str) -> Campaign:
    """A submission and a payment of the first participant, and a submission of somebody unknown."""
    now = utc_now()
    async with database.writing() as session:
        campaign = Campaign(
            study_id=1,
            recruiter="prolific",
            remote_id="c1",
            status="active",
            places=5,
            reward_minor=150,
            currency="GBP",
            created_at=now,
            updated_at=now,
        )
        session.add(campaign)
        await session.flush()
        for remote_id, number, state_of_it in (("v1", 1, status), ("v9", None, "returned")):
            session.add(
                Submission(
                    campaign_id=campaign.id,
                    remote_id=remote_id,
                    participant_id=number,
                    remote_status="X",
                    status=state_of_it,
                    first_seen_at=now,
                    last_seen_at=now,
                )
            )
        session.add(
            Payment(
                study_id=1,
                participant_id=1,
                key="reward:prolific:v1",
                kind="reward",
                recruiter="prolific",
                submission="v1",
                amount_minor=150,
                currency="GBP",
                reason="approved",
                state=state,
                remote_reference="ref",
                actor="owner",
                created_at=now,
            )
        )
    return campaign


async def test_payments_keep_what_accounting_needs(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    await take_part(app, code, **PERSON)
    campaign = await recruited(database, "approved", "confirmed")
    assert await delete_due(database, 31) == Deleted("kept", recruitments=1, submissions=2, payments=1)
    assert await rows_of(database, Submission) == []
    (payment,) = await rows_of(database, Payment)
    assert (payment.participant_id, payment.amount_minor, payment.state) == (1, 150, "confirmed")
    assert (payment.submission, payment.remote_reference, payment.key) == ("", None, "erased:1")
    # The recruiter still lists both visits: nothing of them is stored or paid again.
    remotes = [
        RemoteSubmission("v1", "p1", "APPROVED", "approved"),
        RemoteSubmission("v9", "p9", "RETURNED", "returned"),
        RemoteSubmission("v2", "p2", "ACTIVE", "active"),
    ]
    async with database.writing() as session:
        study = await session.get_one(Study, 1)
        applied = await sync.apply(session, study, campaign, remotes, utc_now())
    assert applied.new == ("p2",)
    assert [row.remote_id for row in await rows_of(database, Submission)] == ["v2"]
    assert len(await rows_of(database, Payment)) == 1


@pytest.mark.parametrize(("status", "state"), [("submitted", "confirmed"), ("approved", "ambiguous")])
async def test_ids_wait_for_a_decision_and_for_an_unclear_payment(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path, status: str, state: str
) -> None:
    code = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    await take_part(app, code, **PERSON)
    await recruited(database, status, state)
    deleted = await delete_due(database, 31)
    assert (deleted.recruitments, deleted.payments, deleted.waiting) == (0, 0, 1)
    async with database.writing() as session:
        (submission,) = [row for row in await rows_of(database, Submission) if row.remote_id == "v1"]
        (payment,) = await rows_of(database, Payment)
        (await session.get_one(Submission, submission.id)).status = "approved"
        (await session.get_one(Payment, payment.id)).state = "confirmed"
    assert (await delete_due(database, 31)).recruitments == 1


# Withdrawing


@pytest.mark.parametrize("again", [False, True])
async def test_who_withdrew_comes_again_only_where_the_study_says_so(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path, *, again: bool
) -> None:
    extra = f"privacy: {{{WHO}, again_after_withdrawal: {str(again).lower()}}}\n"
    code = await make(database, tmp_path, tiny_bundle, extra)
    async with new_client(app) as browser:
        await enter(browser, code, **PERSON)
        await recruited(database, "returned", "failed")
        assert (await browser.post(f"/withdraw/{code}", data={"sure": "yes"})).status_code == 200
    assert await rows_of(database, Recruitment) == []
    assert [row.remote_id for row in await rows_of(database, Submission)] == ["v9"]
    assert [row.submission for row in await rows_of(database, Payment)] == [""]
    assert {row.reason for row in await rows_of(database, Tombstone)} == {"withdrawn"}
    assert await comes_in(app, code, **PERSON) is again


async def test_who_withdraws_is_still_paid(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await make(database, tmp_path, tiny_bundle, "")
    async with new_client(app) as browser:
        await enter(browser, code, **PERSON)
        await recruited(database, "submitted", "intended")
        await browser.post(f"/withdraw/{code}", data={"sure": "yes"})
    assert [row.remote_id for row in await rows_of(database, Submission)] == ["v1", "v9"]
    assert (await delete_due(database, 0)).waiting == 1
    async with database.writing() as session:
        (await session.get_one(Submission, 1)).status = "approved"
        (await session.get_one(Payment, 1)).state = "confirmed"
    deleted = await delete_due(database, 0)
    assert (deleted.submissions, deleted.payments, deleted.waiting) == (1, 1, 0)
