"""A paid study at Prolific, from the draft to the accounts, by the page that experimenters use."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.db.session import Database
from app.db.tables import AuditRow, Campaign, Participant, Payment, Submission
from tests.database import rows_of
from tests.prolific_lab import BASE_URL, HOOK_SECRET, LONG, Lab, open_lab
from tests.standins.prolific import TOKEN, StandIn
from tests.standins.serving import serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def settings(database_url: str, stand_in: StandIn) -> Iterator[Settings]:
    with serving(stand_in.app) as address:
        yield Settings(
            database_url=database_url,
            rate_limits=False,
            base_url=BASE_URL,
            prolific_api_url=f"{address}/api/v1",
            prolific_api_token=TOKEN,
            prolific_webhook_secret=HOOK_SECRET,
            recruiter_timeout_seconds=4,  # a busy machine is not silence
        )


@pytest.fixture
async def lab(
    app: FastAPI, database: Database, stand_in: StandIn, tiny_bundle: Path, tmp_path: Path
) -> AsyncIterator[Lab]:
    opened = await open_lab(app, database, stand_in, tiny_bundle, tmp_path)
    yield opened
    await opened.admin.aclose()


async def submitted(lab: Lab) -> int:
    """The number of a submission that waits for a decision."""
    await lab.publish()
    await lab.finish("person-1", "visit-1")
    await lab.press("campaign/sync")
    (row,) = await rows_of(lab.database, Submission)
    return row.id


async def test_from_the_draft_to_an_approved_submission(lab: Lab) -> None:
    await lab.publish()
    (study,) = lab.stand_in.studies.values()
    assert study["external_study_url"].startswith(f"{BASE_URL}/p/{lab.code}?PROLIFIC_PID=")
    assert (study["reward"], study["total_available_places"], study["status"]) == (150, 5, "ACTIVE")
    kinds = {code["code_type"] for code in study["completion_codes"]}
    assert {"COMPLETED", "NO_CONSENT"} <= kinds
    code = await lab.finish("person-1", "visit-1")
    assert code == next(one["code"] for one in study["completion_codes"] if one["code_type"] == "COMPLETED")
    await lab.press("campaign/sync")
    assert "1 submitted" in await lab.shown()
    response = await lab.press("approve-complete")
    assert "1 submission approved" in response.text
    assert lab.stand_in.visits["visit-1"]["status"] == "APPROVED"
    (payment,) = await rows_of(lab.database, Payment)
    assert (payment.kind, payment.state, payment.amount_minor) == ("reward", "confirmed", 150)
    again = await lab.press("approve-complete")
    assert "Nothing was waiting" in again.text
    actions = {row.action for row in await rows_of(lab.database, AuditRow)}
    assert {"campaign.drafted", "campaign.published", "payment.intended", "submission.approved"} <= actions


async def test_a_draft_whose_answer_was_lost_is_found_again(lab: Lab) -> None:
    lab.stand_in.faults.next.extend([None, "silent_after"])
    response = await lab.press("campaign/draft")
    assert response.status_code == 504
    assert "gave no answer" in response.text
    await lab.press("campaign/draft")
    assert len(lab.stand_in.studies) == 1
    (campaign,) = await rows_of(lab.database, Campaign)
    assert campaign.remote_id == "study1"


async def test_pausing_and_more_places(lab: Lab) -> None:
    await lab.publish()
    for action, status in (("pause", "PAUSED"), ("resume", "ACTIVE")):
        assert (await lab.press(f"campaign/{action}")).status_code == 303
        assert lab.stand_in.studies["study1"]["status"] == status
    assert (await lab.press("places", more="3")).status_code == 303
    assert lab.stand_in.studies["study1"]["total_available_places"] == 8
    refused = await lab.press("places", more="6")
    assert refused.status_code == 409
    assert "of the budget of 20.00 GBP" in refused.text
    assert (await lab.press("campaign/stop")).status_code == 303
    assert (await lab.press("campaign/resume")).status_code == 409


async def test_whoever_returns_or_is_late_frees_the_place(lab: Lab) -> None:
    await lab.publish()
    for number, status in enumerate(("RETURNED", "TIMED-OUT")):
        client = await lab.come(f"person-{number}", f"visit-{number}")
        lab.stand_in.visits[f"visit-{number}"]["status"] = status
        await lab.press("campaign/sync")
        last = await client.get(f"/end/{lab.code}")
        assert "completion-code" not in last.text
        await client.aclose()
    outcomes = [(one.status, one.outcome, one.slot) for one in await rows_of(lab.database, Participant)]
    assert outcomes == [("expired", "returned", 0), ("expired", "timed_out", 0)]


async def test_a_short_rejection_is_refused_here_already(lab: Lab) -> None:
    number = await submitted(lab)
    short = await lab.press(f"submissions/{number}/reject", message="bad", category="OTHER")
    assert short.status_code == 422
    assert "needs 100" in short.text
    good = await lab.press(f"submissions/{number}/reject", message=LONG, category="FAILED_CHECK")
    assert good.status_code == 303
    assert lab.stand_in.visits["visit-1"]["status"] == "REJECTED"
    assert (await lab.press(f"submissions/{number}/approve")).status_code == 409


async def test_an_hour_without_prolific_loses_nothing(lab: Lab) -> None:
    await lab.publish()
    lab.stand_in.faults.down = True
    failed = await lab.press("campaign/sync")
    assert failed.status_code == 503
    await lab.finish("person-1", "visit-1")
    shown = await lab.shown()
    assert "Prolific has not done what it was asked since" in shown
    assert "Nothing is lost" in shown
    lab.stand_in.faults.down = False
    assert (await lab.press("campaign/sync")).status_code == 303
    shown = await lab.shown()
    assert "has not done" not in shown
    assert "1 submitted" in shown


async def test_a_disputed_code_is_looked_up(lab: Lab) -> None:
    code = await _complete(lab)
    response = await lab.press("code", code=f" {code.lower()} ")
    assert "everybody whose session ended as “complete”" in response.text
    assert "is no code of this study" in (await lab.press("code", code="<b>X</b>")).text


async def _complete(lab: Lab) -> str:
    await lab.publish()
    return await lab.finish("person-1", "visit-1")


async def test_programs_read_the_same(lab: Lab) -> None:
    await submitted(lab)
    answer = (await lab.admin.get("/admin/api/studies/tiny/recruitment")).json()
    assert (answer["status"], answer["submissions"], answer["budget_minor"]) == (
        "active",
        {"submitted": 1},
        2000,
    )
    assert answer["differences"] == []
    assert "person-1" not in str(answer)


async def test_no_secret_is_shown(lab: Lab) -> None:
    await lab.publish()
    shown = await lab.shown()
    assert TOKEN not in shown
    assert HOOK_SECRET not in shown


async def test_submissions_are_shown_by_pages(lab: Lab) -> None:
    await lab.publish()
    for number in range(60):
        lab.stand_in.add(f"visit-{number}", "study1", f"person-{number}", "AWAITING REVIEW")
    await lab.press("campaign/sync")
    assert len(await rows_of(lab.database, Submission)) == 60
    first = await lab.shown()
    assert first.count('<article class="submission"') == 50
    second = await lab.admin.get(lab.page, params={"start": 50})
    assert second.text.count('<article class="submission"') == 10
