"""The page of a study's downloads in a browser: a file comes, and everybody can use the page."""

import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_admin import sign_in

NewContext = Callable[..., BrowserContext]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_format_is_downloaded(
    site: Site, new_context: NewContext, width: int, height: int, scheme: str
) -> None:
    name = f"downloads-{scheme}-{width}"
    site.create_study(name, naturals=8)
    site.run("simulate", name, "-n", "2")
    viewport = {"width": width, "height": height}
    page = new_context(viewport=viewport, color_scheme=scheme).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/{name}/downloads?audience=simulated")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download: Tidy tables, CSV").click()
    assert waiting.value.suggested_filename == f"{name}-simulated-csv.zip"
    with zipfile.ZipFile(waiting.value.path()) as zipped:
        assert "codebook.csv" in zipped.namelist()
