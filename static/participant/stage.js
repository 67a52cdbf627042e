/**
 * The place where trials happen. It is built once and laid out once: its phases only switch what is visible,
 * so nothing moves, and nothing is loaded or laid out while time is counted.
 */

import { element } from "./dom.js";
import { ofTask, say } from "./language.js";

/** Clicks this soon after the ready screen are the second half of a double click on an answer. */
const ECHO_MS = 250;
/** A stimulus that is still not there after this time is spoken of. */
const SLOW_MS = 20_000;

export class Stage {
  #task;
  #progress = element("p", { class: "progress" });
  #startLabel = element("span", { class: "start-label" });
  #startHint = element("span", { class: "start-hint" });
  #start;
  #slow = 0;

  /**
   * @param {{kind: string}} task whose texts are said
   * @param {HTMLElement} timed what is there while the stimulus is presented; has the class "timed"
   * @param {HTMLElement} response what takes the answer; has the class "response"
   */
  constructor(task, timed, response) {
    this.#task = task;
    this.#start = element("button", { type: "button", class: "start" }, this.#startLabel, this.#startHint);
    const question = element("p", { class: "question", "aria-hidden": "true" }, say(ofTask(task, "question")));
    const centre = element("div", { class: "centre" }, timed, this.#start, response);
    this.element = element("div", { class: "stage" }, this.#progress, question, centre);
  }

  /** Key of what the start button says. */
  get startKey() {
    return ofTask(this.#task, "start");
  }

  /**
   * Puts the stage on the display: the ready screen, not yet to be started.
   * @param {HTMLElement} display
   * @param {string} progress
   */
  open(display, progress) {
    this.#progress.textContent = progress;
    this.#startLabel.textContent = say("wait");
    this.#startHint.textContent = "";
    this.#slow = setTimeout(() => this.hint(say("trial-slow")), SLOW_MS);
    this.#start.disabled = true;
    this.phase("ready");
    display.append(this.element);
  }

  /**
   * Resolves when the participant starts the trial: by space or Enter, or a click or tap anywhere.
   * @param {string} hint
   * @returns {Promise<void>}
   */
  started(hint = say("trial-start-hint")) {
    clearTimeout(this.#slow);
    this.phase("ready");
    this.#startLabel.textContent = say(this.startKey);
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

  /** The trial begins without a press: its stimulus is there. */
  begin() {
    clearTimeout(this.#slow);
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
