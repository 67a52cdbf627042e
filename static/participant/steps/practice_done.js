/** Between practice and the main trials. */

import { ofTask, paragraphs, say } from "../language.js";
import { read, showPage, written } from "../page.js";

/** @type {import("./registry.js").Show} */
export function showPracticeDone(display, { told }, { task, attention }) {
  const content = written(say("practice-done"), paragraphs(ofTask(task, "practice-done"), { left: told.left }));
  return read(showPage(display, content, say("continue")), attention);
}
