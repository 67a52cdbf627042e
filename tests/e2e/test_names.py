"""Names that are words of JavaScript, of HTML or of Vega: on the pages, in the figures and in the files."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from synthesis.common.vega_names import WORD_JOINER
from tests.e2e.site import Site
from tests.e2e.test_admin import sign_in
from tests.e2e.visitor import Visitor

NewContext = Callable[..., BrowserContext]
CATEGORIES = (
    "constructor", "toString", "__proto__", "hasOwnProperty", "valueOf", "prototype", "length",
    "a.b", "a[0]", "it's \"quoted\"", "back\\slash", "<script>alert(1)</script>", "&amp;", "{{ 7 * 7 }}",
    "😀", "=1+1",
)  # fmt: skip
LAYERS = ("__proto__", "constructor", "a.b[0]", "<b>'\"\\ 😀")
TITLE = "<script>alert(1)</script> constructor 'a' \"b\" [0].x {{ 7 * 7 }} 😀"


@pytest.fixture(scope="module")
def link(site: Site) -> str:
    fields = {"practice_trials": 1, "title": json.dumps(TITLE, ensure_ascii=False)}
    names = {"categories": CATEGORIES, "layers": LAYERS}
    found = site.create_study("names", naturals=len(CATEGORIES), names=names, **fields)
    site.run("simulate", "names", "-n", "2", "--url", site.base_url)
    return found


@pytest.fixture
def page(site: Site, link: str, new_context: NewContext) -> Page:
    opened = new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(site, opened)
    opened.goto(f"{site.base_url}/admin/studies/names?audience=simulated")
    return opened


def test_the_study_s_figures_live_and_show_every_name(page: Page) -> None:
    images = page.locator("[data-vega]").count() + page.locator(".live").count()
    page.wait_for_function("count => document.querySelectorAll('.live svg').length === count", arg=images)
    assert TITLE in page.inner_text("body")
    texts = page.evaluate("[...document.querySelectorAll('.live svg text')].map(text => text.textContent)")
    axes = [text.replace(WORD_JOINER, "") for text in texts]
    for category in CATEGORIES:
        assert axes.count(category) >= 2 * (1 + len(LAYERS)), category  # both axes of each condition
    for layer in ("proto", "constructor", "a.b[0]", "<b>'\"\\ 😀"):
        assert any(layer in text for text in axes), layer


def test_pointing_at_a_confusion_names_it(page: Page) -> None:
    cells = page.locator(".live .mark-rect path[aria-label*='Shown: ']")
    cells.first.wait_for()
    labels = cells.evaluate_all("cells => cells.map(cell => cell.getAttribute('aria-label'))")
    shown = [label.replace(WORD_JOINER, "") for label in labels]
    for category in CATEGORIES:  # one of them was shown in practice only, but all are answers
        assert any(f"Answered: {category};" in label for label in shown), category


def test_the_grid_shows_and_takes_every_name(link: str, new_context: NewContext, site: Site) -> None:
    visitor = Visitor(new_context().new_page(), link)
    visitor.consent()
    assert visitor.page.title().startswith(TITLE) or TITLE in visitor.page.inner_text("body")
    for category in CATEGORIES[:3]:
        visitor.read_on()
        visitor.watch()
        labels = visitor.page.locator(".choice span").all_inner_texts()
        assert sorted(labels) == sorted(CATEGORIES)
        with visitor.page.expect_response(lambda got: got.request.method == "PUT") as answered:
            visitor.page.locator(".choice").filter(has=visitor.page.get_by_text(category, exact=True)).click()
        assert answered.value.ok
    stored = [row["answer"] for row in site.answers(visitor.session_token)]
    assert [answer for answer in stored if answer is not None] == list(CATEGORIES[:3])
