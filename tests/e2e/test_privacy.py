"""The pages on data protection in a browser: everybody can read them, without JavaScript too."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.axe import assert_accessible
from tests.e2e.site import Site
from tests.e2e.test_admin import sign_in

NewContext = Callable[..., BrowserContext]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_participants_and_experimenters_read_it(
    site: Site, new_context: NewContext, width: int, height: int, tmp_path: Path
) -> None:
    name = f"privacy-{width}"
    site.create_study(name, naturals=8)
    viewport = {"width": width, "height": height}
    page = new_context(viewport=viewport).new_page()
    sign_in(site, page)
    page.goto(f"{site.base_url}/admin/studies/{name}/privacy")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / "admin.png", full_page=True)
    address = page.get_by_role("link", name="The page on data protection").get_attribute("href")
    page.goto(f"{site.base_url}{address}")
    assert page.get_by_role("heading", name="Data protection").is_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / "public.png", full_page=True)
    bare = new_context(viewport=viewport, java_script_enabled=False).new_page()
    bare.goto(f"{site.base_url}{address}")
    assert bare.get_by_role("link", name="Delete what I gave in this study").is_visible()
