"""Prolific calls: forged, replayed, repeated, out of order, and while its own API is down."""

import random
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.db.session import Database
from app.db.tables import Participant, Payment, Submission, WebhookDelivery
from app.recruitment.prolific.client import ProlificClient
from app.recruitment.prolific.recruiter import Prolific
from tests.database import row_counts, rows_of
from tests.prolific_lab import BASE_URL, HOOK_SECRET, Lab, browser, open_lab
from tests.standins.prolific import TOKEN, StandIn, webhook
from tests.standins.serving import serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def address(stand_in: StandIn) -> Iterator[str]:
    with serving(stand_in.app) as served:
        yield f"{served}/api/v1"


@pytest.fixture
def settings(database_url: str, address: str) -> Settings:
    return Settings(
        database_url=database_url,
        rate_limits=False,
        base_url=BASE_URL,
        prolific_api_url=address,
        prolific_api_token=TOKEN,
        prolific_webhook_secret=HOOK_SECRET,
    )


@pytest.fixture
async def lab(
    app: FastAPI, database: Database, stand_in: StandIn, tiny_bundle: Path, tmp_path: Path
) -> AsyncIterator[Lab]:
    opened = await open_lab(app, database, stand_in, tiny_bundle, tmp_path)
    await opened.publish()
    yield opened
    await opened.admin.aclose()


async def call(lab: Lab, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with browser(lab.app) as client:
        return await client.post("/hooks/prolific", content=body, headers=headers)


async def tell(lab: Lab, event: str, status: str) -> httpx.Response:
    return await call(lab, *webhook(HOOK_SECRET, event, "visit-1", status))


async def test_a_return_ends_the_session_and_is_heeded_once(lab: Lab) -> None:
    await (await lab.come("person-1", "visit-1")).aclose()
    lab.stand_in.visits["visit-1"]["status"] = "RETURNED"
    assert (await tell(lab, "event-1", "RETURNED")).json() == {"heeded": True}
    assert (await tell(lab, "event-1", "RETURNED")).json() == {"heeded": False}
    (participant,) = await rows_of(lab.database, Participant)
    assert (participant.status, participant.outcome) == ("expired", "returned")
    assert len(await rows_of(lab.database, WebhookDelivery)) == 1


async def test_in_whatever_order_calls_come_the_truth_is_kept(lab: Lab) -> None:
    await lab.finish("person-1", "visit-1")
    lab.stand_in.visits["visit-1"]["status"] = "APPROVED"
    events = [("a", "ACTIVE"), ("b", "AWAITING REVIEW"), ("c", "APPROVED")] * 2
    random.Random(1).shuffle(events)
    for event, status in events:
        assert (await tell(lab, event, status)).status_code == 200
    (submission,) = await rows_of(lab.database, Submission)
    assert submission.status == "approved"
    (payment,) = await rows_of(lab.database, Payment)
    assert (payment.kind, payment.state) == ("reward", "confirmed")


def forged() -> list[tuple[bytes, dict[str, str]]]:
    body, headers = webhook(HOOK_SECRET, "event-1", "visit-1", "RETURNED")
    signature, stamp = "X-Prolific-Request-Signature", "X-Prolific-Request-Timestamp"
    old = webhook(HOOK_SECRET, "event-1", "visit-1", "RETURNED", at=time.time() - 3600)
    return [
        webhook("another secret", "event-1", "visit-1", "RETURNED"),
        (body.replace(b"visit-1", b"visit-2"), headers),
        (body, {**headers, stamp: str(int(time.time()) + 1)}),
        (body, {**headers, signature: "not base64!"}),
        (body, {**headers, signature: ""}),
        (body, {name: value for name, value in headers.items() if name != signature}),
        (body, {**headers, stamp: "soon"}),
        old,
    ]


@pytest.mark.parametrize("number", range(8))
async def test_what_prolific_did_not_sign_now_changes_nothing(lab: Lab, number: int) -> None:
    await (await lab.come("person-1", "visit-1")).aclose()
    lab.stand_in.visits["visit-1"]["status"] = "RETURNED"
    before = await row_counts(lab.database)
    response = await call(lab, *forged()[number])
    assert response.status_code == 403
    assert await row_counts(lab.database) == before
    (participant,) = await rows_of(lab.database, Participant)
    assert participant.status == "active"


async def test_a_signed_call_that_is_no_event_is_refused(lab: Lab) -> None:
    body, headers = webhook(HOOK_SECRET, "", "visit-1", "RETURNED")
    assert (await call(lab, body, headers)).status_code == 400
    assert (await call(lab, b"", {})).status_code == 403


async def test_while_the_api_is_down_prolific_is_told_to_call_again(lab: Lab) -> None:
    await (await lab.come("person-1", "visit-1")).aclose()
    lab.stand_in.visits["visit-1"]["status"] = "TIMED-OUT"
    lab.stand_in.faults.down = True
    assert (await tell(lab, "event-1", "TIMED-OUT")).status_code == 503
    assert await rows_of(lab.database, WebhookDelivery) == []
    lab.stand_in.faults.down = False
    assert (await tell(lab, "event-1", "TIMED-OUT")).json() == {"heeded": True}
    (participant,) = await rows_of(lab.database, Participant)
    assert participant.outcome == "timed_out"


async def test_without_a_token_a_late_call_undoes_nothing(lab: Lab, app: FastAPI) -> None:
    await (await lab.come("person-1", "visit-1")).aclose()
    app.state.recruiters.prolific.client.has_token = False
    for event, status in (("a", "AWAITING REVIEW"), ("b", "APPROVED"), ("c", "ACTIVE"), ("d", "RETURNED")):
        await tell(lab, event, status)
    (submission,) = await rows_of(lab.database, Submission)
    assert submission.status == "approved"
    (participant,) = await rows_of(lab.database, Participant)
    assert participant.status == "active"


async def test_calls_about_other_studies_are_passed_over(lab: Lab) -> None:
    lab.stand_in.add("visit-1", "another-study", "person-1", "RETURNED")
    assert (await tell(lab, "event-1", "RETURNED")).json() == {"heeded": False}
    assert await rows_of(lab.database, Submission) == []


async def test_a_subscription_is_confirmed_with_its_secret(lab: Lab, address: str) -> None:
    recruiter = Prolific(ProlificClient(address, TOKEN, 1))
    await recruiter.subscribe("workspace-1", f"{BASE_URL}/hooks/prolific")
    await recruiter.close()
    (hook,) = lab.stand_in.subscriptions.values()
    assert hook["is_enabled"]
    assert hook["target_url"] == f"{BASE_URL}/hooks/prolific"
