/** What to do; of words, with the list of all that can be answered. */

import { element } from "../dom.js";
import { read, showPage, written } from "../page.js";
import { texts } from "../texts.js";

/** @type {import("./registry.js").Show} */
export async function showInstructions(display, { told }, { task, attention }) {
  const list = task.vocabulary.length ? wordList(task.vocabulary) : null;
  let opened = false;
  list?.addEventListener("toggle", () => (opened ||= list.open));
  const content = [...written(texts.instructionsTitle, told.paragraphs), ...(list ? [list] : [])];
  const record = await read(showPage(display, content, texts.begin), attention);
  return { ...record, list_opened: list ? opened : null };
}

/** @param {string[]} words */
function wordList(words) {
  const list = element("ul", { class: "words", translate: "no" }, ...words.map((word) => element("li", {}, word)));
  return element("details", {}, element("summary", {}, texts.allWords(words.length)), list);
}
