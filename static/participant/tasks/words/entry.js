/**
 * The field for a word: a combobox (ARIA 1.2) that lists the words that fit what was typed so far. A word of
 * the list goes into the field; Enter or the button confirms it, and nothing but a whole word of the
 * vocabulary. No choice is ever made for the participant: some words begin others.
 */

import { element } from "../../dom.js";
import { say } from "../../language.js";

/** @import { WordEntryRecord } from "../../types.js" */
/** @import { Vocabulary } from "./vocabulary.js" */

const LIST = "word-list";
const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"];

export class WordEntry {
  #vocabulary;
  #field = element("input", {
    class: "word-field",
    type: "text",
    role: "combobox",
    "aria-label": say("words-question"),
    "aria-autocomplete": "list",
    "aria-controls": LIST,
    "aria-describedby": "word-hint",
    "aria-expanded": "false",
    autocomplete: "off",
    autocapitalize: "none",
    autocorrect: "off",
    spellcheck: "false",
    enterkeyhint: "done",
    maxlength: "64",
    translate: "no",
  });
  #confirm = element("button", { type: "submit", class: "primary confirm" }, say("words-confirm"));
  #list = element("ul", { class: "word-list", id: LIST, role: "listbox", "aria-label": say("words-list"), translate: "no" });
  #hint = element("p", { class: "word-hint", id: "word-hint", role: "status" });
  /** @type {string[]} what is listed */
  #listed = [];
  #current = -1;
  #onsetMs = 0;
  /** @type {WordEntryRecord} */
  #record = emptyRecord();
  /** @type {((answer: {word: string, timeMs: number, entry: WordEntryRecord}) => void) | null} */
  #onWord = null;

  /** @param {Vocabulary} vocabulary */
  constructor(vocabulary) {
    this.#vocabulary = vocabulary;
    const row = element("div", { class: "word-row" }, this.#field, this.#confirm);
    this.element = element("form", { class: "word-entry response" }, row, this.#hint, this.#list);
    this.element.addEventListener("submit", (event) => this.#submit(event));
    this.#field.addEventListener("input", () => this.#typed());
    this.#field.addEventListener("keydown", (event) => this.#onKey(event));
    this.#field.addEventListener("paste", () => void (this.#record.pastes += 1));
    // Pressing on the list must not take the focus, and with it a phone's keyboard, away from the field.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const option = /** @type {HTMLElement} */ (event.target).closest("li");
      if (option) this.#take(this.#listed[Number(option.dataset.place)]);
    });
  }

  /**
   * Waits for a confirmed word.
   * @param {number} onsetMs scheduled onset of the sound, on the clock of performance.now()
   * @returns {Promise<{word: string, timeMs: number, entry: WordEntryRecord}>}
   */
  ask(onsetMs) {
    this.#onsetMs = onsetMs;
    this.#record = emptyRecord();
    this.#field.value = "";
    this.#show([]);
    this.#tell(say("words-type-hint"));
    this.#field.focus({ preventScroll: true });
    return new Promise((resolve) => (this.#onWord = resolve));
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const word = this.#vocabulary.exact(this.#field.value);
    if (word === null) {
      this.#tell(say(this.#field.value.trim() ? "words-not-exact" : "words-type-hint"));
      this.#field.focus({ preventScroll: true });
      return;
    }
    this.#onWord?.({ word, timeMs: event.timeStamp, entry: this.#record });
    this.#onWord = null;
  }

  #typed() {
    this.#record.how = "typed";
    const text = this.#field.value;
    const found = text.trim() ? this.#vocabulary.matches(text) : [];
    this.#show(found);
    if (!text.trim()) this.#tell(say("words-type-hint"));
    else if (this.#vocabulary.exact(text)) this.#tell(say("words-exact-hint"));
    else this.#tell(say("words-matching", { count: found.length }));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!MODIFIERS.includes(event.key)) this.#count(event.timeStamp);
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Escape") this.#escape();
    else if (event.key === "Enter" && this.#current >= 0) this.#take(this.#listed[this.#current]);
    else if (event.key !== "Enter" || !event.repeat) return;
    event.preventDefault();
  }

  /** @param {number} timeMs */
  #count(timeMs) {
    this.#record.keystrokes += 1;
    this.#record.last_key_ms = Math.max(0, timeMs - this.#onsetMs);
    this.#record.first_key_ms ??= this.#record.last_key_ms;
  }

  /** @param {1 | -1} step the arrows open the list, too */
  #move(step) {
    if (!this.#listed.length) this.#show(this.#vocabulary.matches(this.#field.value));
    const count = this.#listed.length;
    if (!count) return;
    const from = this.#current < 0 && step < 0 ? 0 : this.#current;
    this.#point((from + step + count) % count);
  }

  /** The first time the list goes, the next time the text. */
  #escape() {
    if (!this.#listed.length) this.#field.value = "";
    this.#show([]);
    this.#tell(say(this.#vocabulary.exact(this.#field.value) ? "words-exact-hint" : "words-type-hint"));
  }

  /** @param {string} word goes into the field, where it can still be changed */
  #take(word) {
    this.#field.value = word;
    this.#record.how = "picked";
    this.#show([]);
    this.#tell(say("words-exact-hint"));
    this.#field.focus({ preventScroll: true });
  }

  /** @param {string[]} words */
  #show(words) {
    this.#listed = words;
    const options = words.map((word, place) =>
      element("li", { role: "option", id: optionId(place), "data-place": String(place), "aria-selected": "false" }, word),
    );
    this.#list.replaceChildren(...options);
    this.#list.hidden = words.length === 0;
    this.#list.scrollTop = 0;
    this.#field.setAttribute("aria-expanded", String(words.length > 0));
    this.#confirm.setAttribute("aria-disabled", String(this.#vocabulary.exact(this.#field.value) === null));
    this.#point(-1);
  }

  /** @param {number} place of the option that Enter would take; -1: none */
  #point(place) {
    this.#list.children[this.#current]?.setAttribute("aria-selected", "false");
    this.#current = place;
    if (place < 0) return this.#field.removeAttribute("aria-activedescendant");
    const option = this.#list.children[place];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#field.setAttribute("aria-activedescendant", optionId(place));
  }

  /** @param {string} hint */
  #tell(hint) {
    if (this.#hint.textContent !== hint) this.#hint.textContent = hint;
  }
}

/** @returns {WordEntryRecord} */
function emptyRecord() {
  return { keystrokes: 0, first_key_ms: null, last_key_ms: null, pastes: 0, how: "typed" };
}

/** @param {number} place */
function optionId(place) {
  return `word-${place}`;
}
