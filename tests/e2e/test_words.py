"""Sessions of word recognition in a real browser: sounds that are played, words that are typed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.test_pages import SMALLEST_TARGET_PX, declared_shape
from tests.e2e.visitor import CARD_BUTTON, FIELD, START, Listener
from tests.support import SOUND
from tests.versioned import versioned

TRIALS = 4
SOUND_MS = 1000 * SOUND.samples / SOUND.sample_rate_hz
# Keeps the page's audio contexts where a test can reach them.
WATCH_CONTEXTS = """
  window.contexts = [];
  window.AudioContext = class extends AudioContext {
    constructor(...options) { super(...options); window.contexts.push(this); }
  };
"""


@pytest.fixture
def listener(new_context: Callable[..., BrowserContext], word_link: str) -> Listener:
    context = new_context()
    context.add_init_script(WATCH_CONTEXTS)
    return Listener(context.new_page(), word_link)


def records(site: Site, listener: Listener) -> list[dict[str, Any]]:
    """What is stored of each trial, after checking that each answer is the one that was given."""
    rows = site.answers(listener.session_token)
    assert [row["trial_index"] for row in rows] == list(range(TRIALS))
    assert [row["answer"] for row in rows] == listener.answers
    return [{"rt_ms": row["rt_ms"], **json.loads(row["timing"])} for row in rows]


def test_a_session_with_a_reload_in_the_middle(site: Site, listener: Listener) -> None:
    listener.consent()
    listener.trial("cat")
    assert listener.page.inner_text(".verdict") in (
        "Right: cat",
        *(f"It was: {w}. Your word: cat." for w in ("about", "act", "action", "bat")),
    )
    listener.trial("don't")
    listener.read_on()
    listener.listen()
    listener.page.reload()  # trial 2 was heard and not answered: it comes again
    listener.page.wait_for_selector("text=Welcome back")
    for word in ("play", "player"):
        listener.trial(word)
    assert listener.finish() == "HEARD-7"
    for record in records(site, listener):
        assert record["requested_sound_ms"] == pytest.approx(SOUND_MS, abs=1)
        assert record["context_state"] == "running"
        assert (record["interruptions"], record["late_ms"]) == (0, 0)
        assert record["played_ms"] >= SOUND_MS - 1
        assert 50 <= record["onset_ms"] < 500
        assert record["sample_rate_hz"] > 0
        assert record["base_latency_ms"] > 0
        assert record["rt_ms"] > record["entry"]["first_key_ms"] >= SOUND_MS - 1
        assert (record["entry"]["how"], record["entry"]["pastes"]) == ("typed", 0)
    # Enter is a key, too.
    keys = [record["entry"]["keystrokes"] for record in records(site, listener)]
    assert keys == [len(word) + 1 for word in listener.answers]
    on_time = site.query("SELECT on_time, attended FROM responses ORDER BY id DESC LIMIT 4")
    assert [tuple(row) for row in on_time] == [(1, 1)] * 4


def test_no_sound_is_made_before_a_press(listener: Listener) -> None:
    listener.page.goto(listener.link)
    listener.page.click("form button")
    listener.page.wait_for_selector(CARD_BUTTON)
    assert listener.page.evaluate("contexts.length") == 0
    listener.page.click(CARD_BUTTON)
    assert listener.page.evaluate("contexts.map((context) => context.state)") == ["running"]
    listener.read_on()
    listener.listen()
    assert listener.page.evaluate("contexts.length") == 1


def test_enter_gives_whole_words_only(site: Site, listener: Listener) -> None:
    keyboard = listener.page.keyboard
    listener.consent()
    listener.read_on()
    listener.listen()
    options = listener.page.locator(".word-list li")
    keyboard.type("thx")
    assert options.count() == 0
    keyboard.press("Enter")
    assert "no word of the list" in listener.page.inner_text(".word-hint")
    keyboard.press("Backspace")
    assert options.all_inner_texts() == ["the", "them", "theme"]
    keyboard.press("Enter")
    assert listener.page.get_attribute("body", "data-phase") == "response"
    keyboard.type("EM")
    assert options.all_inner_texts() == ["them", "theme"]
    keyboard.press("Enter")
    listener.answers.append("them")
    listener.trial("DON\u2019T")
    listener.answers[-1] = "don't"
    for word in ("act", "water"):
        listener.trial(word)
    listener.finish()
    assert records(site, listener)[0]["entry"]["keystrokes"] == 9  # with two on Enter in vain


def test_a_word_is_picked_from_the_list_by_mouse_and_by_keys(site: Site, listener: Listener) -> None:
    keyboard, page = listener.page.keyboard, listener.page
    listener.consent()
    listener.read_on()
    listener.listen()
    keyboard.type("la")
    assert page.locator(".word-list li").all_inner_texts() == ["play", "player"]
    page.click(".word-list li >> text=player")
    assert page.get_attribute("body", "data-phase") == "response"
    assert page.input_value(FIELD) == "player"
    assert page.locator(f"{FIELD}:focus").count() == 1
    page.click(".confirm")
    listener.read_on()
    listener.listen()
    keyboard.type("a")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    active = page.get_attribute(FIELD, "aria-activedescendant")
    assert page.inner_text(f"#{active}") == "act"
    assert page.get_attribute(f"#{active}", "aria-selected") == "true"
    keyboard.press("Enter")
    assert (page.input_value(FIELD), page.get_attribute(FIELD, "aria-expanded")) == ("act", "false")
    keyboard.press("Enter")
    listener.read_on()
    listener.listen()
    page.evaluate("document.querySelector('.word-field').dispatchEvent(new ClipboardEvent('paste'))")
    keyboard.press("ArrowUp")  # from the end of the whole list
    keyboard.press("Enter")
    keyboard.press("End")
    keyboard.press("Backspace")
    keyboard.type("t")
    keyboard.press("Enter")
    listener.answers += ["player", "act", "won't"]
    listener.trial("bat")
    listener.finish()
    entries = [record["entry"] for record in records(site, listener)]
    assert [entry["how"] for entry in entries] == ["picked", "picked", "typed", "typed"]
    assert [entry["pastes"] for entry in entries] == [0, 0, 1, 0]


def test_by_keyboard_alone(site: Site, listener: Listener) -> None:
    keyboard, page = listener.page.keyboard, listener.page
    listener.consent_by_keyboard()
    page.wait_for_selector(f"{CARD_BUTTON}:focus")
    keyboard.press("Enter")
    page.wait_for_selector(".card .secondary:focus")  # the noise
    keyboard.press("Enter")
    page.wait_for_selector(f"{CARD_BUTTON}:enabled")
    keyboard.press("Tab")
    keyboard.press("Enter")
    for word in ("seven", "over", "every", "cat"):
        while "start" not in page.wait_for_selector(f"{CARD_BUTTON}:focus, {START}:focus").get_attribute(
            "class"
        ):
            keyboard.press("Enter")
        keyboard.press("Enter")
        page.wait_for_selector(f"{FIELD}:focus")
        keyboard.type(word)
        keyboard.press("Tab")  # to the button
        keyboard.press("Space")
        listener.answers.append(word)
    listener.finish()
    records(site, listener)


def test_an_interrupted_sound_is_kept_and_said_to_be(site: Site, listener: Listener) -> None:
    listener.consent()
    listener.trial("cat")
    listener.read_on()
    listener.page.keyboard.press("Space")
    listener.page.wait_for_selector("[data-phase=timed]")
    listener.page.evaluate("contexts[0].suspend()")
    for kind in ("blur", "focus"):
        listener.page.evaluate("(kind) => void dispatchEvent(new Event(kind))", kind)
    listener.page.wait_for_selector(FIELD)
    listener.page.keyboard.type("bat")
    listener.page.keyboard.press("Enter")
    listener.answers.append("bat")
    for word in ("act", "over"):
        listener.trial(word)
    listener.finish()
    stored = records(site, listener)
    assert stored[1]["interruptions"] == 2  # the context slept, and no end was reported
    assert stored[1]["played_ms"] is None
    assert [record["interruptions"] for record in stored if record is not stored[1]] == [0, 0, 0]
    assert [record["focus_losses"] for record in stored] == [0, 1, 0, 0]
    (row,) = site.query("SELECT count(*) AS n FROM responses WHERE on_time = 0")
    assert row["n"] == 1


def test_a_browser_that_stays_silent_spends_no_trial(listener: Listener) -> None:
    listener.consent()
    listener.read_on()
    page = listener.page
    page.evaluate("contexts[0].resume = async () => undefined")
    page.evaluate("contexts[0].suspend()")
    page.keyboard.press("Space")
    page.wait_for_selector("text=plays no sound yet")
    assert page.get_attribute("body", "data-phase") == "ready"
    page.evaluate("delete contexts[0].resume")
    page.keyboard.press("Space")
    page.wait_for_selector(FIELD)


def test_offline_in_the_middle(site: Site, listener: Listener, complaints: Complaints) -> None:
    complaints.expected.append("ERR_INTERNET_DISCONNECTED")
    listener.consent()
    listener.trial("cat")
    listener.read_on()
    listener.page.context.set_offline(True)
    for word in ("bat", "act"):
        listener.trial(word)
    listener.page.wait_for_selector("#notice:has-text('Reconnecting')")
    listener.page.context.set_offline(False)
    listener.trial("over")
    listener.finish()
    records(site, listener)


@pytest.mark.parametrize("size", [{"width": 360, "height": 640}, {"width": 1280, "height": 800}])
def test_the_field_and_its_list_fit_the_window(
    new_context: Callable[..., BrowserContext], word_link: str, size: dict[str, int]
) -> None:
    listener = Listener(new_context(viewport=size, reduced_motion="reduce").new_page(), word_link)
    listener.consent()
    listener.read_on()
    listener.listen()
    listener.page.keyboard.type("a")
    for selector in (FIELD, ".confirm", ".word-list", ".word-list li"):
        box = listener.page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["height"] >= SMALLEST_TARGET_PX
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
        assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"]
    assert listener.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for name, value in {"autocomplete": "off", "autocorrect": "off", "spellcheck": "false"}.items():
        assert listener.page.get_attribute(FIELD, name) == value


RUN_PLUGIN = versioned("""async (mode) => {
  const { initJsPsych } = await import("/static/vendor/jspsych.js");
  const { readCatalogue } = await import("/static/participant/language.js");
  readCatalogue("en", await (await fetch("/static/participant/languages/en.ftl")).text());
  const { WordPlugin } = await import("/static/participant/tasks/words/plugin.js");
  const { Attention } = await import("/static/participant/attention.js");
  const { Player } = await import("/static/participant/player.js");
  const { Vocabulary } = await import("/static/participant/tasks/words/vocabulary.js");
  const { FrameClock } = await import("/static/participant/clock.js");
  const { WordStage } = await import("/static/participant/tasks/words/stage.js");
  const words = ["cat", "dog"];
  const [player, attention, clock] = [new Player(), new Attention(() => {}), new FrameClock()];
  const stage = new WordStage(new Vocabulary(words));
  player.listen(document);
  document.querySelector("main").click();
  const sound = new AudioBuffer({ length: 4410, sampleRate: 44100 });
  const jsPsych = initJsPsych({ display_element: document.querySelector("main"), use_webaudio: false });
  const trial = {
    type: WordPlugin, vocabulary: words, lead_ms: 50, load: async () => ({ sound }),
    stage: () => stage, player: () => player, clock: () => clock, attention: () => attention,
  };
  await jsPsych.simulate([trial], mode);
  const keys = (fields) => Object.entries(fields).map(([name, { nested }]) =>
    nested ? [name, keys(nested)] : name);
  return { data: jsPsych.data.get().values()[0], declared: keys(WordPlugin.info.data) };
}""")


@pytest.mark.parametrize("mode", ["data-only", "visual"])
def test_the_plugin_simulates_the_data_that_it_declares(listener: Listener, mode: str) -> None:
    listener.page.goto(listener.link)
    result = listener.page.evaluate(RUN_PLUGIN, mode)
    data = {name: result["data"][name] for name in ("answer", "rt_ms", "timing")}
    assert declared_shape(data) == result["declared"]
    assert data["answer"] in ("cat", "dog")
