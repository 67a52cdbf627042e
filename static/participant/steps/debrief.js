/** What the study is about, when its trials are over. */

import { say } from "../language.js";
import { read, showPage, written } from "../page.js";

/** @type {import("./registry.js").Show} */
export function showDebrief(display, { told }, { attention }) {
  return read(showPage(display, written(told.title ?? say("debrief"), told.text), say("continue")), attention);
}
