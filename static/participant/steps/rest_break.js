/** A break, as long as the participant wants. */

import { read, showPage, written } from "../page.js";
import { texts } from "../texts.js";

/** @type {import("./registry.js").Show} */
export function showRestBreak(display, { told }, { task, attention }) {
  const content = written(texts.breakTitle, task.texts.break(told.done, told.total));
  return read(showPage(display, content, texts.continue), attention);
}
