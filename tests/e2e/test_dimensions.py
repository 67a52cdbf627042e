"""A bundle of dimensions in a real browser: its dimensions, and one with its pictures by rising level."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from app.db.session import Database
from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_admin import sign_in
from tests.levels import build_levels, store_levels

NewContext = Callable[..., BrowserContext]
WIDTHS_PX = (390, 1366)


async def _store(site: Site, folder: Path) -> None:
    manifest = build_levels(folder)
    database = Database(site.database_url)
    try:
        async with database.writing() as session:
            await store_levels(session, folder, manifest)
    finally:
        await database.close()


def look(page: Page, name: str) -> None:
    for width_px in WIDTHS_PX:
        page.set_viewport_size({"width": width_px, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        if folder := os.environ.get("METAMERLAB_PICTURES"):
            page.screenshot(path=str(Path(folder) / f"{name}-{width_px}.png"), full_page=True)
    assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_bundle_of_dimensions_is_looked_at(site: Site, new_context: NewContext, scheme: str) -> None:
    folder = site.folder / "levels"
    if not folder.exists():
        with ThreadPoolExecutor(1) as thread:  # Playwright keeps an event loop running in this one
            thread.submit(asyncio.run, _store(site, folder)).result()
    page = new_context(color_scheme=scheme).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/bundles")
    look(page, f"bundles-{scheme}")
    page.click("section[aria-label=efficientnet_lite0] a")
    assert page.locator("svg.levels").count() == 5
    look(page, f"dimensions-{scheme}")
    page.click("h3 a:has-text('stem/2-')")
    page.wait_for_function("() => document.querySelector('.stimulus img').naturalWidth > 10")
    look(page, f"dimension-{scheme}")
    page.click("text=With failures")
    assert page.locator("figure.failed").count() == 1
    look(page, f"failures-{scheme}")
