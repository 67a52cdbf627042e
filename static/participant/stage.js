/**
 * The place where trials happen. It is built once and laid out once: its phases only switch what is visible,
 * so nothing moves, and nothing is loaded or laid out while time is counted.
 */

import { element } from "./dom.js";
import { ChoiceGrid } from "./grid.js";
import { texts } from "./texts.js";

/** @import { Choice } from "./types.js" */

const GROUND = "#808080";
const INK = "#111111";
const CROSS_PX = 20;
const CROSS_LINE_PX = 3;
/** Clicks this soon after the ready screen are the second half of a double click on an icon. */
const ECHO_MS = 250;

export class Stage {
  #canvas;
  #context;
  #progress = element("p", { class: "progress" });
  #startLabel = element("span", { class: "start-label" });
  #start;

  /**
   * @param {Choice[]} choices
   * @param {number} imagePx side of the picture
   */
  constructor(choices, imagePx) {
    const size = String(imagePx);
    this.#canvas = element("canvas", { class: "picture", width: size, height: size, "aria-hidden": "true" });
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d", { alpha: false }));
    const hint = element("span", { class: "start-hint" }, texts.startHint);
    this.#start = element("button", { type: "button", class: "start" }, this.#startLabel, hint);
    this.grid = new ChoiceGrid(choices);
    const question = element("p", { class: "question", "aria-hidden": "true" }, texts.question);
    const centre = element("div", { class: "centre" }, this.#canvas, this.#start, this.grid.element);
    this.element = element("div", { class: "stage" }, this.#progress, question, centre);
  }

  /**
   * Shows the ready screen, not yet to be started.
   * @param {string} progress
   */
  wait(progress) {
    this.#progress.textContent = progress;
    this.#startLabel.textContent = texts.loading;
    this.#start.disabled = true;
    this.#phase("ready");
  }

  /**
   * Resolves when the participant starts the trial: by space or Enter, or a click or tap anywhere.
   * @returns {Promise<void>}
   */
  started() {
    this.#startLabel.textContent = texts.start;
    this.#start.disabled = false;
    this.#start.focus({ preventScroll: true });
    const shownMs = performance.now();
    return new Promise((resolve) => {
      const listening = new AbortController();
      const { signal } = listening;
      const onClick = (/** @type {MouseEvent} */ event) => {
        if (event.detail > 1 || (event.detail > 0 && event.timeStamp - shownMs < ECHO_MS)) return;
        listening.abort();
        resolve();
      };
      const onKey = (/** @type {KeyboardEvent} */ event) => event.repeat && event.preventDefault();
      this.element.addEventListener("click", onClick, { signal });
      this.element.addEventListener("keydown", onKey, { signal });
    });
  }

  blank() {
    this.#phase("timed");
    this.#fill();
  }

  fixation() {
    this.#phase("timed");
    this.#fill();
    const middle = this.#canvas.width / 2;
    this.#context.fillStyle = INK;
    const [arm, half] = [CROSS_PX / 2, CROSS_LINE_PX / 2];
    this.#context.fillRect(middle - arm, middle - half, CROSS_PX, CROSS_LINE_PX);
    this.#context.fillRect(middle - half, middle - arm, CROSS_LINE_PX, CROSS_PX);
  }

  /** @param {ImageBitmap} bitmap */
  picture(bitmap) {
    this.#phase("timed");
    this.#context.drawImage(bitmap, 0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** Shows the grid and waits for the choice. */
  choose() {
    this.#phase("response");
    return this.grid.choose();
  }

  #fill() {
    this.#context.fillStyle = GROUND;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** @param {"ready" | "timed" | "response"} phase */
  #phase(phase) {
    document.body.dataset.phase = phase;
  }
}
