"""The pages themselves: what they refuse, how they fit small screens, and the plugin's own declarations."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.visitor import GRID, START, Visitor
from tests.versioned import versioned

DOUBLE_TAP_MS = 300
"""A tap sooner after the start button came is taken for the second of two on what was there before."""
SMALLEST_TARGET_PX = 44


def test_the_link_of_a_closed_study_lets_nobody_in(
    site: Site, visitor: Visitor, complaints: Complaints
) -> None:
    complaints.expected.append("410 (Gone)")
    link = site.create_study("closed", naturals=3, practice_trials=1)
    site.run("study", "close", "closed")
    response = visitor.page.goto(link)
    assert response is not None
    assert response.status == 410
    assert visitor.page.locator("form").count() == 0
    assert visitor.page.inner_text("h1") == "This study has ended"


def test_an_unknown_link_is_explained(site: Site, visitor: Visitor, complaints: Complaints) -> None:
    complaints.expected.append("404 (Not Found)")
    response = visitor.page.goto(f"{site.base_url}/s/nobody-made-this")
    assert response is not None
    assert response.status == 404
    assert visitor.page.inner_text("h1") == "Not found"


def test_looking_at_the_link_makes_no_participant(site: Site, visitor: Visitor) -> None:
    before = site.query("SELECT count(*) AS n FROM participants")[0]["n"]
    visitor.page.goto(visitor.link)
    visitor.page.goto(f"{site.base_url}/run/{visitor.code}")
    assert visitor.page.url == visitor.link  # without consent, the run leads back
    assert site.query("SELECT count(*) AS n FROM participants")[0]["n"] == before


def test_without_javascript_the_page_says_what_is_missing_before_consent(
    new_context: Callable[..., BrowserContext], link: str
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(link)
    assert "needs JavaScript" in page.inner_text("main noscript")
    assert not page.is_visible("form button")


def test_a_phone_shows_the_whole_grid_with_targets_large_enough(
    new_context: Callable[..., BrowserContext], link: str
) -> None:
    size = {"width": 360, "height": 640}
    visitor = Visitor(new_context(viewport=size, has_touch=True, is_mobile=True).new_page(), link)
    visitor.page.goto(link)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    visitor.consent()
    visitor.read_on()
    visitor.page.wait_for_timeout(DOUBLE_TAP_MS)
    visitor.page.tap(START)
    visitor.page.wait_for_selector(GRID)
    boxes = [choice.bounding_box() for choice in visitor.page.locator("[data-choice]").all()]
    assert len(boxes) == 16
    for box in boxes:
        assert box is not None
        assert min(box["width"], box["height"]) >= SMALLEST_TARGET_PX
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size["height"]


RUN_PLUGIN = versioned("""async ({mode, durations}) => {
  const { initJsPsych } = await import("/static/vendor/jspsych.js");
  const { readCatalogue } = await import("/static/participant/language.js");
  readCatalogue("en", await (await fetch("/static/participant/languages/en.ftl")).text());
  const { Image16Plugin } = await import("/static/participant/tasks/image16/plugin.js");
  const { Attention } = await import("/static/participant/attention.js");
  const { FrameClock } = await import("/static/participant/clock.js");
  const { PictureStage } = await import("/static/participant/tasks/image16/stage.js");
  const choices = ["cat", "dog"].map((name) =>
    ({ name, label: name, icon: `vendor/icons/${name}.webp` }));
  const stage = new PictureStage(choices, 224);
  const [clock, attention] = [new FrameClock(), new Attention(() => {})];
  const bitmap = await createImageBitmap(new ImageData(224, 224));
  const jsPsych = initJsPsych({ display_element: document.querySelector("main"), use_webaudio: false });
  const trial = {
    type: Image16Plugin, choices, ...durations, load: async () => ({ image: bitmap, mask: bitmap }),
    stage: () => stage, clock: () => clock, attention: () => attention,
  };
  await jsPsych.simulate([trial], mode);
  const keys = (fields) => Object.entries(fields).map(([name, { nested }]) =>
    nested ? [name, keys(nested)] : name);
  return { data: jsPsych.data.get().values()[0], declared: keys(Image16Plugin.info.data) };
}""")


def declared_shape(data: dict[str, object]) -> list[object]:
    """The names in a trial's data, nested as the plugin declares them; of a list, those of an entry."""
    inner = {name: value[0] if isinstance(value, list) else value for name, value in data.items()}
    return [
        [name, declared_shape(value)] if isinstance(value, dict) else name for name, value in inner.items()
    ]


def run_plugin(visitor: Visitor, mode: str, **more: object) -> dict[str, object]:
    visitor.page.goto(visitor.link)
    durations = {"blank_ms": 50, "fixation_ms": 50, "image_ms": 100, "mask_ms": 50, **more}
    result = visitor.page.evaluate(RUN_PLUGIN, {"mode": mode, "durations": durations})
    data = {name: result["data"][name] for name in ("answer", "rt_ms", "timing")}
    assert declared_shape(data) == result["declared"]
    return data


def test_the_plugin_simulates_the_data_that_it_declares(visitor: Visitor) -> None:
    data = run_plugin(visitor, "data-only")
    assert data["answer"] in ("cat", "dog")


def test_a_simulated_visual_trial_of_a_fixed_interval_lasts_to_its_end(visitor: Visitor) -> None:
    data = run_plugin(visitor, "visual", response_ms=5000, automatic=True)
    assert data["answer"] in ("cat", "dog")
    timing = data["timing"]
    assert isinstance(timing, dict)
    assert timing["clicks"] == [{"name": data["answer"], "ms": data["rt_ms"]}]
    assert timing["achieved_response_ms"] == pytest.approx(5000, abs=200)


def test_the_plugin_simulates_a_visual_trial_through_the_real_one(visitor: Visitor) -> None:
    data = run_plugin(visitor, "visual")
    assert data["answer"] in ("cat", "dog")
    timing = data["timing"]
    assert isinstance(timing, dict)
    assert timing["flips_ms"]["mask"] > timing["flips_ms"]["image"]
