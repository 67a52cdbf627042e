/** Questions of the study, on one page. The server checks the answers by the same rules. */

import { say } from "../language.js";
import { begunRecord, pressed, showPage, written } from "../page.js";
import { Form } from "./fields.js";

/** @type {import("./registry.js").Show} */
export async function showSurvey(display, { told }, { attention }) {
  const form = new Form(told.questions);
  const [title, ...intro] = written(told.title ?? say("survey"), told.intro);
  const button = showPage(display, [title, ...intro, ...form.boxes], say("continue"));
  title.tabIndex = -1;
  title.focus({ preventScroll: true }); // the button is behind everything that is asked
  const record = begunRecord(attention);
  let answers = null;
  while (!answers) {
    await pressed(button);
    answers = form.checked();
  }
  return { ...record(), answers };
}
