/** A break, as long as the participant wants. */

import { ofTask, paragraphs, say } from "../language.js";
import { read, showPage, written } from "../page.js";

/** @type {import("./registry.js").Show} */
export function showRestBreak(display, { told }, { task, attention }) {
  const { done, total } = told;
  const content = written(say("rest-break"), paragraphs(ofTask(task, "break"), { done, total }));
  return read(showPage(display, content, say("continue")), attention);
}
