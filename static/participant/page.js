/** A page of text with a button: pages of a session, and what is said when it cannot go on. */

import { element } from "./dom.js";

/** @import { Attention } from "./attention.js" */
/** @import { PageRecord } from "./types.js" */

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

/** @param {string} title @param {string[]} paragraphs */
export function written(title, paragraphs) {
  return [element("h1", {}, title), ...paragraphs.map((text) => element("p", {}, text))];
}

/**
 * Begins a page's record; what is returned tells how long the page has been there, whenever it is asked.
 * @param {Attention} attention
 * @returns {() => PageRecord}
 */
export function begunRecord(attention) {
  const shownMs = performance.now();
  attention.reset();
  return () => ({ shown_ms: performance.now() - shownMs, ...attention.record });
}

/**
 * Waits until a page is left by its button, and tells how long it was there.
 * @param {HTMLButtonElement} button
 * @param {Attention} attention
 */
export async function read(button, attention) {
  const record = begunRecord(attention);
  await pressed(button);
  return record();
}
