/** A page of text with a button, as a jsPsych plugin: instructions, breaks, welcome. */

import { ParameterType } from "../vendor/jspsych.js";
import { element } from "./dom.js";
import { wordTexts } from "./texts.js";

const info = {
  name: "metamerlab-page",
  version: "1.0.0",
  parameters: {
    title: { type: ParameterType.STRING },
    /** Plain text, one string per paragraph. */
    paragraphs: { type: ParameterType.STRING, array: true },
    /** What the button says. */
    button: { type: ParameterType.STRING },
    /** A list that can be looked at, below the paragraphs; none if empty. */
    words: { type: ParameterType.STRING, array: true, default: [] },
  },
  data: {
    /** How long the page was read, ms. */
    rt_ms: { type: ParameterType.FLOAT },
  },
};

/** @param {HTMLElement} display @param {Node[]} content @param {string} label of the button */
export function showPage(display, content, label) {
  document.body.dataset.phase = "page";
  const button = element("button", { type: "button", class: "primary" }, label);
  display.append(element("section", { class: "card" }, ...content, button));
  button.focus({ preventScroll: true });
  return button;
}

/** @param {HTMLButtonElement} button @returns {Promise<void>} */
export function pressed(button) {
  button.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
  return new Promise((resolve) => button.addEventListener("click", () => resolve(), { once: true }));
}

/** @param {string[]} words */
function wordList(words) {
  const list = element("ul", { class: "words", translate: "no" }, ...words.map((word) => element("li", {}, word)));
  return element("details", {}, element("summary", {}, wordTexts.allWords(words.length)), list);
}

export class PagePlugin {
  static info = info;

  /**
   * @param {HTMLElement} display
   * @param {{title: string, paragraphs: string[], button: string, words: string[]}} page
   * @param {() => void} [onLoad]
   */
  async trial(display, page, onLoad) {
    const title = element("h1", {}, page.title);
    const paragraphs = page.paragraphs.map((text) => element("p", {}, text));
    const words = page.words.length ? [wordList(page.words)] : [];
    const button = showPage(display, [title, ...paragraphs, ...words], page.button);
    const shownMs = performance.now();
    onLoad?.();
    await pressed(button);
    return { rt_ms: performance.now() - shownMs };
  }
}
