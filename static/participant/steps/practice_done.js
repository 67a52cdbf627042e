/** Between practice and the main trials. */

import { read, showPage, written } from "../page.js";
import { texts } from "../texts.js";

/** @type {import("./registry.js").Show} */
export function showPracticeDone(display, { told }, { task, attention }) {
  const content = written(texts.practiceDoneTitle, task.texts.practiceDone(told.left));
  return read(showPage(display, content, texts.continue), attention);
}
