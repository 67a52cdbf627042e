/** A block of main trials. */

import { showBlock } from "./block.js";

/** @type {import("./registry.js").Show} */
export function showTrials(display, step, tools) {
  return showBlock(display, step, tools, { practice: false });
}
