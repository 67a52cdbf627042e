/** Practice: after each trial the participant is told what was right. */

import { showBlock } from "./block.js";

/** @type {import("./registry.js").Show} */
export function showPractice(display, step, tools) {
  return showBlock(display, step, tools, { practice: true });
}
