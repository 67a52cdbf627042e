/**
 * The place where trials happen. It is built once and laid out once: its phases only switch what is visible,
 * so nothing moves, and nothing is loaded or laid out while time is counted.
 */

import { element } from "./dom.js";
import { texts } from "./texts.js";

/** @import { TaskTexts } from "./texts.js" */

/** Clicks this soon after the ready screen are the second half of a double click on an answer. */
const ECHO_MS = 250;
/** A stimulus that is still not there after this time is spoken of. */
const SLOW_MS = 20_000;

export class Stage {
  #texts;
  #progress = element("p", { class: "progress" });
  #startLabel = element("span", { class: "start-label" });
  #startHint = element("span", { class: "start-hint" });
  #start;
  #slow = 0;

  /**
   * @param {Pick<TaskTexts, "start" | "question">} taskTexts
   * @param {HTMLElement} timed what is there while the stimulus is presented; has the class "timed"
   * @param {HTMLElement} response what takes the answer; has the class "response"
   */
  constructor(taskTexts, timed, response) {
    this.#texts = taskTexts;
    this.#start = element("button", { type: "button", class: "start" }, this.#startLabel, this.#startHint);
    const question = element("p", { class: "question", "aria-hidden": "true" }, taskTexts.question);
    const centre = element("div", { class: "centre" }, timed, this.#start, response);
    this.element = element("div", { class: "stage" }, this.#progress, question, centre);
  }

  /**
   * Puts the stage on the display: the ready screen, not yet to be started.
   * @param {HTMLElement} display
   * @param {string} progress
   */
  open(display, progress) {
    this.#progress.textContent = progress;
    this.#startLabel.textContent = texts.loading;
    this.#startHint.textContent = "";
    this.#slow = setTimeout(() => this.hint(texts.slow), SLOW_MS);
    this.#start.disabled = true;
    this.phase("ready");
    display.append(this.element);
  }

  /**
   * Resolves when the participant starts the trial: by space or Enter, or a click or tap anywhere.
   * @param {string} hint
   * @returns {Promise<void>}
   */
  started(hint = texts.startHint) {
    clearTimeout(this.#slow);
    this.phase("ready");
    this.#startLabel.textContent = this.#texts.start;
    this.hint(hint);
    this.#start.disabled = false;
    this.#start.focus({ preventScroll: true });
    const shownMs = performance.now();
    return new Promise((resolve) => {
      const onKey = (/** @type {KeyboardEvent} */ event) => event.repeat && event.preventDefault();
      const onClick = (/** @type {MouseEvent} */ event) => {
        if (event.detail > 1 || (event.detail > 0 && event.timeStamp - shownMs < ECHO_MS)) return;
        this.element.removeEventListener("click", onClick);
        this.element.removeEventListener("keydown", onKey);
        resolve();
      };
      this.element.addEventListener("click", onClick);
      this.element.addEventListener("keydown", onKey);
    });
  }

  /** @param {string} text below what the start button says */
  hint(text) {
    this.#startHint.textContent = text;
  }

  /** @param {"ready" | "timed" | "response"} phase */
  phase(phase) {
    document.body.dataset.phase = phase;
  }
}
