"""Stimulus sets and bundles in a real browser: uploaded, gone on with, made into a run, looked at."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.axe import assert_accessible
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.test_admin import sign_in
from tests.support import build_tiny_bundle
from tests.uploads import archive, noise, picture, sound

NewContext = Callable[..., BrowserContext]
WIDTHS_PX = (390, 1366)
UPLOADS = re.compile(r"/admin/api/stimuli/\d+/files\?path=")


def begin(site: Site, page: Page, name: str, medium: str = "picture") -> None:
    page.goto(f"{site.base_url}/admin/stimuli")
    page.fill("#name", name)
    page.check(f"input[value={medium}]")
    page.click("text=Begin the set")
    page.wait_for_selector("#drop")


def folder_of(site: Site, name: str, count: int = 6) -> Path:
    """A folder of good pictures in two categories and one that is none."""
    folder = site.folder / name
    for number in range(count):
        file = folder / ("bear", "dog")[number % 2] / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture(number))
    (folder / "dog" / "page.png").write_bytes(b"<html><script>alert(1)</script>")
    return folder


def look(page: Page) -> None:
    for width_px in WIDTHS_PX:
        page.set_viewport_size({"width": width_px, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert_accessible(page)


def test_a_folder_is_uploaded_and_a_run_is_made_of_it(site: Site, new_context: NewContext) -> None:
    page = new_context().new_page()
    sign_in(site, page)
    begin(site, page, "animals")
    look(page)
    with page.expect_navigation():
        page.set_input_files("#folder", str(folder_of(site, "up")))
    assert page.locator("article.file").count() == 7
    assert "its bytes are those of HTML or XML" in page.inner_text(".reason")
    look(page)
    page.click("button:has-text('Make the set ready')")
    page.click("text=Make metamers of it")
    page.select_option("#model", "efficientnet_lite0")
    page.click("text=Show its layers")
    page.check("input[value=block4]")
    page.fill("#name", "of-animals")
    look(page)
    page.click("button:has-text('Write the spec')")
    assert "layers: [block4]\nstimuli: sets/animals\n" in page.input_value("#spec")
    look(page)
    with page.expect_download() as download:
        page.click("text=Download the spec")
    assert download.value.suggested_filename == "of-animals.yaml"
    page.click("button:has-text('Queue run')")
    page.click("text=Cancel run")
    page.wait_for_selector(".status.cancelled")


def test_an_upload_that_broke_off_goes_on_where_it_was(
    site: Site, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected += ["Failed to load resource", "ERR_FAILED"]
    folder = folder_of(site, "again", 8)
    page = new_context().new_page()
    sign_in(site, page)
    begin(site, page, "again")
    sent: list[str] = []

    def some(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) > 3:
            route.abort()
        else:
            route.continue_()

    page.route(UPLOADS, some)
    page.set_input_files("#folder", str(folder))
    page.wait_for_function("() => document.getElementById('bar').value >= 3")
    page.click("text=Stop")
    page.goto(page.url)
    there = page.locator("article.file").count()
    assert there == 3
    page.unroute(UPLOADS)
    page.on("request", lambda request: sent.append(request.url) if UPLOADS.search(request.url) else None)
    sent.clear()
    with page.expect_navigation():
        page.set_input_files("#folder", str(folder))
    assert page.locator("article.file").count() == 9
    assert len(sent) == 9 - there, "what was there is not sent again"


def test_an_archive_of_sounds_is_uploaded_and_drawn(site: Site, new_context: NewContext) -> None:
    page = new_context().new_page()
    sign_in(site, page)
    begin(site, page, "spoken", "sound")
    file = site.folder / "sounds.zip"
    file.write_bytes(archive({f"top/act/{n}.wav": sound(noise(n, 1.0)) for n in range(3)}))
    with page.expect_navigation():
        page.set_input_files("#files", str(file))
    page.wait_for_function("() => document.querySelector('article.file img').naturalWidth === 480")
    page.click("article.file audio")
    look(page)


def test_a_bad_archive_is_explained(site: Site, new_context: NewContext, complaints: Complaints) -> None:
    complaints.expected.append("422 (Unprocessable")
    page = new_context().new_page()
    sign_in(site, page)
    begin(site, page, "hostile")
    file = site.folder / "bad.zip"
    file.write_bytes(archive({"../../evil.png": b"x"}))
    page.set_input_files("#files", str(file))
    page.wait_for_selector("#problems li")
    assert "leads out of the folder" in page.inner_text("#problems")
    look(page)


@pytest.mark.parametrize("kind", ["picture", "sound"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_bundle_is_looked_at(site: Site, new_context: NewContext, kind: str, scheme: str) -> None:
    folder = site.folder / f"look-{kind}"
    if not folder.exists():
        site.run("stimuli", "ingest", str(build_tiny_bundle(folder, kind=kind, model=f"look-{kind}")))
    page = new_context(color_scheme=scheme).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/bundles")
    look(page)
    page.click(f"section[aria-label=look-{kind}] a")
    page.wait_for_function("() => document.querySelector('.stimulus img').naturalWidth > 100")
    look(page)
    page.click("text=With failures")
    page.click(".stimulus h3 a")
    expect(page.locator("text=inside the null")).to_have_count(1)
    look(page)
