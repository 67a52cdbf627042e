"""Bundles of dimensions and studies on them in a real browser, as experimenters see them."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.db.session import Database
from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_admin import sign_in
from tests.levels import build_levels, store_levels
from tests.threshold_bundle import build_dimension_bundle
from tests.threshold_study import (
    NAME,
    definition_of,
    honest,
    stimuli_of,
    store_study,
    take_part,
)

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
    expect(page.locator("svg.levels")).to_have_count(5)
    look(page, f"dimensions-{scheme}")
    page.click("h3 a:has-text('stem/2-')")
    page.wait_for_function("() => document.querySelector('.stimulus img').naturalWidth > 10")
    look(page, f"dimension-{scheme}")
    page.click("text=With failures")
    expect(page.locator("figure.failed")).to_have_count(1)
    look(page, f"failures-{scheme}")


async def _store_study(site: Site, folder: Path) -> None:
    build_dimension_bundle(folder)
    database = Database(site.database_url)
    try:
        async with database.writing() as session:
            study = await store_study(session, folder, definition_of(folder))
            await take_part(session, study, await stimuli_of(session), 0, honest(np.random.default_rng(1)))
    finally:
        await database.close()


def test_a_study_of_thresholds_is_drafted_and_looked_at(site: Site, new_context: NewContext) -> None:
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _store_study(site, site.folder / "thresholds")).result()
    page = new_context().new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/{NAME}/participants?audience=simulated")
    page.click("tbody a")
    expect(page.locator("svg.staircase")).to_have_count(4)
    look(page, "participant")
    page.goto(f"{site.base_url}/admin/studies/{NAME}/downloads?audience=simulated")
    look(page, "downloads")
    page.goto(f"{site.base_url}/admin/drafts")
    page.click("button:has-text('New')")
    page.select_option("#preset", "mame-abx")
    page.click("button.primary:has-text('Save')")
    expect(page.locator("fieldset.bundle").first).to_be_visible()
    page.locator("fieldset.bundle", has_text="tiny").locator("input[type=checkbox]").check()
    page.select_option("select[name='adaptive.procedure']", "two-down-one-up")
    page.fill("input[name='adaptive.trials_per_dimension']", "20")
    look(page, "draft")
    page.click("text=Save and check")
    assert "Nothing is wrong" in page.inner_text("main")
    assert "does not apply to a study of thresholds" in page.inner_text("#power")
    look(page, "check")
