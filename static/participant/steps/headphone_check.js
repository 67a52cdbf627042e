/**
 * Headphones are checked by sounds that the server made, so that this page does not know what is right. Each is
 * played once, and asked about.
 */

import { element } from "../dom.js";
import { paragraphs, say } from "../language.js";
import { begunRecord, pressed, showPage, written } from "../page.js";
import { audible } from "../player.js";
import { remembered, untilDecoded } from "../preload.js";
import { PlayedOnce } from "./played_once.js";

/** @import { StepTools, StepView } from "../types.js" */

const LEAD_MS = 50;
const AHEAD = 2;
/** @type {Record<string, { question: string, text: string, answers?: string[] }>} */
const PARTS = {
  sides: {
    question: "headphone-check-sides",
    text: "headphone-check-sides-text",
    answers: ["headphone-check-left", "headphone-check-both", "headphone-check-right"],
  },
  antiphase: { question: "headphone-check-antiphase", text: "headphone-check-antiphase-text" },
  huggins: { question: "headphone-check-huggins", text: "headphone-check-huggins-text" },
};

/** @type {import("./registry.js").Show} */
export async function showHeadphoneCheck(display, step, tools) {
  const { attention, session } = tools;
  /** @type {string[]} */
  const parts = step.told.sounds;
  const played = new PlayedOnce(`${session.session}/${step.position}`, parts.length);
  const player = tools.player();
  const load = loader(step, tools, parts.length);
  const record = begunRecord(attention);
  const left = parts.length - played.next;
  const text = paragraphs("headphone-check-text", { left });
  // Also after a reload: without a press, no browser makes a sound.
  await pressed(showPage(display, written(say("headphone-check"), text), say("continue")));
  /** @type {{ context_state: string | null, sample_rate_hz: number | null }} */
  let context = { context_state: null, sample_rate_hz: null };
  while (played.next < parts.length) {
    const card = new Card(display, parts[played.next], played.next + 1, parts.length);
    const sound = await load(played.next);
    await card.ready();
    await audible(player, (hint) => card.ready(hint));
    played.begin();
    card.listen();
    const { record: heard } = await player.play(sound, LEAD_MS);
    played.ended(heard.interruptions);
    context = { context_state: heard.context_state, sample_rate_hz: heard.sample_rate_hz };
    played.answer(await card.answer());
  }
  return {
    ...record(),
    sound_answers: played.answers,
    interruptions: played.interruptions,
    ...context,
  };
}

/**
 * What gives a sound by its number, and has those after it on their way.
 * @param {StepView} step
 * @param {StepTools} tools
 * @param {number} count
 */
function loader({ position }, { api, persist, player }, count) {
  /** @type {Map<number, Promise<AudioBuffer>>} */
  const sounds = new Map();
  const start = (/** @type {number} */ number) =>
    remembered(sounds, number, () =>
      untilDecoded(
        () => persist(() => api.stepFile(position, number)),
        (file) => player().decode(file),
      ),
    );
  return async (/** @type {number} */ number) => {
    const sound = await start(number);
    sounds.delete(number - 1);
    for (let next = number + 1; next <= Math.min(number + AHEAD, count - 1); next += 1) void start(next);
    return sound;
  };
}

/** One sound: a button that plays it, and three that answer. All have their place from the beginning. */
class Card {
  #play = element("button", { type: "button", class: "primary" }, say("wait"));
  #hint = element("p", { class: "sound-hint", role: "status" });
  #answers;

  /**
   * @param {HTMLElement} display
   * @param {string} part
   * @param {number} number from 1
   * @param {number} of
   */
  constructor(display, part, number, of) {
    const { question, text, answers } = PARTS[part];
    const label = (/** @type {number} */ n) => (answers ? element("small", {}, say(answers[n - 1])) : "");
    const buttons = [1, 2, 3].map((n) =>
      element("button", { type: "button", value: String(n), class: "answer" }, String(n), label(n)),
    );
    this.#answers = element("div", { class: "answers", role: "group", tabindex: "-1" }, ...buttons);
    this.#answers.setAttribute("aria-label", say(question));
    this.#answers.hidden = true;
    this.#play.disabled = true;
    const progress = element("p", { class: "sound-number" }, say("headphone-check-progress", { number, of }));
    const card = element("section", { class: "card sound-card" });
    card.append(progress, ...written(say(question), [say(text)]), this.#play, this.#hint, this.#answers);
    display.replaceChildren(card);
    document.body.dataset.phase = "page";
  }

  /** Resolves when the sound is asked for. */
  async ready(hint = "") {
    this.#play.textContent = say("headphone-check-play");
    this.#hint.textContent = hint;
    this.#play.disabled = false;
    this.#play.focus({ preventScroll: true });
    await pressed(this.#play);
    this.#play.disabled = true; // until it is known whether a sound can be heard
  }

  /** The sound is playing: it is not to be played again. */
  listen() {
    this.#hint.textContent = say("headphone-check-listen");
  }

  /** Shows the buttons and waits for one of them, or for its key. @returns {Promise<number>} 1 to 3 */
  answer() {
    this.#hint.textContent = say("headphone-check-answer");
    this.#answers.hidden = false;
    this.#answers.focus({ preventScroll: true });
    return new Promise((resolve) => {
      const given = (/** @type {string | undefined} */ value) => {
        if (!value || !"123".includes(value)) return;
        removeEventListener("keydown", onKey);
        resolve(Number(value));
      };
      const onKey = (/** @type {KeyboardEvent} */ { key, repeat, ctrlKey, altKey, metaKey }) => {
        if (!repeat && !ctrlKey && !altKey && !metaKey) given(key);
      };
      addEventListener("keydown", onKey);
      this.#answers.addEventListener("click", ({ target }) => {
        given(/** @type {Element} */ (target).closest("button")?.value);
      });
    });
  }
}
