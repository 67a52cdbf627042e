"""One suite for all recruiters, against servers of ours that enforce the documented rules."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.core.errors import Invalid
from app.recruitment.recruiter import Bonus, NoAnswer, NotReached, Refused
from tests.recruiters import ORDER, Staged, all_of, staged

pytestmark = pytest.mark.anyio

LONG = "You left the page during each of the three checks of attention, and chose the same picture each time."
PAYING = ["prolific", "mturk", "null"]


@pytest.fixture(params=["prolific", "mturk", "null", "link"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Staged]:
    with staged(request.param) as made:
        yield made
        await made.recruiter.close()


@pytest.fixture(params=PAYING)
async def paying(request: pytest.FixtureRequest) -> AsyncIterator[Staged]:
    with staged(request.param) as made:
        yield made
        await made.recruiter.close()


@pytest.fixture(params=["prolific", "mturk"])
async def remote(request: pytest.FixtureRequest) -> AsyncIterator[Staged]:
    with staged(request.param) as made:
        yield made
        await made.recruiter.close()


async def published(stage: Staged) -> str:
    made = await stage.recruiter.create_draft(ORDER)
    running = await stage.recruiter.publish(ORDER, made.remote_id)
    assert running.remote_id is not None
    return running.remote_id


def bonus(campaign: str, key: str = "bonus:1") -> Bonus:
    return Bonus(key, campaign, "visit-1", "person-1", 125, "USD", "for good answers")


async def test_a_campaign_runs_its_course(stage: Staged) -> None:
    made = await stage.recruiter.create_draft(ORDER)
    assert (made.status, made.places) == ("draft", 5)
    running = await stage.recruiter.publish(ORDER, made.remote_id)
    assert running.status == "active"
    campaign = running.remote_id or ""
    assert (await stage.recruiter.pause(campaign)).status == "paused"
    assert (await stage.recruiter.resume(campaign)).status == "active"
    more = await stage.recruiter.add_places(campaign, 8)
    assert more.places == 8
    assert (await stage.recruiter.add_places(campaign, 8)).places == 8
    assert (await stage.recruiter.stop(campaign)).status == "stopped"


async def test_a_draft_is_made_once(paying: Staged) -> None:
    first = await paying.recruiter.create_draft(ORDER)
    await paying.recruiter.create_draft(replace(ORDER, key="metamerlab-OTHER"))
    assert await paying.recruiter.create_draft(ORDER) == first


async def test_nothing_is_published_twice(paying: Staged) -> None:
    campaign = await published(paying)
    with pytest.raises(Refused):
        await paying.recruiter.publish(ORDER, campaign)


async def test_places_never_get_fewer(paying: Staged) -> None:
    campaign = await published(paying)
    with pytest.raises(Refused):
        await paying.recruiter.add_places(campaign, 2)


async def test_submissions_come_in_pages(paying: Staged) -> None:
    campaign = await published(paying)
    for number in range(8):
        paying.visit(campaign, f"visit-{number}", f"person-{number}")
    found = await all_of(paying.recruiter.submissions(campaign))
    assert [(one.remote_id, one.person) for one in found] == [
        (f"visit-{number}", f"person-{number}") for number in range(8)
    ]
    assert {(one.status, one.entered_code) for one in found} == {("submitted", "DONE-1")}
    assert (await paying.recruiter.submission("visit-3")).person == "person-3"


async def test_a_plain_link_has_no_submissions_and_pays_nobody() -> None:
    with staged("link") as stage:
        campaign = await published(stage)
        assert await all_of(stage.recruiter.submissions(campaign)) == []
        assert await stage.recruiter.bonuses_paid("visit-1") is None
        with pytest.raises(Refused, match="whoever invited them"):
            await stage.recruiter.approve("visit-1")
        with pytest.raises(Refused):
            await stage.recruiter.reject("visit-1", LONG, "OTHER")
        with pytest.raises(Refused):
            await stage.recruiter.prepare_bonus(bonus(campaign))
        with pytest.raises(Refused):
            await stage.recruiter.pay_bonus(bonus(campaign), "x")


async def test_approving_twice_is_approving_once(paying: Staged) -> None:
    paying.visit(await published(paying), "visit-1", "person-1")
    await paying.recruiter.approve("visit-1")
    await paying.recruiter.approve("visit-1")
    assert (await paying.recruiter.submission("visit-1")).status == "approved"
    with pytest.raises(Refused):
        await paying.recruiter.reject("visit-1", LONG, "OTHER")


async def test_a_rejection_says_why(paying: Staged) -> None:
    paying.visit(await published(paying), "visit-1", "person-1")
    with pytest.raises(Invalid, match="needs 100"):
        await paying.recruiter.reject("visit-1", "bad   " + " " * 100, "OTHER")
    with pytest.raises(Invalid, match="no category"):
        await paying.recruiter.reject("visit-1", LONG, "UGLY")
    assert (await paying.recruiter.submission("visit-1")).status == "submitted"
    await paying.recruiter.reject("visit-1", LONG, "FAILED_CHECK")
    await paying.recruiter.reject("visit-1", LONG, "FAILED_CHECK")
    assert (await paying.recruiter.submission("visit-1")).status == "rejected"


async def test_a_bonus_is_prepared_and_paid(paying: Staged) -> None:
    campaign = await published(paying)
    paying.visit(campaign, "visit-1", "person-1")
    reference = await paying.recruiter.prepare_bonus(bonus(campaign))
    assert paying.paid() == []
    await paying.recruiter.pay_bonus(bonus(campaign), reference)
    assert paying.paid() == [("visit-1", 125)]
    assert await paying.recruiter.bonuses_paid("visit-1") == [125]


async def test_silence_after_paying_is_no_answer_and_is_not_asked_again(remote: Staged) -> None:
    campaign = await published(remote)
    remote.visit(campaign, "visit-1", "person-1")
    reference = await remote.recruiter.prepare_bonus(bonus(campaign))
    for fault in ("silent_after", "failed_after"):
        remote.faults.next.append(fault)
        key = bonus(campaign, f"bonus:{fault}")
        with pytest.raises(NoAnswer):
            await remote.recruiter.pay_bonus(key, reference)
    assert len(remote.paid()) == 2


async def test_a_campaign_whose_answer_was_lost_is_found_again() -> None:
    with staged("mturk") as stage:
        made = await stage.recruiter.create_draft(ORDER)
        stage.faults.next.extend([None, None, None, "silent_after"])
        with pytest.raises(NoAnswer):
            await stage.recruiter.publish(ORDER, made.remote_id)
        found = await stage.recruiter.publish(ORDER, made.remote_id)
        assert (found.remote_id, found.status) == ("HIT1", "active")
        await stage.recruiter.close()


async def test_a_busy_recruiter_has_done_nothing(remote: Staged) -> None:
    campaign = await published(remote)
    remote.visit(campaign, "visit-1", "person-1")
    reference = await remote.recruiter.prepare_bonus(bonus(campaign))
    remote.faults.retry_after = "3600"
    remote.faults.next.append("busy")
    with pytest.raises(NotReached):
        await remote.recruiter.pay_bonus(bonus(campaign), reference)
    assert remote.paid() == []


async def test_a_recruiter_that_is_down_is_not_reached_for_reading(remote: Staged) -> None:
    campaign = await published(remote)
    remote.faults.down = True
    with pytest.raises(NotReached):
        await remote.recruiter.campaign(campaign)
    with pytest.raises(NotReached):
        await all_of(remote.recruiter.submissions(campaign))
    remote.faults.down = False
    assert (await remote.recruiter.campaign(campaign)).status == "active"
