"""Synthesis runs in a real browser: a run is queued, watched without reloading, and its bundle looked at."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import Complaints
from tests.e2e.site import ROOT, Site
from tests.e2e.test_admin import sign_in
from tests.synthesis.networks import write_pictures

NewContext = Callable[..., BrowserContext]
PATIENCE_MS = 120_000
SPEC = "model: tiny\nlayers: [relu1, relu6]\nstimuli: pictures\nmax_steps: 20\nseeds_per_stimulus: 20\n"
NARROW_PX, WIDE_PX = 390, 1280


@contextmanager
def worker(site: Site) -> Iterator[None]:
    """A worker in a process of its own, which ends with the queue or with the block."""
    call = [sys.executable, "-m", "tests.integration.tiny_worker"]
    with subprocess.Popen(call, cwd=ROOT, env=site.environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def fill_in(site: Site, page: Page, name: str, spec: str) -> None:
    page.goto(f"{site.base_url}/admin/synthesis/form")
    page.click("text=write the spec yourself")
    page.fill("#name", name)
    page.fill("#spec", spec)
    page.click("text=Queue run")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_run_is_watched_from_the_form_to_its_stimuli(site: Site, new_context: NewContext) -> None:
    write_pictures(site.folder / "pictures", ("bear", "dog"))
    page = new_context(viewport={"width": NARROW_PX, "height": 844}).new_page()
    sign_in(site, page)
    page.click("text=Synthesis")
    fill_in(site, page, "watched", SPEC)
    page.wait_for_selector(".status.queued")
    page.evaluate("window.sameDocument = true")
    with worker(site):
        page.wait_for_selector("#progress progress", timeout=PATIENCE_MS)
        assert fits(page)
        page.wait_for_selector(".status.finished", timeout=PATIENCE_MS)
        page.wait_for_selector("#ingested table")
    assert page.evaluate("window.sameDocument"), "it was never loaded anew"
    assert page.locator("tbody tr").count() == 2
    page.wait_for_function("document.querySelector('.contact-sheet').naturalWidth > 300")
    for width_px in (NARROW_PX, WIDE_PX):
        page.set_viewport_size({"width": width_px, "height": 844})
        assert fits(page)
    assert page.locator("[data-live]").count() == 0, "nothing to wait for"


def test_a_queued_run_is_cancelled_and_queued_again_by_its_buttons(
    site: Site, new_context: NewContext
) -> None:
    page = new_context().new_page()
    sign_in(site, page)
    fill_in(site, page, "buttons", SPEC)
    page.click("text=Cancel run")
    page.wait_for_selector(".status.cancelled")
    page.click("text=Try again")
    page.wait_for_selector(".status.queued")
    page.click("text=Cancel run")
    page.wait_for_selector(".status.cancelled")


@pytest.mark.parametrize("width_px", [NARROW_PX, WIDE_PX])
def test_what_is_wrong_with_a_spec_is_shown_with_its_line(
    site: Site, new_context: NewContext, complaints: Complaints, width_px: int
) -> None:
    complaints.expected.append("422 (Unprocessable")
    page = new_context(viewport={"width": width_px, "height": 844}).new_page()
    sign_in(site, page)
    wrong = SPEC.replace("layers: [relu1, relu6]", "layers: []") + "recipy: fast\n"
    fill_in(site, page, "wrong", wrong)
    problems = page.locator("[role=alert] li").all_inner_texts()
    assert problems[0].startswith("spec:2: layers: ")
    assert problems[1] == "spec:6: unknown field recipy; did you mean recipe?"
    assert page.input_value("#spec") == wrong
    assert fits(page)


def test_the_page_goes_to_the_sign_in_when_the_session_has_ended(site: Site, new_context: NewContext) -> None:
    page = new_context().new_page()
    sign_in(site, page)
    fill_in(site, page, "left-open", SPEC)
    page.wait_for_selector(".status.queued")
    page.context.clear_cookies()
    page.wait_for_url(f"{site.base_url}/admin/sign-in")
