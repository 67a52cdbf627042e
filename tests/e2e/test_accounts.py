"""Accounts in a real browser: the link of the first owner, an authenticator, a passkey, light and dark."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page
from sqlalchemy import delete

from app.accounts import people
from app.accounts.actor import COMMAND_LINE
from app.accounts.links import link_address
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Passkey, RecoveryCode
from tests.accounts import OWNER, PASSWORD, make_account
from tests.e2e.axe import assert_accessible
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site, serving

NewContext = Callable[..., BrowserContext]
EMAIL = "grace@example.org"


def in_thread(work: object) -> str:
    with ThreadPoolExecutor(1) as thread:  # Playwright keeps an event loop running in this one
        return thread.submit(asyncio.run, work).result()  # type: ignore[arg-type]


async def fresh_account(site: Site) -> str:
    """An account without second factors; returns the address of a link for its password."""
    database = Database(site.database_url)
    try:
        async with database.writing() as session:
            user = await make_account(session, EMAIL, "owner")
            user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
            await session.execute(delete(Passkey))
            await session.execute(delete(RecoveryCode))
            token, _ = await people.issue_reset(session, COMMAND_LINE, EMAIL, utc_now())
    finally:
        await database.close()
    return link_address(site.base_url, token)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a name: no passkey belongs to an address of four numbers."""
    with serving(tmp_path_factory.mktemp("named"), "localhost") as running:
        yield running


@pytest.fixture
def page(site: Site, new_context: NewContext) -> Page:
    """The page of an account that was just signed in by its link."""
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(in_thread(fresh_account(site)))
    page.wait_for_selector("h1:has-text('A new password')")
    assert "#" not in page.url
    assert_accessible(page)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{site.base_url}/admin")
    page.goto(f"{site.base_url}/admin/account")
    return page


def sign_in_again(site: Site, page: Page) -> None:
    page.click("text=Sign out")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{site.base_url}/admin/sign-in/second")


def test_an_authenticator_is_added_and_asked_for(site: Site, page: Page) -> None:
    page.click("text=Add an authenticator")
    secret = page.inner_text("code").replace(" ", "")
    assert page.locator(".square svg").bounding_box()["width"] > 150  # type: ignore[index]
    assert_accessible(page)
    page.fill("#code", pyotp.TOTP(secret).now())
    page.click("main button")
    page.wait_for_selector("text=The authenticator is in use")
    assert_accessible(page)
    page.click("text=Make new recovery codes")
    page.wait_for_selector("pre.command")
    recovery = page.inner_text("pre.command").split()[0]
    sign_in_again(site, page)
    assert_accessible(page)
    page.fill("#code", recovery)
    page.click("main button")
    page.wait_for_url(f"{site.base_url}/admin")


def virtual_authenticator(page: Page) -> CDPSession:
    """A passkey holder of Chromium's own, which says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_is_added_and_signs_in(site: Site, page: Page, complaints: Complaints) -> None:
    virtual_authenticator(page)
    page.fill("#passkey-name", "Laptop")
    page.click("#add-passkey")
    page.wait_for_selector("text=Laptop")
    sign_in_again(site, page)
    page.click("#use-passkey")
    page.wait_for_url(f"{site.base_url}/admin")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width_px", [390, 1366])
def test_the_pages_of_accounts_fit_and_can_be_read(
    site: Site, new_context: NewContext, scheme: str, width_px: int
) -> None:
    page = new_context(viewport={"width": width_px, "height": 844}, color_scheme=scheme).new_page()
    site.make_owner()
    page.goto(f"{site.base_url}/admin/sign-in")
    assert_accessible(page)
    page.fill("#email", OWNER)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{site.base_url}/admin")
    for path in ("", "/account", "/accounts", "/audit?verify=true", "/synthesis", "/synthesis/new"):
        page.goto(f"{site.base_url}/admin{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width_px, path
        assert_accessible(page)
