/**
 * The grid of response icons: a click or tap chooses; arrow keys, letters, Enter and space do too. Either the
 * first choice ends it, or all are noted until a fixed interval is over.
 */

import { element } from "../../dom.js";
import { say } from "../../language.js";
import { within } from "../../signal.js";
import { staticAddress } from "../../static_address.js";

/** @import { Choice, Click } from "../../types.js" */

const COLUMNS = 4;
/** Icons that are not there by then come while the trial runs; their labels are there in any case. */
const ICONS_MS = 10_000;
/** So many choices are kept of a trial, the last ones; the server takes no more (app/tasks/image16/record.py). */
const MOST_CLICKS = 50;

export class ChoiceGrid {
  #choices;
  #buttons;
  #current = -1;
  /** @type {Promise<unknown> | undefined} */
  #ready;
  /** @type {((click: Click) => void) | null} */
  #onChoice = null;

  /** @param {Choice[]} choices in the order of the grid, row by row */
  constructor(choices) {
    this.#choices = choices;
    this.#buttons = choices.map((choice) => this.#button(choice));
    this.element = element(
      "div",
      { class: "grid response", role: "group", "aria-label": say("image16-question"), tabindex: "-1", translate: "no" },
      ...this.#buttons,
    );
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Resolves when all icons are decoded, or cannot be, or have been waited for long enough. */
  ready() {
    const icons = [...this.element.querySelectorAll("img")];
    const decoded = Promise.allSettled(icons.map((icon) => icon.decode()));
    this.#ready ??= within(decoded, ICONS_MS).catch(() => undefined);
    return this.#ready;
  }

  /**
   * Waits for one choice; what is pressed after it changes nothing.
   * @returns {Promise<Click>}
   */
  choose() {
    return new Promise((resolve) => {
      this.#listen((click) => {
        this.#onChoice = null;
        resolve(click);
      });
    });
  }

  /**
   * Notes choices, and marks the last one, until the function is called that this returns.
   * @returns {() => Click[]} gives the choices in order
   */
  gather() {
    /** @type {Click[]} */
    const clicks = [];
    this.#listen((click) => {
      if (clicks.push(click) > MOST_CLICKS) clicks.shift();
      this.#mark(click.name);
    });
    return () => {
      this.#onChoice = null;
      this.#mark(null);
      return clicks;
    };
  }

  /**
   * The grid as a whole takes the focus, so that no icon stands out before the first key.
   * @param {(click: Click) => void} onChoice
   */
  #listen(onChoice) {
    this.#point(-1);
    this.element.scrollTop = 0;
    this.element.focus({ preventScroll: true });
    this.#onChoice = onChoice;
  }

  /** @param {string | null} name of the choice that counts so far */
  #mark(name) {
    for (const button of this.#buttons) {
      if (button.dataset.choice === name) button.setAttribute("aria-pressed", "true");
      else button.removeAttribute("aria-pressed");
    }
  }

  /** @param {Choice} choice */
  #button(choice) {
    const image = { alt: "", width: "48", height: "48", draggable: "false" };
    const icon = choice.icon ? [element("img", { ...image, src: staticAddress(choice.icon) })] : [];
    const attributes = { type: "button", class: "choice", "data-choice": choice.name, tabindex: "-1" };
    const button = element("button", attributes, ...icon, element("span", {}, choice.label));
    button.addEventListener("click", (event) => this.#onChoice?.({ name: choice.name, timeMs: event.timeStamp }));
    return button;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const next = this.#target(event.key);
    if (event.repeat && event.key === "Enter") event.preventDefault();
    if (next === null || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#point(next);
    this.#buttons[next].focus();
  }

  /**
   * Where a key leads; null when it is none of ours.
   * @param {string} key
   */
  #target(key) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };
    const count = this.#buttons.length;
    if (Object.hasOwn(steps, key)) {
      if (this.#current < 0) return 0;
      return (this.#current + steps[/** @type {keyof typeof steps} */ (key)] + count) % count;
    }
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    return key.length === 1 && key !== " " ? this.#named(key.toLowerCase()) : null;
  }

  /**
   * The next choice after the current one whose label begins with this letter.
   * @param {string} letter
   */
  #named(letter) {
    const count = this.#choices.length;
    for (let step = 1; step <= count; step += 1) {
      const index = (Math.max(this.#current, -1) + step + count) % count;
      if (this.#choices[index].label.toLowerCase().startsWith(letter)) return index;
    }
    return null;
  }

  /**
   * Marks the choice that Tab leads to; with none marked, it leads to the first.
   * @param {number} index
   */
  #point(index) {
    this.#current = index;
    this.#buttons.forEach((button, i) => (button.tabIndex = i === Math.max(index, 0) ? 0 : -1));
  }
}
