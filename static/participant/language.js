/**
 * What the participant reads. The server chooses the page's language (app/web/language.py); all texts in it are
 * one file, in the syntax of Project Fluent (https://projectfluent.org), which the server reads too.
 */

import { FluentBundle, FluentResource } from "../vendor/fluent/index.js";
import { persist, TemporaryError } from "./retry.js";

/** @typedef {Record<string, string | number>} Values */

/** @type {FluentBundle | null} */
let catalogue = null;

/** An error that is told to the participant in words of the catalogue: its message is their key. */
export class SaidError extends Error {}

/** The page's language as the server chose it; a program that translates the page changes only `lang`. */
export const pageLanguage = () => document.documentElement.dataset.language ?? "";

/** Fetches the page's catalogue, as long as it takes; no text can be said before. */
export async function loadLanguage() {
  const { href } = /** @type {HTMLLinkElement} */ (document.getElementById("catalogue"));
  readCatalogue(pageLanguage(), await persist(() => fetchText(href)));
}

/** @param {string} address */
async function fetchText(address) {
  try {
    const response = await fetch(address);
    if (response.ok) return await response.text();
  } catch (error) {
    throw new TemporaryError(`${address} was not reached`, { cause: error });
  }
  throw new TemporaryError(`${address} was not served`);
}

/** @param {string} language @param {string} text of a catalogue, whose messages are said from now on */
export function readCatalogue(language, text) {
  catalogue = new FluentBundle(language, { useIsolating: false });
  catalogue.addResource(new FluentResource(text));
}

/**
 * A message with its values, for instance `say("end-lead-back", { host })`.
 * @param {string} key
 * @param {Values} [values]
 */
export const say = (key, values) => oneLine(formatted(key, values));

/**
 * The paragraphs of a message: they are parted by blank lines.
 * @param {string} key
 * @param {Values} [values]
 */
export const paragraphs = (key, values) => formatted(key, values).split(/\n{2,}/).map(oneLine);

/**
 * The message in which tasks differ: a task of kind K has the messages "K-start", "K-question" and so on.
 * @param {{kind: string}} task
 * @param {string} name
 */
export const ofTask = ({ kind }, name) => `${kind}-${name}`;

/**
 * What a category is called in this language; one without a translation has the name that is stored.
 * @param {string} name
 */
export const categoryLabel = (name) => (catalogue?.hasMessage(`category-${name}`) ? say(`category-${name}`) : name);

/** @param {string} text */
const oneLine = (text) => text.replace(/[ \n]+/g, " ");

/** @param {string} key @param {Values} [values] */
function formatted(key, values) {
  const pattern = catalogue?.getMessage(key)?.value;
  if (catalogue && pattern) return catalogue.formatPattern(pattern, values, []);
  console.error(`There is no text "${key}".`);
  return key;
}
