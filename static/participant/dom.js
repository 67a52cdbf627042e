/** Elements of the page, and the state of its window. */

import { pageLanguage } from "./language.js";

/**
 * Whether a program has translated the page: Chrome and Safari say so in the document's class or language,
 * Edge in attributes, and most wrap what they translated in <font>.
 */
export function translated() {
  const { lang, className } = document.documentElement;
  return (
    lang !== pageLanguage() ||
    /\btranslated-(ltr|rtl)\b/.test(className) ||
    document.querySelector("font, [_msttexthash]") !== null
  );
}

/** The window as it is stored with a trial. */
export function windowRecord() {
  return {
    window_width_px: innerWidth,
    window_height_px: innerHeight,
    device_pixel_ratio: devicePixelRatio,
    zoom: globalThis.visualViewport?.scale ?? null,
    translated: translated(),
    page_language: pageLanguage(),
  };
}

/**
 * A new element. Text goes in as text nodes only, so nothing that a study says is ever read as markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
