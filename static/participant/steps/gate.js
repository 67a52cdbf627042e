/** Trials without feedback that must be passed: the server counts, and says afterwards how it goes on. */

import { ofTask, paragraphs, say } from "../language.js";
import { pressed, showPage, written } from "../page.js";
import { showBlock, trialsOf } from "./block.js";

/** @type {import("./registry.js").Show} */
export async function showGate(display, step, tools) {
  const left = trialsOf(step, tools.session).length;
  const text = paragraphs(ofTask(tools.task, "gate"), { left });
  await pressed(showPage(display, written(say("gate"), text), say("continue")));
  display.replaceChildren();
  return showBlock(display, step, tools, { practice: false });
}
