"""The page of a study's recruitment and the pages of people from panels, in a real browser."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Campaign, Payment, Study, Submission
from tests.e2e.axe import assert_accessible
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.test_admin import sign_in

NewContext = Callable[..., BrowserContext]
RECRUITMENT = "{recruiter: prolific, reward: 1.50, budget: 20, places: 5}"


@pytest.fixture(scope="module")
def live(site: Site) -> str:
    """The live link of a study at Prolific with submissions in all states, and payments that are unclear."""
    link = site.create_study("paid", naturals=8, practice_trials=1, recruitment=RECRUITMENT)
    with ThreadPoolExecutor(1) as thread:  # Playwright keeps an event loop running in this one
        thread.submit(asyncio.run, _fill(site)).result()
    return link


async def _fill(site: Site) -> None:
    database, now = Database(site.database_url), utc_now()
    async with database.writing() as session:
        study = (await session.scalars(select(Study).where(Study.name == "paid"))).one()
        campaign = Campaign(
            study_id=study.id, recruiter="prolific", remote_id="66b0c1", status="active", places=5,
            reward_minor=150, currency="GBP", created_at=now, updated_at=now, synced_at=now,
            problem="Prolific was asked and gave no answer: ReadTimeout", problem_at=now,
        )  # fmt: skip
        session.add(campaign)
        await session.flush()
        for number, status in enumerate(("submitted", "approved", "returned", "timed_out", "submitted")):
            session.add(
                Submission(
                    campaign_id=campaign.id,
                    remote_id=f"66b0c1f2a9d4e8003c5a71{number:02}",
                    status=status,
                    remote_status=status,
                    entered_code="DONE-42",
                    first_seen_at=now,
                    last_seen_at=now,
                )
            )
        for number, state in enumerate(("confirmed", "ambiguous", "intended", "failed", "sent")):
            session.add(
                Payment(
                    study_id=study.id,
                    key=f"bonus:{number}",
                    kind="bonus",
                    recruiter="prolific",
                    submission=f"66b0c1f2a9d4e8003c5a71{number:02}",
                    amount_minor=125,
                    currency="GBP",
                    reason="for <b>good</b> answers",
                    state=state,
                    actor="owner",
                    created_at=now,
                    sent_at=now - timedelta(minutes=number * 5),
                    problem="gave no answer: ReadTimeout",
                )
            )
    await database.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width_px", [360, 390, 1366])
def test_the_page_fits_and_is_accessible(
    site: Site, live: str, new_context: NewContext, width_px: int, scheme: str
) -> None:
    page = new_context(viewport={"width": width_px, "height": 844}, color_scheme=scheme).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/paid/recruitment")
    page.locator("summary", has_text="Reject").first.click()
    page.locator("summary", has_text="Bonus").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert_accessible(page)
    assert page.locator("b").count() == 0


def test_a_person_decides_about_an_unclear_payment(site: Site, live: str, new_context: NewContext) -> None:
    page = new_context(viewport={"width": 1366, "height": 844}).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/paid/recruitment")
    assert page.locator("text=It is not asked again by itself").count() == 1
    before = page.locator("button", has_text="It was paid").count()
    page.locator("button", has_text="It was paid").first.click()
    expect(page.locator("button", has_text="It was paid")).to_have_count(before - 1)


def test_the_budget_is_set_and_a_wrong_amount_explained(
    site: Site, live: str, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("422")
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/paid/recruitment")
    page.fill("#amount", "a lot")
    page.click("text=Set budget")
    assert "is not an amount" in page.inner_text("[role=alert]")
    page.fill("#amount", "25,50")
    page.click("text=Set budget")
    expect(page.locator("dd", has_text="25.50 GBP").first).to_be_visible()


def test_a_plain_link_has_a_qr_code(site: Site, link: str, new_context: NewContext) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/short/recruitment")
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert box["width"] > 100
    assert_accessible(page)


def test_a_code_is_looked_up(site: Site, live: str, new_context: NewContext) -> None:
    page = new_context().new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/paid/recruitment")
    page.fill("#code", "NOTHING-1")
    page.click("text=Whose is it?")
    assert "is no code of this study" in page.inner_text("[role=status]")


def test_people_without_ids_are_told_what_to_do(site: Site, live: str, new_context: NewContext) -> None:
    page = new_context(viewport={"width": 360, "height": 640}).new_page()
    page.goto(live.replace("/s/", "/p/"))
    assert page.inner_text("h1") == "Please open the study from where you found it"
    assert_accessible(page)


def test_the_frame_of_mturk_leads_into_a_window(site: Site, link: str, new_context: NewContext) -> None:
    page: Page = new_context(viewport={"width": 1366, "height": 600}).new_page()
    ids = "workerId=W1&assignmentId=A1&hitId=H1&turkSubmitTo=https%3A%2F%2Fwww.mturk.com"
    page.goto(f"{link.replace('/s/', '/m/')}?{ids}")
    assert_accessible(page)
    with page.context.expect_page() as opened:
        page.click("text=Open the study")
    assert opened.value.locator("#consent input[name=assignmentId]").get_attribute("value") == "A1"
